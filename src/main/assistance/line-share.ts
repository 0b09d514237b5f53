import type { FrameShare } from '../../protocol/rdp/graphics/contract.ts';
import type { LineState } from '../connection/contract.ts';

/** One frame may be so much of the line's time: another one is asked for when no more than that is left of the frames before. */
const FRAME_MS = 50;
/** Frames are not smaller than this: a tile of 16×64 at its worst. */
const LEAST_FRAME_BYTES = 3 * 1024;
/** More than this no frame needs to wait for. */
const MOST_FRAME_BYTES = 1024 * 1024;
/** What film gets of the line; the rest is for what is exact, and for an encoder that takes more than it was given. */
const FILM_SHARE = 0.75;
/** The film's bitrate follows the line so often; in between it stays, since each change costs its rate control some pictures. */
const FOLLOW_MS = 250;
/** Frames come at most about so quickly after one another: a long line has as many more of them under way as its round trip takes. */
const BETWEEN_FRAMES_MS = 25;

/** Divides a line between frames: when the next one may be made, and how much may be in it. */
export class LineShare {
  private film: { readonly bitsPerSecond: number; readonly atMs: number } | undefined;

  /** Whether the line has room for a frame. */
  hasRoom({ roomBytes, bytesPerSecond }: LineState): boolean {
    return roomBytes > 0 && (bytesPerSecond === undefined || roomBytes >= Math.min(frameBytes(bytesPerSecond), MOST_FRAME_BYTES));
  }

  /** How many frames more than on a short line may be under way. */
  furtherFrames(minRoundTripMs: number): number {
    return Math.floor(minRoundTripMs / BETWEEN_FRAMES_MS);
  }

  /** For the next frame. `aside`: bytes a second that go ahead of pictures; where they seem to be most of the line, half of it is left for the picture. */
  next({ roomBytes, bytesPerSecond: known }: LineState, nowMs: number, aside = 0): FrameShare {
    if (known === undefined) return { frameBytes: Math.max(LEAST_FRAME_BYTES, roomBytes) };
    const bytesPerSecond = Math.max(known - aside, known / 2);
    if (this.film === undefined || nowMs - this.film.atMs >= FOLLOW_MS)
      this.film = { bitsPerSecond: Math.round(bytesPerSecond * 8 * FILM_SHARE), atMs: nowMs };
    return { frameBytes: Math.floor(frameBytes(bytesPerSecond)), filmBitsPerSecond: this.film.bitsPerSecond };
  }
}

function frameBytes(bytesPerSecond: number): number {
  return Math.max(LEAST_FRAME_BYTES, (bytesPerSecond * FRAME_MS) / 1_000);
}
