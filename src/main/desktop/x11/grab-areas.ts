import type { Rect, Size } from '../../../protocol/rdp/geometry.ts';

/** Damage is grabbed in bands of this many rows: few requests, and little more than was damaged. */
export const BAND_ROWS = 64;
/** The sides of what is grabbed lie on this grid, in pixels: what is drawn next is more often what was drawn before then, which is asked for at once. */
const GRID = 16;
/** Of a band's width. What is narrower is put in its place by a second copy, which costs less than to read and compare the rest. */
const MOSTLY = 0.75;

/**
 * The areas to grab for damaged rectangles: at most one a band, inside the screen, not overlapping, every damaged pixel in one of them.
 * A band that is mostly damaged is taken at full width, which needs no copy row by row; bands of equal extent become one.
 */
export function grabAreas(damaged: readonly Rect[], screen: Size): Rect[] {
  const bands = Math.ceil(screen.height / BAND_ROWS);
  const left = new Int32Array(bands).fill(screen.width);
  const right = new Int32Array(bands);
  for (const rect of damaged) {
    const x0 = Math.max(0, rect.x);
    const y0 = Math.max(0, rect.y);
    const x1 = Math.min(screen.width, rect.x + rect.width);
    const y1 = Math.min(screen.height, rect.y + rect.height);
    if (x1 <= x0 || y1 <= y0) continue;
    for (let band = Math.floor(y0 / BAND_ROWS); band * BAND_ROWS < y1; band += 1) {
      left[band] = Math.min(left[band] ?? 0, x0);
      right[band] = Math.max(right[band] ?? 0, x1);
    }
  }
  const areas: Rect[] = [];
  for (let band = 0; band < bands; band += 1) {
    let x = left[band] ?? 0;
    let end = right[band] ?? 0;
    if (end <= x) continue;
    x = Math.floor(x / GRID) * GRID;
    end = Math.min(screen.width, Math.ceil(end / GRID) * GRID);
    if (end - x > screen.width * MOSTLY) {
      x = 0;
      end = screen.width;
    }
    const y = band * BAND_ROWS;
    const height = Math.min(BAND_ROWS, screen.height - y);
    const last = areas.at(-1);
    if (last !== undefined && last.x === x && last.width === end - x && last.y + last.height === y)
      areas[areas.length - 1] = { ...last, height: last.height + height };
    else areas.push({ x, y, width: end - x, height });
  }
  return areas;
}
