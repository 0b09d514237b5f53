/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import type { Rect } from '../../geometry.ts';
import type { PictureMove, PixelFrame } from '../contract.ts';
import type { PictureKernels } from '../kernels/picture-kernels.ts';
import { frameWords } from '../pixel-words.ts';
import type { ScreenCopy } from '../../pdu/drawing-orders.ts';
import { copyMoves } from '../scroll/copy-moves.ts';
import { detectScroll } from '../scroll/scroll-detector.ts';
import { copyOnPicture } from '../scroll/screen-copy.ts';
import { without } from './areas.ts';
import { rowsEqual } from './row-compare.ts';
import { TILE_SIDE } from './grid.ts';

/**
 * Remembers the last frame and says which parts of the next one differ: rectangles that lie inside the 64×64 grid, cut down to the changed
 * rows and columns, left and width multiples of four where the frame allows. Only colour counts, not the fourth byte.
 * The frame's memory may be reused by its owner after the call. Frames in the kernels' memory are compared there; what is said is the same.
 */
export class ChangedTiles {
  /** The last picture, where that is not in kernels' memory. */
  private own = new Int32Array(0);
  /** Of the last frame: the last picture is in its memory then. */
  private kernels: PictureKernels | undefined;
  width = 0;
  height = 0;
  private touched = new Uint8Array(0);
  /** First and last changed row of each tile of the row of tiles that is looked at. */
  private first = new Int32Array(0);
  private last = new Int32Array(0);
  /** Written by the copies for the coming update, and so the same already. */
  private copied: readonly ScreenCopy[] = [];
  /** What scrolled last did by so many rows. */
  private scrolledBy = 0;

  /**
   * What changed inside the tiles that `damage` touches (rectangles may overlap or leave the frame).
   * The first frame, and the first of another size, has changed everywhere.
   */
  update(frame: PixelFrame, damage: readonly Rect[]): Rect[] {
    const { words, stride } = frameWords(frame);
    const { width, height } = frame;
    if (!this.knows(frame)) {
      this.width = width;
      this.height = height;
      this.kernels = frame.kernels;
      this.own = new Int32Array(frame.kernels === undefined ? width * height : 0);
      this.touched = new Uint8Array(Math.ceil(width / TILE_SIDE) * Math.ceil(height / TILE_SIDE));
      this.first = new Int32Array(Math.ceil(width / TILE_SIDE));
      this.last = new Int32Array(Math.ceil(width / TILE_SIDE));
      const { previous } = this;
      for (let y = 0; y < height; y++) previous.set(words.subarray(y * stride, y * stride + width), y * width);
      frame.kernels?.taken(true);
      return tilesOf(width, height);
    }
    this.touch(damage);
    this.leaveOutCopied();
    const changed: Rect[] = [];
    for (let row = 0; row * TILE_SIDE < height; row++) this.updateTileRow(words, stride, row, changed);
    frame.kernels?.taken();
    return changed;
  }

  /**
   * What of the last frame can be copied to where it is in this one, in this order; counts as done. {@link update} with the same frame and
   * damage then says what is left. What has scrolled is found, what else has moved is found with the help of `moves`.
   */
  copies(frame: PixelFrame, damage: readonly Rect[], moves: readonly PictureMove[] = []): readonly ScreenCopy[] {
    if (!this.knows(frame)) return [];
    const words = frameWords(frame);
    const { previous } = this;
    const moved = copyMoves(words, previous, this, damage, moves);
    const { dy, copies } = detectScroll(words, previous, this, damage, this.scrolledBy);
    this.scrolledBy = dy;
    for (const copy of copies) this.copy(copy);
    this.copied = [...moved, ...copies];
    return this.copied;
  }

  /** Tiles that lie in the copy are not looked at: where the pictures change places, theirs need not be in the picture before. */
  private copy(copy: ScreenCopy): void {
    const { kernels } = this;
    if (kernels?.turning === true) for (const edge of without([copy], tilesWithin(copy))) kernels.copyToBefore(edge);
    else copyOnPicture(this.previous, this, copy);
  }

  private get previous(): Int32Array {
    return this.kernels?.previous ?? this.own;
  }

  /** Whether the frame has one before it: of its size, and in the same memory. */
  private knows({ width, height, kernels }: PixelFrame): boolean {
    return width === this.width && height === this.height && kernels === this.kernels;
  }

  /** The next frame will have changed everywhere. */
  forget(): void {
    this.width = 0;
    this.height = 0;
    this.copied = [];
  }

