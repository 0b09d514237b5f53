export interface BucketSize {
  /** So many at once, after a quiet time. */
  readonly burst: number;
  readonly perSecond: number;
}

/** Lets a number through at once and then so many a second. Times are monotonic milliseconds. */
export class TokenBucket {
  private readonly size: BucketSize;
  private tokens: number;
  private atMs: number;

  constructor(size: BucketSize, nowMs: number) {
    this.size = size;
    this.tokens = size.burst;
    this.atMs = nowMs;
  }

  /** Milliseconds until there is a token; 0 when there is one now. */
  waitMs(nowMs: number): number {
    const { burst, perSecond } = this.size;
    this.tokens = Math.min(burst, this.tokens + (Math.max(0, nowMs - this.atMs) * perSecond) / 1_000);
    this.atMs = nowMs;
    return this.tokens >= 1 ? 0 : Math.ceil(((1 - this.tokens) * 1_000) / perSecond);
  }

  /** Takes a token; false where there is none. */
  take(nowMs: number): boolean {
    if (this.waitMs(nowMs) > 0) return false;
    this.tokens -= 1;
    return true;
  }
}
