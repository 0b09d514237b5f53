import type { Rect, Size } from '../../protocol/rdp/geometry.ts';
import type { DrawnBy } from '../../protocol/rdp/graphics/contract.ts';
import { CodecMap, type CodecMark, type CodecShares } from './codec-map.ts';

/** More than this in one drawing are told roughly, in cells: the overlay is for looking at, and pictures go on. */
const MAX_MARKS = 512;
/** They can be told apart by people who do not see red and green. */
export const CODEC_COLOURS: Readonly<Record<DrawnBy, string>> = {
  exact: 'rgb(0 114 178 / 35%)',
  copied: 'rgb(240 228 66 / 35%)',
  remoteFx: 'rgb(204 121 167 / 45%)',
  film: 'rgb(213 94 0 / 45%)',
};

/** As much of a canvas' context as marks are drawn with. */
interface MarkedCanvas {
  fillStyle: unknown;
  clearRect(x: number, y: number, width: number, height: number): void;
  fillRect(x: number, y: number, width: number, height: number): void;
}

/** Knows how each part of the picture came, and gathers marks of what is drawn while somebody wants them. */
export class CodecMarks {
  private readonly map = new CodecMap();
  private wanted = false;
  private marks: CodecMark[] = [];
  /** The whole picture is to be told: all of it is new to whoever looks, or more was drawn than is kept. */
  private whole = false;

  get shares(): CodecShares {
    return this.map.shares;
  }

  want(on: boolean): void {
    this.wanted = on;
    this.marks = [];
    this.whole = on;
  }

  /** `picture`: as large as it is now. */
  add(rect: Rect, by: DrawnBy, picture: Size): void {
    if (this.map.resize(picture)) {
      this.marks = [];
      this.whole = this.wanted;
    }
    this.map.set(rect, by);
    if (!this.wanted || this.whole) return;
    this.marks.push({ rect, by });
    this.whole = this.marks.length > MAX_MARKS;
  }

  /** Those since the last call, or of the whole picture; undefined when there are none. */
  take(): readonly CodecMark[] | undefined {
    const marks = this.whole ? this.map.marks : this.marks;
    this.marks = [];
    this.whole = false;
    return marks.length === 0 ? undefined : marks;
  }
}

/** Each part of the picture in the colour of how it came last, on a canvas as large as the picture. */
export function drawMarks(context: MarkedCanvas, marks: readonly CodecMark[]): void {
  for (const { rect, by } of marks) {
    context.clearRect(rect.x, rect.y, rect.width, rect.height);
    context.fillStyle = CODEC_COLOURS[by];
    context.fillRect(rect.x, rect.y, rect.width, rect.height);
  }
}