  private touch(damage: readonly Rect[]): void {
    const columns = Math.ceil(this.width / TILE_SIDE);
    for (const rect of damage) {
      const left = Math.max(0, Math.floor(rect.x / TILE_SIDE));
      const right = Math.min(this.width, rect.x + rect.width);
      const bottom = Math.min(this.height, rect.y + rect.height);
      for (let y = Math.max(0, Math.floor(rect.y / TILE_SIDE)); y * TILE_SIDE < bottom; y++) {
        for (let x = left; x * TILE_SIDE < right; x++) this.touched[y * columns + x] = 1;
      }
    }
  }

  private leaveOutCopied(): void {
    const columns = Math.ceil(this.width / TILE_SIDE);
    for (const { x, y, width, height } of this.copied.flatMap(tilesWithin)) {
      for (let row = y / TILE_SIDE; row * TILE_SIDE < y + height; row++) {
        const at = row * columns + x / TILE_SIDE;
        this.touched.fill(0, at, at + width / TILE_SIDE);
      }
    }
    this.copied = [];
  }

  /** Neighbouring tiles are looked at together, row by row as they lie in memory: that is twice as quick as one by one. */
  private updateTileRow(words: Int32Array, stride: number, row: number, changed: Rect[]): void {
    const { previous, width, touched, first, last } = this;
    const columns = first.length;
    const top = row * TILE_SIDE;
    const bottom = Math.min(this.height, top + TILE_SIDE);
    for (let column = 0; column < columns; column++) {
      const start = column;
      while (column < columns && touched[row * columns + column] !== 0) {
        touched[row * columns + column] = 0;
        first[column] = bottom;
        column++;
      }
      if (column === start) continue;
      const left = start * TILE_SIDE;
      const right = Math.min(width, column * TILE_SIDE);
      if (this.kernels !== undefined) {
        this.kernels.takeChanged(left, top, right, bottom, changed);
        continue;
      }
      for (let y = top; y < bottom; y++) {
        const now = y * stride;
        const before = y * width;
        if (rowsEqual(words, now + left, previous, before + left, right - left)) continue;
        for (let tile = start, x = left; tile < column; tile++, x += TILE_SIDE) {
          if (rowsEqual(words, now + x, previous, before + x, Math.min(TILE_SIDE, right - x))) continue;
          if (first[tile] === bottom) first[tile] = y;
          last[tile] = y;
        }
      }
      for (let tile = start, x = left; tile < column; tile++, x += TILE_SIDE) {
        if (first[tile]! < bottom) changed.push(this.take(words, stride, x, Math.min(right, x + TILE_SIDE), first[tile]!, last[tile]!));
      }
    }
  }

  /** Remembers the changed rows `first` to `last` of a tile, and gives the columns that changed in them. */
  private take(words: Int32Array, stride: number, left: number, right: number, first: number, last: number): Rect {
    const { previous, width } = this;
    const span = right - left;
    let from = span;
    let to = 0;
    for (let y = first; y <= last; y++) {
      const now = y * stride + left;
      const before = y * width + left;
      for (let i = 0; i < from; i++) {
        if (((words[now + i]! ^ previous[before + i]!) & 0xff_ffff) !== 0) from = i;
      }
      for (let i = span - 1; i >= to; i--) {
        if (((words[now + i]! ^ previous[before + i]!) & 0xff_ffff) !== 0) to = i + 1;
      }
      for (let i = 0; i < span; i++) previous[before + i] = words[now + i]!;
    }
    const x = left + (from & ~3);
    const end = Math.min(right, left + ((to + 3) & ~3));
    return { x, y: first, width: end - x, height: last - first + 1 };
  }
}

/** The rectangle of whole tiles in an area, where there are any. */
function tilesWithin({ x, y, width, height }: Rect): Rect[] {
  const left = Math.ceil(x / TILE_SIDE) * TILE_SIDE;
  const top = Math.ceil(y / TILE_SIDE) * TILE_SIDE;
  const right = Math.floor((x + width) / TILE_SIDE) * TILE_SIDE;
  const bottom = Math.floor((y + height) / TILE_SIDE) * TILE_SIDE;
  return right > left && bottom > top ? [{ x: left, y: top, width: right - left, height: bottom - top }] : [];
}

/** The whole frame as rectangles of the 64×64 grid. */
export function tilesOf(width: number, height: number): Rect[] {
  const tiles: Rect[] = [];
  for (let y = 0; y < height; y += TILE_SIDE) {
    for (let x = 0; x < width; x += TILE_SIDE) {
      tiles.push({ x, y, width: Math.min(TILE_SIDE, width - x), height: Math.min(TILE_SIDE, height - y) });
    }
  }
  return tiles;
}
