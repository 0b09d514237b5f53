import type { Clock } from '../clock.ts';

/** A relayed stream is taken no later than this after the novice's ticket, if nothing direct has come. */
export const RELAYED_AFTER_MS = 6_000;
/** The proxy of the messenger's server is better than any other relay: others wait for it this long after the ticket … */
export const PROXY_AWAITED_MS = 3_500;
/** … and, once a relay may be taken, so long for its handshake. */
export const PROXY_LEAD_MS = 500;

/** What relays a stream: the proxy of the messenger's server (XEP-0065), or something else (TURN). */
export type RelayKind = 'proxy' | 'other';

/**
 * When the expert may begin on what is relayed: as soon as nothing direct can come any more (docs/decisions/0044). The expert alone decides who wins, so
 * only the expert waits.
 */
export class RelayPatience {
  private readonly clock: Clock;
  private readonly changed: () => void;
  private readonly timers = new Set<() => void>();
  private startedMs: number | undefined;
  private proxyAwaited = true;
  /** By the clock that only goes forward. */
  private fromMs = Number.POSITIVE_INFINITY;

  /** `changed`: more may be begun on than before. */
  constructor(clock: Clock, changed: () => void) {
    this.clock = clock;
    this.changed = changed;
  }

  /** The novice's ticket has come. `direct`: it names an address that this side could perhaps reach. */
  start(direct: boolean): void {
    if (this.startedMs !== undefined) return;
    this.startedMs = this.clock.monotonicMs();
    this.take(direct ? RELAYED_AFTER_MS : 0);
    this.after(PROXY_AWAITED_MS);
  }

  /** All that this side could try that is direct has failed. */
  directFailed(): void {
    this.take(0);
  }

  /** There will be none. */
  proxyFailed(): void {
    this.proxyAwaited = false;
    this.changed();
  }

  allows(kind: RelayKind): boolean {
    const { startedMs, fromMs, proxyAwaited } = this;
    if (startedMs === undefined) return false;
    const nowMs = this.clock.monotonicMs();
    if (kind === 'proxy' || !proxyAwaited) return nowMs >= fromMs;
    return nowMs >= Math.max(fromMs + PROXY_LEAD_MS, startedMs + PROXY_AWAITED_MS);
  }

  close(): void {
    for (const cancel of this.timers) cancel();
    this.timers.clear();
  }

  private take(inMs: number): void {
    const atMs = this.clock.monotonicMs() + inMs;
    if (this.startedMs === undefined || atMs >= this.fromMs) return;
    this.fromMs = atMs;
    if (inMs === 0) this.changed();
    else this.after(inMs);
    this.after(inMs + PROXY_LEAD_MS);
  }

  private after(ms: number): void {
    const cancel = this.clock.after(ms, () => {
      this.timers.delete(cancel);
      this.changed();
    });
    this.timers.add(cancel);
  }
}
