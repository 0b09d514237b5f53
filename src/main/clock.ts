import { performance } from 'node:perf_hooks';

/** Time as a dependency, so that every wait can be tested in virtual time. */
export interface Clock {
  /** Milliseconds since the Unix epoch: for people and for what is kept. It jumps when somebody sets the clock. */
  now(): number;
  /** Whole milliseconds since some moment, which never go back: for waits and durations. */
  monotonicMs(): number;
  /** Calls `run` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => Math.trunc(performance.now()),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
