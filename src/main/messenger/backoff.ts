const BACKOFF_MIN_MS = 1_000;
const BACKOFF_MAX_MS = 60_000;

/** Exponential back-off with jitter, 1 s to 60 s, so that a server that returns is not met by all its clients at once. */
export class Backoff {
  private readonly random: () => number;
  private attempts = 0;

  /** `random` gives 0 ≤ x < 1. */
  constructor(random: () => number) {
    this.random = random;
  }

  /** Milliseconds until the next attempt. */
  next(): number {
    const base = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(this.attempts, 16));
    this.attempts += 1;
    return Math.round(Math.min(BACKOFF_MAX_MS, Math.max(BACKOFF_MIN_MS, base * (0.75 + this.random() / 2))));
  }

  reset(): void {
    this.attempts = 0;
  }
}
