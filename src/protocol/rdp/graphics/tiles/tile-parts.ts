/* oxlint-disable typescript/no-non-null-assertion -- every index is that of a tile inside the picture */
import type { Rect, Size } from '../../geometry.ts';
import { TILE_SIDE } from './grid.ts';

/** Numbers of a part: left, top, right, bottom. */
const NUMBERS = 4;

/** What lies in neighbouring tiles of one row of the grid, `right` and `bottom` not part of it. */
export interface TileRun {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Of each tile of the 64×64 grid of a picture the part that is to be looked at: one rectangle, which holds all that was added in it and has lost what could
 * be cut off. Left and width are multiples of four where the picture allows.
 */
export class TileParts {
  private readonly size: Size;
  private readonly columns: number;
  private readonly parts: Int32Array;

  constructor(size: Size) {
    this.size = { width: size.width, height: size.height };
    this.columns = Math.ceil(size.width / TILE_SIDE);
    this.parts = new Int32Array(this.columns * Math.ceil(size.height / TILE_SIDE) * NUMBERS);
  }

  /** Rectangles may overlap or leave the picture. */
  add(rect: Rect): void {
    const { width } = this.size;
    const left = rect.x & ~3;
    const right = Math.min(width, (rect.x + rect.width + 3) & ~3);
    const bottom = rect.y + rect.height;
    this.eachIn({ ...rect, x: left, width: right - left }, (parts, at, x, y) => {
      const to = {
        left: Math.max(left, x),
        top: Math.max(rect.y, y),
        right: Math.min(right, x + TILE_SIDE),
        bottom: Math.min(bottom, this.endOf(y)),
      };
      if (isEmpty(parts, at)) {
        parts[at] = to.left;
        parts[at + 1] = to.top;
        parts[at + 2] = to.right;
        parts[at + 3] = to.bottom;
      } else {
        parts[at] = Math.min(parts[at]!, to.left);
        parts[at + 1] = Math.min(parts[at + 1]!, to.top);
        parts[at + 2] = Math.max(parts[at + 2]!, to.right);
        parts[at + 3] = Math.max(parts[at + 3]!, to.bottom);
      }
    });
  }

  /** Cuts off what lies in this rectangle, where the rest is one rectangle. */
  leaveOut({ x, y, width, height }: Rect): void {
    const right = x + width;
    const bottom = y + height;
    this.eachIn({ x, y, width, height }, (parts, at) => {
      if (x <= parts[at]! && right >= parts[at + 2]!) {
        if (y <= parts[at + 1]!) parts[at + 1] = Math.max(parts[at + 1]!, bottom);
        else if (bottom >= parts[at + 3]!) parts[at + 3] = Math.min(parts[at + 3]!, y);
      } else if (y <= parts[at + 1]! && bottom >= parts[at + 3]!) {
        if (x <= parts[at]!) parts[at] = Math.max(parts[at]!, right & ~3);
        else if (right >= parts[at + 2]!) parts[at + 2] = Math.min(parts[at + 2]!, (x + 3) & ~3);
      }
    });
  }

  /** What of the parts lies in this rectangle. */
  within({ x, y, width, height }: Rect): Rect[] {
    const found: Rect[] = [];
    this.eachIn({ x, y, width, height }, (parts, at) => {
      const left = Math.max(x, parts[at]!);
      const top = Math.max(y, parts[at + 1]!);
      const right = Math.min(x + width, parts[at + 2]!);
      const bottom = Math.min(y + height, parts[at + 3]!);
      if (right > left && bottom > top) found.push({ x: left, y: top, width: right - left, height: bottom - top });
    });
    return found;
  }

  /** All parts, row by row, as few runs as may be; none is left. */
  take(): TileRun[] {
    const { parts, columns } = this;
    const runs: TileRun[] = [];
    let end = -1;
    for (let at = 0; at < parts.length; at += NUMBERS) {
      if (isEmpty(parts, at)) continue;
      const run = { left: parts[at]!, top: parts[at + 1]!, right: parts[at + 2]!, bottom: parts[at + 3]! };
      const last = runs.at(-1);
      const isNext = at === end && at % (columns * NUMBERS) !== 0;
      if (isNext && last?.right === run.left && last.top === run.top && last.bottom === run.bottom)
        runs[runs.length - 1] = { ...last, right: run.right };
      else runs.push(run);
      end = at + NUMBERS;
    }
    parts.fill(0);
    return runs;
  }

  private endOf(y: number): number {
    return Math.min(this.size.height, y + TILE_SIDE);
  }

  /** `x` and `y`: where the tile begins. */
  private eachIn(rect: Rect, run: (parts: Int32Array, at: number, x: number, y: number) => void): void {
    const { width, height } = this.size;
    const right = Math.min(width, rect.x + rect.width);
    const bottom = Math.min(height, rect.y + rect.height);
    for (let row = Math.max(0, Math.floor(rect.y / TILE_SIDE)); row * TILE_SIDE < bottom; row++)
      for (let column = Math.max(0, Math.floor(rect.x / TILE_SIDE)); column * TILE_SIDE < right; column++)
        run(this.parts, (row * this.columns + column) * NUMBERS, column * TILE_SIDE, row * TILE_SIDE);
  }
}

function isEmpty(parts: Int32Array, at: number): boolean {
  return parts[at + 2]! <= parts[at]! || parts[at + 3]! <= parts[at + 1]!;
}
