import type { Rect } from '../../geometry.ts';
import type { FilmMaker } from '../../film-maker.ts';
import type { PixelFrame } from '../contract.ts';

/** One rectangle of the picture that moves, in the way that its client is shown such. */
export interface MovingPart {
  /** The same object as long as it is the same. */
  readonly box: Rect;
  /** Before that its parts are sent as everything else is. */
  readonly isReady: boolean;
  /** The next picture is to be drawn whole, since the client has something else there. */
  readonly wantsWhole: boolean;
  /** Which way its pictures are made; undefined where that is none of the known ones. */
  readonly by: FilmMaker | undefined;
  /** Nothing in its pictures repeats, so that compressing them once more would gain nothing. */
  readonly isDense: boolean;
  /** Surfaces of its own that the client has. */
  readonly surfaces: readonly number[];
  /** The line has so much for it now; as much as it wishes where that is not known. */
  follow(lineBitsPerSecond: number | undefined, nowMs: number): void;
  /** Whether there is room for a picture. */
  hasRoom(nowMs: number): boolean;
  /** The client has nothing of it any more. */
  forgetSurface(): void;
  /** The client may have lost some of it: the next picture refers to none before. */
  askForKey(): void;
  /**
   * The picture's PDUs, which draw `regions` (even, inside the box) on the desktop surface.
   * Rejects when it cannot go on; it is of no use any more then.
   */
  draw(frame: PixelFrame, regions: readonly Rect[]): Promise<Uint8Array[]>;
  /** The PDUs that take away what the client has of it. */
  end(): Uint8Array[];
}
