import type { ScreenCopy } from '../../pdu/drawing-orders.ts';
import type { Rect, Size } from '../../geometry.ts';
import type { FrameWords } from '../pixel-words.ts';
import { rowsEqual } from '../tiles/row-compare.ts';

/** Columns, on the grid of the tiles, in which moved rows are looked for each on its own: windows have borders and scroll bars. */
const STRIP_WIDTH = 64;
/** Fewer rows are not worth a copy. */
const MIN_COPY_ROWS = 16;
const MAX_COPIES = 256;

/** How far something has moved, in pixels: to the right and down where they are positive. */
export interface Shift {
  readonly dx: number;
  readonly dy: number;
}

/**
 * The parts of `area`, by runs of rows in strips of columns, that are in `previous` where they were before the shift: in an order in which no copy writes what a
 * later one reads. Where that lies outside the picture there are none.
 */
export function movedParts(now: FrameWords, previous: Int32Array, size: Size, area: Rect, { dx, dy }: Shift): ScreenCopy[] {
  const copies: ScreenCopy[] = [];
  const top = Math.max(0, area.y, dy);
  const bottom = Math.min(size.height, area.y + area.height, size.height + dy);
  if (bottom <= top) return copies;
  const left = Math.max(0, area.x, dx);
  const right = Math.min(size.width, area.x + area.width, size.width + dx);
  if (right <= left) return copies;
  const inKernels = now.kernels?.movedRuns({ x: left, y: top, width: right - left, height: bottom - top }, { dx, dy }, MIN_COPY_ROWS);
  const strips = stripsOf(left, right).map(({ x, width }, index) => ({
    x,
    width,
    moved: inKernels?.[index] ?? movedRuns(now, previous, size, { x, y: top, width, height: bottom - top }, { dx, dy }),
  }));
  // What has moved to the right is copied from the right, as what has moved down is from below.
  if (dx > 0) strips.reverse();
  // The last copy of the same rows: no other can lie beside a strip. They may be thousands, and are not searched.
  const lastOf = new Map<number, number>();
  for (const { x, width, moved } of strips) {
    const runs: ScreenCopy[] = moved.map(({ y, height }) => ({ x, y, width, height, fromX: x - dx, fromY: y - dy }));
    if (dy > 0) runs.reverse();
    for (const run of runs) {
      const rows = run.y * (size.height + 1) + run.height;
      const last = (dx === 0 || runs.length === 1 ? lastOf.get(rows) : undefined) ?? copies.length;
      const neighbour = copies[last];
      if (neighbour !== undefined && sideBySide(neighbour, run)) copies[last] = joined(neighbour, run);
      else if (copies.length < MAX_COPIES) lastOf.set(rows, copies.push(run) - 1);
    }
  }
  // Each column is copied within itself then: only the order of its rows counts.
  if (dx === 0) copies.sort((one, other) => (dy > 0 ? other.y - one.y : one.y - other.y));
  return copies;
}

function stripsOf(left: number, right: number): { readonly x: number; readonly width: number }[] {
  const strips = [];
  for (let x = left, next = 0; x < right; x = next) {
    next = Math.min(right, (Math.floor(x / STRIP_WIDTH) + 1) * STRIP_WIDTH);
    strips.push({ x, width: next - x });
  }
  return strips;
}

function sideBySide(one: Rect, other: Rect): boolean {
  return one.x + one.width === other.x || other.x + other.width === one.x;
}

function joined(one: ScreenCopy, other: ScreenCopy): ScreenCopy {
  const { x, fromX } = one.x < other.x ? one : other;
  return { ...one, x, fromX, width: one.width + other.width };
}

/** Runs of rows of the strip that were that much further up and to the left in `previous`. */
function movedRuns(
  { words, stride }: FrameWords,
  previous: Int32Array,
  { width }: Size,
  strip: Rect,
  { dx, dy }: Shift,
): { readonly y: number; readonly height: number }[] {
  const runs = [];
  const last = strip.y + strip.height;
  let start = strip.y;
  for (let y = start; y <= last; y++) {
    if (y < last && rowsEqual(words, y * stride + strip.x, previous, (y - dy) * width + strip.x - dx, strip.width)) continue;
    if (y - start >= MIN_COPY_ROWS) runs.push({ y: start, height: y - start });
    start = y + 1;
  }
  return runs;
}
