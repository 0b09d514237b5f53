import type { Rect, Size } from '../../protocol/rdp/geometry.ts';
import type { DrawnBy } from '../../protocol/rdp/graphics/contract.ts';

const KINDS = ['exact', 'copied', 'remoteFx', 'film'] as const satisfies readonly DrawnBy[];
/** In pixels; doubled until there are no more cells than these. */
const LEAST_CELL_SIDE = 16;
const MAX_CELLS = 16_384;
/** Nothing has been drawn there. */
const NOTHING = 0;

/** A part of the picture, and how it came. */
export interface CodecMark {
  readonly rect: Rect;
  readonly by: DrawnBy;
}

/** How much of the picture came how, from 0 to 1; together 1, or 0 of a picture of which nothing has come. */
export type CodecShares = Readonly<Record<DrawnBy, number>>;

/** How each part of the picture came last, in cells of 16×16 pixels or more. A cell is what its middle is. */
export class CodecMap {
  private size: Size = { width: 0, height: 0 };
  private side = LEAST_CELL_SIDE;
  private columns = 0;
  private rows = 0;
  private cells = new Uint8Array(0);

  /** True where the picture had another size: nothing has come of it then. */
  resize({ width, height }: Size): boolean {
    if (width === this.size.width && height === this.size.height) return false;
    this.size = { width, height };
    this.side = LEAST_CELL_SIDE;
    while (Math.ceil(width / this.side) * Math.ceil(height / this.side) > MAX_CELLS) this.side *= 2;
    this.columns = Math.ceil(width / this.side);
    this.rows = Math.ceil(height / this.side);
    this.cells = new Uint8Array(this.columns * this.rows);
    return true;
  }

  /** `rect` lies in the picture. */
  set({ x, y, width, height }: Rect, by: DrawnBy): void {
    const value = KINDS.indexOf(by) + 1;
    const [left, right] = [this.firstFrom(x), x + width >= this.size.width ? this.columns : this.firstFrom(x + width)];
    const [top, bottom] = [this.firstFrom(y), y + height >= this.size.height ? this.rows : this.firstFrom(y + height)];
    if (left >= right) return;
    for (let row = top; row < bottom; row += 1) this.cells.fill(value, row * this.columns + left, row * this.columns + right);
  }

  get shares(): CodecShares {
    const counts = [NOTHING, ...KINDS].map(() => 0);
    for (const cell of this.cells) counts[cell] = (counts[cell] ?? 0) + 1;
    const drawn = Math.max(1, this.cells.length - (counts[NOTHING] ?? 0));
    const shareOf = (by: DrawnBy): number => (counts[KINDS.indexOf(by) + 1] ?? 0) / drawn;
    return { exact: shareOf('exact'), copied: shareOf('copied'), remoteFx: shareOf('remoteFx'), film: shareOf('film') };
  }

  /** The whole picture, one mark for cells of a row that came alike. */
  get marks(): readonly CodecMark[] {
    const marks: CodecMark[] = [];
    for (let row = 0; row < this.rows; row += 1) {
      for (let from = 0; from < this.columns; ) {
        const value = this.cells[row * this.columns + from];
        let to = from + 1;
        while (to < this.columns && this.cells[row * this.columns + to] === value) to += 1;
        const by = KINDS[(value ?? NOTHING) - 1];
        if (by !== undefined) marks.push({ rect: this.rectOf(from, row, to), by });
        from = to;
      }
    }
    return marks;
  }

  private rectOf(from: number, row: number, to: number): Rect {
    const { side, size } = this;
    const [x, y] = [from * side, row * side];
    return { x, y, width: Math.min(size.width, to * side) - x, height: Math.min(size.height, y + side) - y };
  }

  /** The first cell whose middle is not before this place. */
  private firstFrom(at: number): number {
    return Math.max(0, Math.ceil((at - this.side / 2) / this.side));
  }
}
