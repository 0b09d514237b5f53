/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import type { Rect, Size } from '../../geometry.ts';
import type { FrameWords } from '../pixel-words.ts';
import { rowsEqual } from '../tiles/row-compare.ts';

/** A change smaller than this is quicker sent than looked into. Pixels. */
const MIN_BOX_WIDTH = 64;
const MIN_BOX_HEIGHT = 48;
/** Of the changed rows one in so many is looked at: what is missed at the edges is sent like any change. */
const LOOK_EVERY_ROWS = 4;
/** Of what has changed the first rows mostly have: so many are looked at before the next. */
const BAND_ROWS = 32;

/**
 * A rectangle that holds about every changed pixel of `damage`: some rows are looked at, and its sides lie on the grid of four that bitmaps have. Undefined where
 * so little has changed that no copy is worth looking for.
 */
export function changedBox(now: FrameWords, previous: Int32Array, size: Size, damage: readonly Rect[]): Rect | undefined {
  const seen = seenChanged(now, previous, size, damage, LOOK_EVERY_ROWS);
  if (seen === undefined) return undefined;
  const left = seen.x & ~3;
  const right = Math.min(size.width, (seen.x + seen.width + 3) & ~3);
  const top = Math.max(0, seen.y - LOOK_EVERY_ROWS + 1);
  const bottom = Math.min(size.height, seen.y + seen.height + LOOK_EVERY_ROWS - 1);
  const box = { x: left, y: top, width: right - left, height: bottom - top };
  return box.width < MIN_BOX_WIDTH || box.height < MIN_BOX_HEIGHT ? undefined : box;
}

/** Whether any pixel of an area differs. */
export function isChanged(now: FrameWords, previous: Int32Array, size: Size, area: Rect): boolean {
  const end = area.y + area.height;
  for (let y = area.y; y < end; y += BAND_ROWS) {
    if (seenChanged(now, previous, size, [{ ...area, y, height: Math.min(BAND_ROWS, end - y) }], 1) !== undefined) return true;
  }
  return false;
}

function seenChanged(
  { words, stride, kernels }: FrameWords,
  previous: Int32Array,
  { width, height }: Size,
  damage: readonly Rect[],
  everyRows: number,
): Rect | undefined {
  if (kernels !== undefined) return kernels.changedBox(damage, everyRows);
  let left = width;
  let right = 0;
  let top = height;
  let bottom = 0;
  for (const rect of damage) {
    const x0 = Math.max(0, rect.x);
    const x1 = Math.min(width, rect.x + rect.width);
    const y1 = Math.min(height, rect.y + rect.height);
    if (x0 >= x1) continue;
    for (let y = Math.max(0, rect.y); y < y1; y += everyRows) {
      const a = y * stride;
      const b = y * width;
      if (rowsEqual(words, a + x0, previous, b + x0, x1 - x0)) continue;
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
      for (let x = x0; x < Math.min(x1, left); x++) if (((words[a + x]! ^ previous[b + x]!) & 0xff_ffff) !== 0) left = x;
      for (let x = x1 - 1; x >= Math.max(x0, right); x--) if (((words[a + x]! ^ previous[b + x]!) & 0xff_ffff) !== 0) right = x + 1;
    }
  }
  return right <= left || bottom <= top ? undefined : { x: left, y: top, width: right - left, height: bottom - top };
}
