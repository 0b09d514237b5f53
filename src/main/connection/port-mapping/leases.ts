import type { Clock } from '../../clock.ts';
import type { Gateway, Mapping } from './contract.ts';
import { LEASE_S, RENEW_AGAIN_MS, UNMAP_DEADLINE_MS } from './deadlines.ts';
import { renewed, unmap, unmapLeft } from './mappings.ts';

/** A mapping as it is written down until it has been taken back: this program may not live to do that. */
export interface KeptMapping extends Mapping {
  /** Unix ms; without one it stays until it is taken back. */
  readonly expiresAtMs?: number;
}

/** Where they are written down. */
export interface MappingRecord {
  readonly kept: readonly KeptMapping[];
  keep(mappings: readonly KeptMapping[]): void;
}

/** Every mapping that this program has been granted: renewed while it is wanted, taken back afterwards, by the next run if need be. */
export class Leases {
  private readonly clock: Clock;
  private readonly record: MappingRecord;
  private readonly held = new Map<Lease, KeptMapping>();
  private readonly leaving = new Set<Promise<void>>();
  /** What an earlier run has left and what could not be taken back, as long as it has not run out. */
  private left: readonly KeptMapping[];

  constructor(clock: Clock, record: MappingRecord) {
    this.clock = clock;
    this.record = record;
    this.left = record.kept;
  }

  /** Holds it until the lease is closed. */
  hold(mapping: Mapping): Lease {
    const lease = new Lease(this.clock, mapping, {
      changed: (now) => {
        this.held.set(lease, dated(now, this.clock.now()));
        this.write();
      },
      over: (last) => this.takeBack(lease, last),
    });
    this.held.set(lease, dated(mapping, this.clock.now()));
    this.write();
    return lease;
  }

  /**
   * Takes back what an earlier run has left at this gateway. What it left elsewhere is kept until it has run out, or until this computer is there again.
   * Never rejects; begins nothing where nothing is left.
   */
  async recover(gateway: () => Promise<Gateway | undefined>): Promise<void> {
    this.left = this.left.filter(({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs > this.clock.now());
    this.write();
    if (this.left.length === 0) return;
    const here = await gateway();
    for (const mapping of this.left.filter((each) => here !== undefined && isAt(each, here)))
      this.leave(unmapLeft(mapping, this.asking()), () => {
        this.left = this.left.filter((each) => each !== mapping);
      });
    await Promise.all(this.leaving);
  }

  /** Takes everything back. Resolves when that is done. */
  async close(): Promise<void> {
    for (const lease of this.held.keys()) lease.close();
    await Promise.all(this.leaving);
  }

  private takeBack(lease: Lease, mapping: Mapping): void {
    this.leave(unmap(mapping, this.asking()), () => this.held.delete(lease));
  }

  /** It stays written down where the router has not answered. */
  private leave(asked: Promise<void>, gone: () => void): void {
    const asking = async (): Promise<void> => {
      try {
        await asked;
        gone();
        this.write();
      } catch {
        // The next run tries again, where it is not over by itself by then.
      }
    };
    const leaving = asking();
    this.leaving.add(leaving);
    void leaving.then(() => this.leaving.delete(leaving));
  }

  private asking(): { readonly clock: Clock; readonly signal: AbortSignal } {
    const late = new AbortController();
    this.clock.after(UNMAP_DEADLINE_MS, () => late.abort());
    return { clock: this.clock, signal: late.signal };
  }

  private write(): void {
    this.record.keep([...this.left, ...this.held.values()]);
  }
}

interface LeaseHost {
  changed(mapping: Mapping): void;
  over(mapping: Mapping): void;
}

/** One mapping, renewed at half of its time. */
export class Lease {
  private readonly clock: Clock;
  private readonly host: LeaseHost;
  private readonly ended = new AbortController();
  private current: Mapping;
  private cancel: () => void = () => undefined;

  constructor(clock: Clock, mapping: Mapping, host: LeaseHost) {
    this.clock = clock;
    this.current = mapping;
    this.host = host;
    this.renewLater(mapping.lifetime);
  }

  get mapping(): Mapping {
    return this.current;
  }

  /** Begins to take it back, and waits for nothing. Idempotent. */
  close(): void {
    if (this.ended.signal.aborted) return;
    this.ended.abort();
    this.cancel();
    this.host.over(this.current);
  }

  private renewLater(lifetime: number): void {
    if (lifetime === 0) return;
    const halfMs = Math.min(lifetime, LEASE_S) * 500;
    this.cancel = this.clock.after(Math.max(halfMs, RENEW_AGAIN_MS), () => void this.renew());
  }

  private async renew(): Promise<void> {
    const asking = { clock: this.clock, signal: this.ended.signal };
    try {
      const mapping = await renewed(this.current, LEASE_S, asking);
      if (this.ended.signal.aborted) return this.host.over(mapping);
      this.current = mapping;
      this.host.changed(mapping);
      this.renewLater(mapping.lifetime);
    } catch {
      // A router that starts anew answers again in a minute; what it has forgotten by then it is asked for afresh.
      if (!this.ended.signal.aborted) this.renewLater(RENEW_AGAIN_MS / 500);
    }
  }
}

function dated(mapping: Mapping, nowMs: number): KeptMapping {
  return mapping.lifetime === 0 ? mapping : { ...mapping, expiresAtMs: nowMs + mapping.lifetime * 1_000 };
}

function isAt({ gateway }: Mapping, here: Gateway): boolean {
  return gateway.address === here.address && gateway.local === here.local;
}
