import type { Clock } from '../clock.ts';
import type { SystemView } from './ways/contract.ts';

/** What is urgent waits at most about so long behind a picture, beside the way itself. */
const AHEAD_MS = 250;
/** Ahead of what is urgent, in bytes: while nothing has been measured, and the bounds of what measuring makes of it. */
const AHEAD_BYTES = { unmeasured: 64 * 1024, least: 16 * 1024, most: 8 * 1024 * 1024 } as const;
/** The rate is that of this time beyond a round trip, at least and at most: what was just written cannot have been acknowledged sooner. */
const WINDOW_MS = { least: 20, most: 1_000 } as const;
/** Room that was found holds for so long, less what has been written since: the system is not asked before every slice. */
const ROOM_HOLDS_MS = 10;

export interface LineStream {
  /** Bytes written that the system has not taken yet. */
  readonly unsentBytes: number;
  /** Bytes that it has taken since the beginning. */
  readonly takenBytes: number;
  /** What the system knows of the stream; undefined where it does not tell. */
  look(): SystemView | undefined;
}

interface Sample {
  readonly atMs: number;
  readonly arrivedBytes: number;
}

/**
 * What a connection carries: how much of what was written is still on its way, how fast it arrives, and whether it moves at all. Where the
 * system does not tell what has been acknowledged, what it has taken counts as arrived.
 */
export class Line {
  private readonly stream: LineStream;
  private readonly clock: Clock;
  private samples: Sample[] = [];
  private bytesPerMs: number | undefined;
  private moved: Sample = { atMs: 0, arrivedBytes: -1 };
  /** Until when, and up to which place in what is written, room has been found. */
  private found = { untilMs: Number.NEGATIVE_INFINITY, endBytes: 0 };

  constructor(stream: LineStream, clock: Clock) {
    this.stream = stream;
    this.clock = clock;
  }

  /** How many bytes more may be written ahead of what is urgent; 0 or less when what is on its way already is enough. */
  get roomBytes(): number {
    const { stream } = this;
    const writtenBytes = stream.takenBytes + stream.unsentBytes;
    const atMs = this.clock.monotonicMs();
    if (atMs < this.found.untilMs && writtenBytes < this.found.endBytes) return this.found.endBytes - writtenBytes;
    const view = stream.look();
    const onTheWay = onTheWayIn(stream, view);
    const roundTripMs = view?.minRoundTripMs ?? 0;
    this.measure(arrivedIn(stream, view), onTheWay, roundTripMs, atMs);
    const roomBytes = this.aheadBytes(roundTripMs) - onTheWay;
    if (view !== undefined) this.found = { untilMs: atMs + ROOM_HOLDS_MS, endBytes: writtenBytes + roomBytes };
    return roomBytes;
  }

  /** A place in the stream of bytes: behind everything written so far. */
  get end(): number {
    const view = this.stream.look();
    return arrivedIn(this.stream, view) + onTheWayIn(this.stream, view);
  }

  /** Where the stream has arrived at the other side, as a place like {@link end}; and for how long a sign of that has been owed, in milliseconds. */
  progress(): { readonly arrived: number; readonly owedMs: number } {
    const view = this.stream.look();
    const arrived = arrivedIn(this.stream, view);
    const atMs = this.clock.monotonicMs();
    if (arrived !== this.moved.arrivedBytes || onTheWayIn(this.stream, view) === 0) this.moved = { atMs, arrivedBytes: arrived };
    return { arrived, owedMs: view?.owedMs ?? atMs - this.moved.atMs };
  }

  private aheadBytes(roundTripMs: number): number {
    if (this.bytesPerMs === undefined) return AHEAD_BYTES.unmeasured;
    return Math.min(AHEAD_BYTES.most, Math.max(AHEAD_BYTES.least, this.bytesPerMs * (roundTripMs + AHEAD_MS)));
  }

  private measure(arrivedBytes: number, onTheWay: number, roundTripMs: number, atMs: number): void {
    const [first] = this.samples;
    if (onTheWay === 0) {
      // When the last of it arrived is not known, so this is no rate. But where about all that may be ahead came through at once, more may be.
      const ahead = this.aheadBytes(roundTripMs);
      const soon = first !== undefined && atMs - first.atMs <= roundTripMs + AHEAD_MS && arrivedBytes - first.arrivedBytes >= ahead / 2;
      if (soon) this.bytesPerMs = Math.max(this.bytesPerMs ?? 0, (2 * ahead) / (roundTripMs + AHEAD_MS));
      this.samples = [];
      return;
    }
    if (first !== undefined && atMs - first.atMs >= roundTripMs + WINDOW_MS.least)
      this.bytesPerMs = (arrivedBytes - first.arrivedBytes) / (atMs - first.atMs);
    const last = this.samples.at(-1);
    if (last === undefined || atMs - last.atMs >= WINDOW_MS.least) this.samples.push({ atMs, arrivedBytes });
    while (this.samples.length > 1 && atMs - (this.samples[0]?.atMs ?? atMs) > roundTripMs + WINDOW_MS.most) this.samples.shift();
  }
}

function arrivedIn({ takenBytes }: LineStream, view: SystemView | undefined): number {
  return view?.acknowledgedBytes ?? takenBytes;
}

function onTheWayIn({ unsentBytes }: LineStream, view: SystemView | undefined): number {
  return unsentBytes + (view?.queuedBytes ?? 0);
}
