import { networkGroup } from './network-group.ts';
import { type BucketSize, TokenBucket } from './token-bucket.ts';

/** What one household or office may knock. A person's program dials each of our addresses once, a few programs try twice. */
const A_GROUP: BucketSize = { burst: 32, perSecond: 10 };
/** All of them together: each that is let in costs an RDP machine, a timer and a line in the log. */
const ALL: BucketSize = { burst: 128, perSecond: 50 };
/** So many groups are remembered; one that has been forgotten begins anew. */
const MAX_GROUPS = 512;

/** How often anybody at all is let in to try, by group of addresses and together. Who is turned away has cost an `accept` and nothing else. */
export class Door {
  private readonly all: TokenBucket;
  /** The one that knocked longest ago first. */
  private readonly groups = new Map<string, TokenBucket>();

  constructor(nowMs: number) {
    this.all = new TokenBucket(ALL, nowMs);
  }

  /** A group that has used up its own share takes nothing from the others'. */
  admits(remote: string, nowMs: number): boolean {
    const group = networkGroup(remote);
    const own = this.groups.get(group) ?? new TokenBucket(A_GROUP, nowMs);
    this.groups.delete(group);
    this.groups.set(group, own);
    const [oldest] = this.groups.keys();
    if (this.groups.size > MAX_GROUPS && oldest !== undefined) this.groups.delete(oldest);
    return own.take(nowMs) && this.all.take(nowMs);
  }
}
