import type { Clock } from '../../clock.ts';

/** More keys than this and the oldest are forgotten: memory is bounded whoever knocks. */
const KEY_LIMIT = 10_000;

export interface Rate {
  /** At once. */
  readonly burst: number;
  /** After that. */
  readonly perSecond: number;
}

/** A token bucket. */
export class RateLimit {
  private readonly clock: Clock;
  private readonly rate: Rate;
  private tokens: number;
  private at: number;

  constructor(clock: Clock, rate: Rate) {
    this.clock = clock;
    this.rate = rate;
    this.tokens = rate.burst;
    this.at = clock.now();
  }

  /** Whether one more is allowed now; takes it. */
  take(): boolean {
    const available = this.available();
    if (available < 1) return false;
    this.tokens = available - 1;
    return true;
  }

  /** Takes as many as there are of `count`: a fine, not a question. */
  spend(count: number): void {
    this.tokens = Math.max(0, this.available() - count);
  }

  /** Whether one more would be allowed; takes nothing. */
  peek(): boolean {
    return this.available() >= 1;
  }

  private available(): number {
    const now = this.clock.now();
    this.tokens = Math.min(this.rate.burst, this.tokens + (Math.max(0, now - this.at) / 1000) * this.rate.perSecond);
    this.at = now;
    return this.tokens;
  }
}

/** One bucket a key (an address that connects, an account that fails). */
export class KeyedRateLimit {
  private readonly clock: Clock;
  private readonly rate: Rate;
  private readonly buckets = new Map<string, RateLimit>();

  constructor(clock: Clock, rate: Rate) {
    this.clock = clock;
    this.rate = rate;
  }

  take(key: string): boolean {
    return this.bucket(key).take();
  }

  spend(key: string, count: number): void {
    this.bucket(key).spend(count);
  }

  peek(key: string): boolean {
    return this.buckets.get(key)?.peek() ?? this.rate.burst >= 1;
  }

  private bucket(key: string): RateLimit {
    const bucket = this.buckets.get(key) ?? new RateLimit(this.clock, this.rate);
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size > KEY_LIMIT) this.buckets.delete(this.buckets.keys().next().value as string);
    return bucket;
  }
}
