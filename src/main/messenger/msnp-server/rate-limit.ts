import type { Clock } from '../../clock.ts';

/** Above this many keys the least recently used is forgotten, which bounds memory. */
const KEY_LIMIT = 10_000;

export interface Rate {
  /** Tokens in a full bucket. */
  readonly burst: number;
  /** Tokens added a second. */
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
    this.at = clock.monotonicMs();
  }

  /** Takes a token; false when there is none. */
  take(): boolean {
    const available = this.available();
    if (available < 1) return false;
    this.tokens = available - 1;
    return true;
  }

  /** Takes `count` tokens, or as many as there are. */
  spend(count: number): void {
    this.tokens = Math.max(0, this.available() - count);
  }

  /** Whether a token could be taken. */
  peek(): boolean {
    return this.available() >= 1;
  }

  private available(): number {
    const now = this.clock.monotonicMs();
    this.tokens = Math.min(this.rate.burst, this.tokens + (Math.max(0, now - this.at) / 1000) * this.rate.perSecond);
    this.at = now;
    return this.tokens;
  }
}

/** Token buckets by key, such as a host that connects or an account that fails to log in. */
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
