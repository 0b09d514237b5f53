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
/**
 * A line may carry more by now than a queue has shown, which film at three quarters of that never proves. So film takes more than all of it for as long as an
 * encoder needs to follow, or until a queue shows again: after so long, at once again when it carried so much more, and after twice as long each time that
 * it did not, unless it carries so much less by then.
 */
const TRIAL = { share: 1.25, lastsMs: 750, proves: 1.1, fallen: 0.9, afterMs: 2_000, longestMs: 16_000 } as const;
/** The film's bitrate follows the line so often; in between it stays, since each change costs its rate control some pictures. */
const FOLLOW_MS = 250;
/** Frames come at most about so quickly after one another: a long line has as many more of them under way as its round trip takes. */
const BETWEEN_FRAMES_MS = 25;

interface Trial {
  /** When it begins, after so long; until then the line is known to carry so much. */
  readonly atMs: number;
  readonly afterMs: number;
  readonly bytesPerSecond: number;
  /** Once it has begun. */
  readonly endsAtMs?: number;
}

/** Divides a line between frames: when the next one may be made, and how much may be in it. */
export class LineShare {
  private film: { readonly bitsPerSecond: number; readonly atMs: number } | undefined;
  /** While a queue has shown what the line carries. What none has shown grows by itself. */
  private trial: Trial | undefined;

  /** Whether the line has room for a frame. */
  hasRoom({ roomBytes, bytesPerSecond }: LineState): boolean {
    return roomBytes > 0 && (bytesPerSecond === undefined || roomBytes >= Math.min(frameBytes(bytesPerSecond), MOST_FRAME_BYTES));
  }

  /** How many frames more than on a short line may be under way. */
  furtherFrames(minRoundTripMs: number): number {
    return Math.floor(minRoundTripMs / BETWEEN_FRAMES_MS);
  }

  /** For the next frame. `aside`: bytes a second that go ahead of pictures; where they seem to be most of the line, half of it is left for the picture. */
  next(line: LineState, nowMs: number, aside = 0): FrameShare {
    const { roomBytes, bytesPerSecond: known } = line;
    if (known === undefined) return { frameBytes: Math.max(LEAST_FRAME_BYTES, roomBytes) };
    const bytesPerSecond = Math.max(known - aside, known / 2);
    if (this.film === undefined || nowMs - this.film.atMs >= FOLLOW_MS)
      this.film = { bitsPerSecond: Math.round(bytesPerSecond * 8 * this.filmShare(line, nowMs)), atMs: nowMs };
    return { frameBytes: Math.floor(frameBytes(bytesPerSecond)), filmBitsPerSecond: this.film.bitsPerSecond };
  }

  /** What film gets of what is known. */
  private filmShare(line: LineState, nowMs: number): number {
    // On the thinnest lines the least frame is too much already.
    const mayTry = line.atMost === true && frameBytes(line.bytesPerSecond ?? 0) > LEAST_FRAME_BYTES;
    this.trial = mayTry ? trialAfter(this.trial, line, nowMs) : undefined;
    const { trial } = this;
    if (trial === undefined || nowMs < trial.atMs || (trial.endsAtMs !== undefined && nowMs >= trial.endsAtMs)) return FILM_SHARE;
    this.trial = { ...trial, endsAtMs: trial.endsAtMs ?? nowMs + TRIAL.lastsMs };
    return TRIAL.share;
  }
}

function frameBytes(bytesPerSecond: number): number {
  return Math.max(LEAST_FRAME_BYTES, (bytesPerSecond * FRAME_MS) / 1_000);
}

/** The trial that goes on, or the next one. */
function trialAfter(trial: Trial | undefined, line: LineState, nowMs: number): Trial {
  const { bytesPerSecond = 0, queuedBytes, roundTripMs = 0 } = line;
  const first = { atMs: nowMs + TRIAL.afterMs, afterMs: TRIAL.afterMs, bytesPerSecond };
  if (trial === undefined || bytesPerSecond < trial.bytesPerSecond * TRIAL.fallen) return first;
  const isQueue = queuedBytes > frameBytes(bytesPerSecond) / 2;
  if (trial.endsAtMs === undefined)
    return {
      ...trial,
      atMs: isQueue ? Math.max(trial.atMs, nowMs + FOLLOW_MS) : trial.atMs,
      bytesPerSecond: Math.max(trial.bytesPerSecond, bytesPerSecond),
    };
  if (bytesPerSecond > trial.bytesPerSecond * TRIAL.proves) return { ...first, atMs: nowMs };
  // What arrived of it is known a round trip later.
  if (!isQueue && nowMs < trial.endsAtMs + roundTripMs) return trial;
  const afterMs = Math.min(TRIAL.longestMs, trial.afterMs * 2);
  return { atMs: nowMs + afterMs, afterMs, bytesPerSecond };
}
