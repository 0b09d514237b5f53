import type { LineState } from '../../src/main/connection/contract.ts';
import { Line } from '../../src/main/connection/line.ts';
import { Outbox } from '../../src/main/connection/outbox.ts';
import type { SystemView } from '../../src/main/connection/ways/contract.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What has been written, and what happens when the other side has it. */
interface UnderWay {
  readonly end: number;
  readonly arrived: (() => void) | undefined;
}

/**
 * A line in virtual time with our own outbox before it: the system takes everything at once, `bytesPerMs` of it leave a millisecond, arrive half a
 * round trip later, and are acknowledged half a round trip after that.
 */
export class VirtualLine {
  bytesPerMs: number;
  readonly roundTripMs: number;
  /** Acknowledgements do not come while it is true; what was sent arrives all the same. */
  mute = false;
  readonly line: Line;
  readonly outbox: Outbox;
  takenBytes = 0;
  unsentBytes = 0;
  /** What the system has; it may say so later. */
  private handed = 0;
  private left = 0;
  private acknowledged = 0;
  private credit = 0;
  private readonly clock: VirtualClock;
  private readonly saysAfterMs: number;
  /** How far the queue had got when. */
  private readonly history: { readonly atMs: number; readonly left: number }[] = [];
  private readonly underWay: UnderWay[] = [];
  mostQueued = 0;

  /** `saysAfterMs`: so much later than the system has it, it says that it has taken something. */
  constructor(clock: VirtualClock, options: { readonly bytesPerMs: number; readonly roundTripMs: number; readonly saysAfterMs?: number }) {
    this.clock = clock;
    this.saysAfterMs = options.saysAfterMs ?? 0;
    this.bytesPerMs = options.bytesPerMs;
    this.roundTripMs = options.roundTripMs;
    this.line = new Line(this, clock);
    this.outbox = new Outbox(this, clock);
  }

  get roomBytes(): number {
    return this.line.roomBytes;
  }
  get state(): LineState {
    return this.line.state;
  }
  /** Bytes that stand before the narrow place. */
  get queued(): number {
    return this.handed - this.left;
  }
  get inFlight(): number {
    return this.handed - this.acknowledged;
  }
  look(): SystemView {
    const { roundTripMs } = this;
    return { acknowledgedBytes: this.acknowledged, queuedBytes: this.inFlight, minRoundTripMs: roundTripMs, roundTripMs, owedMs: 0 };
  }
  write(bytes: Uint8Array, taken?: () => void): void {
    this.handed += bytes.length;
    this.unsentBytes += bytes.length;
    this.underWay.push({ end: this.handed, arrived: undefined });
    const say = (): void => {
      this.unsentBytes -= bytes.length;
      this.takenBytes += bytes.length;
      taken?.();
      this.line.taken();
    };
    if (this.saysAfterMs === 0) say();
    else this.clock.after(this.saysAfterMs, say);
  }
  /** Runs when all that has been written so far has arrived at the other side. */
  onceArrived(run: () => void): void {
    this.underWay.push({ end: this.handed, arrived: run });
  }

  /** Time goes on, with the line. */
  async pass(ms: number, each?: () => void): Promise<void> {
    for (let left = ms; left > 0; left -= 1) {
      await this.clock.advance(1);
      this.step();
      each?.();
    }
  }

  close(): void {
    this.outbox.close();
    this.line.close();
  }

  private step(): void {
    const nowMs = this.clock.monotonicMs();
    this.credit = Math.min(this.handed - this.left, this.credit + this.bytesPerMs);
    this.left = Math.min(this.handed, this.left + Math.floor(this.credit));
    this.credit -= Math.floor(this.credit);
    this.mostQueued = Math.max(this.mostQueued, this.queued);
    this.history.push({ atMs: nowMs, left: this.left });
    const at = (ago: number): number => this.history.findLast(({ atMs }) => atMs <= nowMs - ago)?.left ?? 0;
    const arrived = at(this.roundTripMs / 2);
    if (!this.mute) this.acknowledged = at(this.roundTripMs);
    while (this.underWay[0] !== undefined && this.underWay[0].end <= arrived) this.underWay.shift()?.arrived?.();
    while (this.history.length > 2_000) this.history.shift();
  }
}
