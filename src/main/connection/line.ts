import type { Clock } from '../clock.ts';
import { ArrivalRate } from './arrival-rate.ts';
import type { LineState } from './contract.ts';
import type { SystemView } from './ways/contract.ts';

/** What is urgent waits at most about so long behind a picture, beside the way itself. */
const AHEAD_MS = 100;
/**
 * Ahead of what is urgent, in bytes: while nothing has been measured (about what TCP itself lets out before the first acknowledgement), and the bounds
 * of what measuring makes of it.
 */
const AHEAD_BYTES = { unmeasured: 16 * 1024, least: 4 * 1024, most: 8 * 1024 * 1024 } as const;
/** Room that was found holds for so long, less what has been written since: the system is not asked before every slice. */
const ROOM_HOLDS_MS = 10;
/**
 * While much is on its way it is looked this often at how fast it arrives. Little may be acknowledged late and tells nothing, and on a free line it arrives in
 * less time: a wake-up costs more than all that a look tells then. Whoever writes more looks anyway, and so does every tick (`progress`).
 */
const LOOK_MS = 10;
const LITTLE_BYTES = 1_448;

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
  private readonly rate = new ArrivalRate(AHEAD_MS);
  private moved: Sample = { atMs: 0, arrivedBytes: -1 };
  /** Until when, and up to which place in what is written, room has been found. */
  private found = { untilMs: Number.NEGATIVE_INFINITY, endBytes: 0 };
  private cancelLook: (() => void) | undefined;
  private closed = false;
  /** How much stands before the narrow place of the line, when what was written leaves it as quickly as is known. */
  private standing = { atMs: 0, writtenBytes: 0, bytes: 0 };
  /** As much as had been taken at the last look. */
  private lookedTakenBytes = 0;
  /** How much more the system counts than was written, which is what TLS adds; undefined where it tells nothing. */
  private addedBytes: number | undefined;

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
    this.measure(view);
    const roomBytes = this.room(view);
    if (view !== undefined) this.found = { untilMs: atMs + ROOM_HOLDS_MS, endBytes: writtenBytes + roomBytes };
    return roomBytes;
  }

  /** What it carries, as it is now. */
  get state(): LineState {
    const view = this.stream.look();
    this.measure(view);
    const { bytesPerMs, queuedBytes, isShown } = this.rate;
    return {
      roomBytes: this.room(view),
      queuedBytes: queuedBytes + (view === undefined ? 0 : this.unsent(view)),
      ...(bytesPerMs === undefined ? {} : { bytesPerSecond: bytesPerMs * 1_000 }),
      ...(isShown ? { atMost: true } : {}),
      ...(view === undefined ? {} : { minRoundTripMs: view.minRoundTripMs, roundTripMs: view.roundTripMs ?? view.minRoundTripMs }),
    };
  }

  /** A place in the stream of bytes: behind everything written so far. */
  get end(): number {
    const view = this.stream.look();
    return arrivedIn(this.stream, view) + this.onTheWay(view);
  }

  /**
   * Where the stream has arrived at the other side, as a place like {@link end}; and for how long a sign of that has been owed, in milliseconds. To be
   * asked at every tick.
   */
  progress(): { readonly arrived: number; readonly owedMs: number } {
    const view = this.stream.look();
    this.measure(view);
    const arrived = arrivedIn(this.stream, view);
    const atMs = this.clock.monotonicMs();
    if (arrived !== this.moved.arrivedBytes || this.onTheWay(view) === 0) this.moved = { atMs, arrivedBytes: arrived };
    return { arrived, owedMs: view?.owedMs ?? atMs - this.moved.atMs };
  }

  /** The system has taken something: from now until nearly all has arrived it is watched how fast it does. */
  taken(): void {
    if (this.closed) return;
    const { takenBytes, unsentBytes } = this.stream;
    this.rate.wrote({ atMs: this.clock.monotonicMs(), bytes: takenBytes + (this.addedBytes ?? unsentBytes) });
    this.watchBy(takenBytes - this.lookedTakenBytes);
  }

  close(): void {
    this.closed = true;
    this.cancelLook?.();
    this.cancelLook = undefined;
  }

  /** Looks again soon, where much is on its way. */
  private watchBy(onTheWayBytes: number): void {
    if (onTheWayBytes > this.littleBytes) this.cancelLook ??= this.clock.after(LOOK_MS, this.watch);
  }

  /** No more than this is little: on a line without a queue it will have arrived before a look could tell anything of it. */
  private get littleBytes(): number {
    const { bytesPerMs = 0, queuedBytes } = this.rate;
    return queuedBytes > LITTLE_BYTES ? LITTLE_BYTES : Math.max(LITTLE_BYTES, bytesPerMs * LOOK_MS);
  }

  private readonly watch = (): void => {
    this.cancelLook = undefined;
    const view = this.stream.look();
    this.measure(view);
    this.watchBy(this.onTheWay(view));
  };

  private aheadBytes(view: SystemView | undefined): number {
    const { bytesPerMs } = this.rate;
    if (bytesPerMs === undefined) return AHEAD_BYTES.unmeasured;
    return Math.min(AHEAD_BYTES.most, Math.max(AHEAD_BYTES.least, bytesPerMs * ((view?.minRoundTripMs ?? 0) + AHEAD_MS)));
  }

  /** By what is on its way, and by what may still stand before the narrow place when what was written leaves at the line's rate. */
  private room(view: SystemView | undefined): number {
    const { stream, standing } = this;
    const { bytesPerMs } = this.rate;
    const onTheWay = this.onTheWay(view);
    const room = this.aheadBytes(view) - onTheWay;
    const atMs = this.clock.monotonicMs();
    const writtenBytes = stream.takenBytes + stream.unsentBytes;
    const left = (bytesPerMs ?? 0) * (atMs - standing.atMs);
    const bytes = Math.max(0, Math.min(onTheWay, standing.bytes + writtenBytes - standing.writtenBytes - left));
    this.standing = { atMs, writtenBytes, bytes };
    return bytesPerMs === undefined ? room : Math.min(room, Math.max(AHEAD_BYTES.least, bytesPerMs * AHEAD_MS) - bytes);
  }

  private measure(view: SystemView | undefined): void {
    const { stream } = this;
    const arrivedBytes = arrivedIn(stream, view);
    const { minRoundTripMs = 0, roundTripMs = minRoundTripMs, segmentBytes } = view ?? {};
    const { takenBytes, unsentBytes } = stream;
    // What the system has not taken stands here, not on the line.
    const writtenBytes = arrivedBytes + (view === undefined ? unsentBytes : view.queuedBytes);
    if (view === undefined) this.addedBytes = undefined;
    else if (unsentBytes === 0) this.addedBytes = writtenBytes - takenBytes;
    this.lookedTakenBytes = takenBytes;
    this.rate.look(
      { atMs: this.clock.monotonicMs(), writtenBytes, arrivedBytes, minRoundTripMs, roundTripMs, segmentBytes },
      this.aheadBytes(view),
    );
  }

  private onTheWay(view: SystemView | undefined): number {
    return view === undefined ? this.stream.unsentBytes : view.queuedBytes + this.unsent(view);
  }

  /** What the system has not taken. It says so a turn later than it has: as unsent and as queued that would count twice. */
  private unsent({ acknowledgedBytes, queuedBytes }: SystemView): number {
    const { takenBytes, unsentBytes } = this.stream;
    return Math.max(0, Math.min(unsentBytes, takenBytes + unsentBytes + (this.addedBytes ?? 0) - acknowledgedBytes - queuedBytes));
  }
}

function arrivedIn({ takenBytes }: LineStream, view: SystemView | undefined): number {
  return view?.acknowledgedBytes ?? takenBytes;
}
