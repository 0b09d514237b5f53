import type { Rect, Size } from '../../geometry.ts';
import { holds, overlap } from '../tiles/areas.ts';
import { areaOf, MovingTiles } from './moving-tiles.ts';

/** Frames closer together than this are one slot of the history, so that something quick elsewhere does not make a film look slow. */
const SLOT_MS = 25;
/** A film in which nothing has moved for so long is over: ten frames of thirty a second, less what it takes to begin refining within 300 ms. */
export const STILL_MS = 250;
/** A film in which fewer of its tiles than this move has grown cheap: exact is better then. */
const CHEAP_SHARE = 0.25;
/** So many slots in a row must say that it is cheap, or that something of another size moves. */
const SURE_SLOTS = 8;
/** A film that has shrunk to less than this share of its rectangle gets another one. */
const SHRUNK_SHARE = 0.5;

export interface Motion {
  /** What has changed and was not copied, inside the 64×64 grid. */
  readonly areas: readonly Rect[];
  /** Where something was copied from and to. */
  readonly copies: readonly Rect[];
  /** When the picture was taken, on any clock that only goes on. */
  readonly nowMs: number;
  /** For so long nothing had changed before it, although it was looked for: that a picture comes late may also be the line's fault. */
  readonly stillMs?: number;
  /** A film may begin once it has moved in fewer slots. */
  readonly soon?: boolean;
}

/**
 * Says which rectangle of the picture is a film, over time: it begins once it has moved in six of eight slots without moving about, keeps its
 * rectangle while it fits, and ends when it rests, has grown cheap, or is scrolled away. Its edges are even.
 */
export class MotionFinder {
  private readonly size: Size;
  private readonly tiles: MovingTiles;
  private box: Rect | undefined;
  private slotMs = Number.NEGATIVE_INFINITY;
  private movedMs = Number.NEGATIVE_INFINITY;
  private cheap = 0;
  private misfits = 0;

  /** @param size of the picture: another size is another finder */
  constructor(size: Size) {
    this.size = size;
    this.tiles = new MovingTiles(size);
  }

  /** The film's rectangle after this picture, undefined when there is none. The same object as long as it stays the same. */
  look({ areas, copies, nowMs, stillMs = 0, soon = false }: Motion): Rect | undefined {
    // Slides and flips are no film, however many of them come.
    if (this.box === undefined && stillMs >= STILL_MS) this.tiles.forget();
    const sameSlot = nowMs - this.slotMs < SLOT_MS;
    if (areas.length > 0 || copies.length > 0) {
      this.tiles.add(areas, copies, sameSlot);
      if (!sameSlot) this.slotMs = nowMs;
    }
    const { box } = this;
    if (box !== undefined && areas.some((area) => overlap(area, box))) this.movedMs = nowMs;
    if (box !== undefined && (copies.some((copy) => overlap(copy, box)) || nowMs - this.movedMs >= STILL_MS)) this.end();
    if (sameSlot) return this.box;
    const found = this.tiles.find(soon);
    if (this.box === undefined) {
      if (found !== undefined) this.begin(found, nowMs);
    } else this.reconsider(this.box, found, nowMs);
    return this.box;
  }

  /** When {@link look} is to be called again even if nothing changes by then; undefined when there is no film. */
  get dueMs(): number | undefined {
    return this.box === undefined ? undefined : this.movedMs + STILL_MS;
  }

  /** What came before is unknown: nothing moves. */
  forget(): void {
    this.end();
    this.slotMs = Number.NEGATIVE_INFINITY;
  }

  private begin(found: Rect, nowMs: number): void {
    const box = evenly(found, this.size);
    // A picture of one column or row has none.
    if (areaOf(box) === 0) return;
    this.box = box;
    this.movedMs = nowMs;
    this.cheap = 0;
    this.misfits = 0;
  }

  private end(): void {
    this.box = undefined;
    this.tiles.forget();
  }

  private reconsider(box: Rect, found: Rect | undefined, nowMs: number): void {
    const share = (this.tiles.busyTiles(box, 1) * 64 * 64) / areaOf(box);
    this.cheap = share < CHEAP_SHARE ? this.cheap + 1 : 0;
    if (this.cheap >= SURE_SLOTS) {
      this.end();
      return;
    }
    const fits = found === undefined || (holds(box, found) && areaOf(found) >= SHRUNK_SHARE * areaOf(box));
    const elsewhere = found !== undefined && !overlap(found, box) && areaOf(found) <= areaOf(box);
    this.misfits = fits || elsewhere ? 0 : this.misfits + 1;
    if (found !== undefined && this.misfits >= SURE_SLOTS) this.begin(found, nowMs);
  }
}

/** The rectangle with its edges moved out to even places. Where the picture ends at an odd one, its last column or row is left out. */
function evenly({ x, y, width, height }: Rect, size: Size): Rect {
  const left = x & ~1;
  const top = y & ~1;
  const right = Math.min((x + width + 1) & ~1, size.width & ~1);
  const bottom = Math.min((y + height + 1) & ~1, size.height & ~1);
  return { x: left, y: top, width: right - left, height: bottom - top };
}
