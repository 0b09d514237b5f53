import type { Clock } from '../../clock.ts';
import { networkGroup } from './network-group.ts';
import { type BucketSize, TokenBucket } from './token-bucket.ts';

/** Handshakes begun: each costs this thread about half a millisecond with our RSA key, and up to two where the other side chose its own. */
const HANDSHAKES: BucketSize = { burst: 8, perSecond: 20 };
const MAX_GROUPS = 512;

interface Waiting {
  readonly group: string;
  readonly begin: () => void;
}

/**
 * Who may begin TLS, and when. A flood of handshakes waits for its turn; the group that has had the fewest goes first, so that somebody who comes
 * for the first time does not stand behind a thousand others. Who waits too long is ended by its own deadline.
 */
export class TlsTurns {
  private readonly clock: Clock;
  private readonly bucket: TokenBucket;
  private readonly waiting = new Set<Waiting>();
  /** How many turns each group has had; the one that had its last longest ago first. */
  private readonly had = new Map<string, number>();
  private cancelTimer: (() => void) | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
    this.bucket = new TokenBucket(HANDSHAKES, clock.monotonicMs());
  }

  /** Calls `begin` once, now or when it is this one's turn; the returned function leaves the queue. */
  request(remote: string, begin: () => void): () => void {
    const one: Waiting = { group: networkGroup(remote), begin };
    this.waiting.add(one);
    this.serve();
    return () => {
      this.waiting.delete(one);
      if (this.waiting.size === 0) this.stopTimer();
    };
  }

  /** Nobody's turn comes any more. */
  close(): void {
    this.waiting.clear();
    this.stopTimer();
  }

  private serve(): void {
    this.stopTimer();
    for (let next = this.next(); next !== undefined; next = this.next()) {
      const nowMs = this.clock.monotonicMs();
      if (!this.bucket.take(nowMs)) {
        this.cancelTimer = this.clock.after(this.bucket.waitMs(nowMs), () => this.serve());
        return;
      }
      this.waiting.delete(next);
      this.count(next.group);
      next.begin();
    }
  }

  /** Of those whose group has had the fewest turns, the one that has waited longest. */
  private next(): Waiting | undefined {
    let best: Waiting | undefined;
    for (const one of this.waiting) if (best === undefined || this.turnsOf(one) < this.turnsOf(best)) best = one;
    return best;
  }

  private turnsOf({ group }: Waiting): number {
    return this.had.get(group) ?? 0;
  }

  private count(group: string): void {
    const turns = (this.had.get(group) ?? 0) + 1;
    this.had.delete(group);
    this.had.set(group, turns);
    const [oldest] = this.had.keys();
    if (this.had.size > MAX_GROUPS && oldest !== undefined) this.had.delete(oldest);
  }

  private stopTimer(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }
}
