import type { Rect } from '../../protocol/rdp/geometry.ts';
import type { DrawnBy } from '../../protocol/rdp/graphics/contract.ts';

/** More than this in one drawing are not told: the overlay is for looking at, and pictures go on. */
const MAX_MARKS = 512;
/** They can be told apart by people who do not see red and green. */
const COLOURS: Readonly<Record<DrawnBy, string>> = {
  exact: 'rgb(0 114 178 / 35%)',
  copied: 'rgb(240 228 66 / 35%)',
  remoteFx: 'rgb(204 121 167 / 45%)',
  film: 'rgb(213 94 0 / 45%)',
};

/** A part of the picture, and how it came. */
export interface CodecMark {
  readonly rect: Rect;
  readonly by: DrawnBy;
}

/** As much of a canvas' context as marks are drawn with. */
interface MarkedCanvas {
  fillStyle: unknown;
  clearRect(x: number, y: number, width: number, height: number): void;
  fillRect(x: number, y: number, width: number, height: number): void;
}

/** Gathers marks where pictures are decoded, while somebody wants them. */
export class CodecMarks {
  private wanted = false;
  private marks: CodecMark[] = [];

  want(on: boolean): void {
    this.wanted = on;
    this.marks = [];
  }

  add(rect: Rect, by: DrawnBy): void {
    if (this.wanted && this.marks.length < MAX_MARKS) this.marks.push({ rect, by });
  }

  /** Those since the last call; undefined when there are none. */
  take(): readonly CodecMark[] | undefined {
    if (this.marks.length === 0) return undefined;
    const { marks } = this;
    this.marks = [];
    return marks;
  }
}

/** Each part of the picture in the colour of how it came last, on a canvas as large as the picture. */
export function drawMarks(context: MarkedCanvas, marks: readonly CodecMark[]): void {
  for (const { rect, by } of marks) {
    context.clearRect(rect.x, rect.y, rect.width, rect.height);
    context.fillStyle = COLOURS[by];
    context.fillRect(rect.x, rect.y, rect.width, rect.height);
  }
}
