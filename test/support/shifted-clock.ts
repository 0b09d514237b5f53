import { type Clock, systemClock } from '../../src/main/clock.ts';

/** Real time that can be put forward: sockets do not wait for a virtual clock. */
export class ShiftedClock implements Clock {
  private shift = 0;
  private readonly timers = new Set<{ readonly atMs: number; readonly fire: () => void }>();
  now(): number {
    return systemClock.now() + this.shift;
  }
  monotonicMs(): number {
    return systemClock.monotonicMs() + this.shift;
  }
  after(delayMs: number, run: () => void): () => void {
    const timer = {
      atMs: this.now() + delayMs,
      fire: (): void => {
        cancel();
        run();
      },
    };
    const cancelReal = systemClock.after(delayMs, () => timer.fire());
    const cancel = (): void => {
      cancelReal();
      this.timers.delete(timer);
    };
    this.timers.add(timer);
    return cancel;
  }
  /** The computer was asleep: it is later, and no timer has run. */
  sleep(ms: number): void {
    this.shift += ms;
  }
  forward(ms: number): void {
    this.sleep(ms);
    for (const { atMs, fire } of this.timers) if (atMs <= this.now()) fire();
  }
}
