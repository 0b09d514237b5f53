import type { Clock } from '../../src/main/clock.ts';

interface Timer {
  readonly id: number;
  readonly atMs: number;
  readonly run: () => void;
}

/** Microtask turns given to the code under test between two timers; enough for deep promise chains. */
const SETTLE_TURNS = 200;

/**
 * A clock that only moves when told to. `advance` runs every timer that falls due, in order of time and then of creation,
 * and lets promises settle before, between and after.
 */
export class VirtualClock implements Clock {
  private nowMs: number;
  private dateShiftMs = 0;
  private nextId = 1;
  private readonly timers = new Map<number, Timer>();

  constructor(startMs = 1_700_000_000_000) {
    this.nowMs = startMs;
  }

  now(): number {
    return this.nowMs + this.dateShiftMs;
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  /** Somebody sets the clock: the date jumps, and no time goes by. */
  putClock(byMs: number): void {
    this.dateShiftMs += byMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const id = this.nextId;
    this.nextId += 1;
    this.timers.set(id, { id, atMs: this.nowMs + Math.max(0, delayMs), run });
    return () => void this.timers.delete(id);
  }

  /** Timers that are still set: zero when everything has been put away. */
  get pendingTimers(): number {
    return this.timers.size;
  }

  /** Lets promise chains run without moving time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < SETTLE_TURNS; turn += 1) await Promise.resolve();
  }

  /** Moves time forward by `ms` and runs what falls due, timers set meanwhile included. An exception in a timer is thrown here. */
  async advance(ms: number): Promise<void> {
    const target = this.nowMs + ms;
    await this.settle();
    for (;;) {
      const next = this.earliest();
      if (next === undefined || next.atMs > target) break;
      this.timers.delete(next.id);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
      await this.settle();
    }
    this.nowMs = target;
    await this.settle();
  }

  private earliest(): Timer | undefined {
    let best: Timer | undefined;
    for (const timer of this.timers.values()) {
      if (best === undefined || timer.atMs < best.atMs || (timer.atMs === best.atMs && timer.id < best.id)) best = timer;
    }
    return best;
  }
}
