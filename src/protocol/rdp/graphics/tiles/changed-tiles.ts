/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import type { PixelFrame, Rect } from '../contract.ts';
import { frameWords } from '../pixel-words.ts';
import type { ScreenCopy } from '../../pdu/drawing-orders.ts';
import { detectScroll } from '../scroll/scroll-detector.ts';
import { copyOnPicture } from '../scroll/screen-copy.ts';
import { rowsEqual } from './row-compare.ts';

/** Classic clients take bitmaps of at most 64×64. */
const TILE_SIDE = 64;

/**
 * Remembers the last frame and says which parts of the next one differ: rectangles that lie inside the 64×64 grid, cut down to the changed
 * rows and columns, left and width multiples of four where the frame allows. Only colour counts, not the fourth byte.
 * The frame's memory may be reused by its owner after the call. Plain typed arrays: runs in a page worker as well.
 */
export class ChangedTiles {
  private previous = new Int32Array(0);
  width = 0;
  height = 0;
  private touched = new Uint8Array(0);

  /**
   * What changed inside the tiles that `damage` touches (rectangles may overlap or leave the frame).
   * The first frame, and the first of another size, has changed everywhere.
   */
  update(frame: PixelFrame, damage: readonly Rect[]): Rect[] {
    const { words, stride } = frameWords(frame);
    const { width, height } = frame;
    if (width !== this.width || height !== this.height) {
      this.width = width;
      this.height = height;
      this.previous = new Int32Array(width * height);
      this.touched = new Uint8Array(Math.ceil(width / TILE_SIDE) * Math.ceil(height / TILE_SIDE));
      for (let y = 0; y < height; y++) this.previous.set(words.subarray(y * stride, y * stride + width), y * width);
      return tilesOf(width, height);
    }
    this.touch(damage);
    const changed: Rect[] = [];
    const columns = Math.ceil(width / TILE_SIDE);
    for (let tile = 0; tile < this.touched.length; tile++) {
      if (this.touched[tile] === 0) continue;
      this.touched[tile] = 0;
      const left = (tile % columns) * TILE_SIDE;
      const top = Math.floor(tile / columns) * TILE_SIDE;
      const right = Math.min(width, left + TILE_SIDE);
      const bottom = Math.min(height, top + TILE_SIDE);
      const rect = this.compare(words, stride, left, top, right, bottom);
      if (rect !== undefined) changed.push(rect);
    }
    return changed;
  }

  /**
   * What of the last frame can be copied to where it is in this one, in this order; counts as done. Then {@link update} is to be given the
   * places copied to beside the damage.
   */
  scroll(frame: PixelFrame, damage: readonly Rect[]): ScreenCopy[] {
    if (frame.width !== this.width || frame.height !== this.height) return [];
    const copies = detectScroll(frameWords(frame), this.previous, this, damage);
    for (const copy of copies) copyOnPicture(this.previous, this, copy);
    return copies;
  }

  /** The next frame will have changed everywhere. */
  forget(): void {
    this.width = 0;
    this.height = 0;
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

  private compare(words: Int32Array, stride: number, left: number, top: number, right: number, bottom: number): Rect | undefined {
    const { previous, width } = this;
    const span = right - left;
    let first = top;
    while (first < bottom && rowsEqual(words, first * stride + left, previous, first * width + left, span)) first++;
    if (first === bottom) return undefined;
    let last = bottom - 1;
    while (last > first && rowsEqual(words, last * stride + left, previous, last * width + left, span)) last--;

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
