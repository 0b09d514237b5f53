/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import type { Rect } from '../../geometry.ts';
import type { PictureMove, PixelFrame } from '../contract.ts';
import type { PictureKernels } from '../kernels/picture-kernels.ts';
import { frameWords } from '../pixel-words.ts';
import type { ScreenCopy } from '../../pdu/drawing-orders.ts';
import { copyMoves } from '../scroll/copy-moves.ts';
import { detectScroll } from '../scroll/scroll-detector.ts';
import { copyOnPicture } from '../scroll/screen-copy.ts';
import { rowsEqual } from './row-compare.ts';
import { TileParts } from './tile-parts.ts';
import { nextEdge, TILE_SIDE } from './grid.ts';

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
  private parts = new TileParts({ width: 0, height: 0 });
  /** First and last changed row of each tile of the row of tiles that is looked at. */
  private first = new Int32Array(0);
  private last = new Int32Array(0);
  /** Written by the copies for the coming update, and so the same there. */
  private copied: readonly ScreenCopy[] = [];
  /** What scrolled last did by so many rows. */
  private scrolledBy = 0;

  /**
   * What changed inside `damage` (rectangles may overlap or leave the frame). Elsewhere in the tiles that it touches more may be looked at.
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
      this.parts = new TileParts(frame);
      this.first = new Int32Array(Math.ceil(width / TILE_SIDE));
      this.last = new Int32Array(Math.ceil(width / TILE_SIDE));
      const { previous } = this;
      for (let y = 0; y < height; y++) previous.set(words.subarray(y * stride, y * stride + width), y * width);
      frame.kernels?.taken(true);
      return tilesOf(width, height);
    }
    for (const rect of damage) this.parts.add(rect);
    this.leaveOutCopied();
    const changed: Rect[] = [];
    for (const { left, top, right, bottom } of this.parts.take()) {
      if (frame.kernels === undefined) this.takeChanged(words, stride, left, top, right, bottom, changed);
      else frame.kernels.takeChanged(left, top, right, bottom, changed);
    }
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
    // Where the pictures change places, the one before need not be what the copies make of it.
    if (this.kernels?.turning !== true) for (const copy of copies) copyOnPicture(previous, this, copy);
    this.copied = [...moved, ...copies];
    return this.copied;
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

  /** What was copied is not looked at; what of it is all the same is made to be alike in both pictures. */
  private leaveOutCopied(): void {
    for (const copy of this.copied) this.parts.leaveOut(copy);
    if (this.kernels?.turning === true)
      for (const copy of this.copied) for (const part of this.parts.within(copy)) this.kernels.copyToBefore(part);
    this.copied = [];
  }

  /** What lies in neighbouring tiles is looked at together, row by row as they lie in memory: that is twice as quick as one by one. */
  private takeChanged(words: Int32Array, stride: number, left: number, top: number, right: number, bottom: number, changed: Rect[]): void {
    const { previous, width, first, last } = this;
    first.fill(bottom);
    for (let y = top; y < bottom; y++) {
      const now = y * stride;
      const before = y * width;
      if (rowsEqual(words, now + left, previous, before + left, right - left)) continue;
      for (let tile = 0, x = left; x < right; tile++, x = nextEdge(x)) {
        if (rowsEqual(words, now + x, previous, before + x, Math.min(right, nextEdge(x)) - x)) continue;
        if (first[tile] === bottom) first[tile] = y;
        last[tile] = y;
      }
    }
    for (let tile = 0, x = left; x < right; tile++, x = nextEdge(x)) {
      if (first[tile]! < bottom) changed.push(this.take(words, stride, x, Math.min(right, nextEdge(x)), first[tile]!, last[tile]!));
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
