/* When the two of a session look for each other again, and for how long: in virtual time, without I/O. */

/** Beyond the moment in which a line counts as silent: two seconds after the last sign. */
const PATIENCE_MS = 500;
/** So long the two look for each other. */
export const SEARCH_MS = 120_000;
/** All that is known is tried so often. */
const TRY_EVERY_MS = 1_500;
/** The messenger is asked when what is known has not helped so far, and so often again. */
const MESSENGER_AFTER_MS = 1_000;
const MESSENGER_EVERY_MS = 5_000;
/** A change of network, or waking up: a line that falls silent so soon after it needs no more patience. */
const HURRY_MS = 10_000;

export type ReconnectionEvent =
  /** The line has fallen silent, or is heard again. */
  | { readonly tag: 'line'; readonly silent: boolean }
  /** The connection is gone, without a word of the other side. */
  | { readonly tag: 'lost' }
  /** This computer has other addresses, or has slept. */
  | { readonly tag: 'networkChanged' }
  /** Another connection of the session carries it now. */
  | { readonly tag: 'found' }
  /** Something could not be tried: it is tried again. */
  | { readonly tag: 'failed'; readonly detail: string }
  | { readonly tag: 'deadline' };

export type ReconnectionEffect =
  /** Both windows say it from here on; every way is tried. */
  | 'began'
  | 'try'
  /** By the messenger, with what it takes to go on. */
  | 'tryMessenger'
  /** The line is as it was, or another one is there. */
  | 'settled'
  | 'gaveUp';

export interface Search {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** One side's search. The driver calls `handle({ tag: 'deadline' })` when `nextDeadlineMs` has come. */
export class Reconnection {
  private silentSinceMs: number | undefined;
  private isLost = false;
  private current: (Search & { nextTryMs: number; nextMessengerMs: number }) | undefined;
  private hurryUntilMs = Number.NEGATIVE_INFINITY;
  private isOver = false;

  get search(): Search | undefined {
    return this.current;
  }
  /** There is no connection any more, not even a silent one. */
  get lost(): boolean {
    return this.isLost;
  }

  get nextDeadlineMs(): number | undefined {
    if (this.isOver) return undefined;
    const { current, silentSinceMs } = this;
    if (current !== undefined) return Math.min(current.untilMs, current.nextTryMs, current.nextMessengerMs);
    return silentSinceMs === undefined ? undefined : silentSinceMs + PATIENCE_MS;
  }

  handle(event: ReconnectionEvent, nowMs: number): ReconnectionEffect[] {
    if (this.isOver) return [];
    switch (event.tag) {
      case 'line':
        return event.silent ? this.onSilent(nowMs) : this.onBack();
      case 'lost':
        this.isLost = true;
        return this.begin(nowMs);
      case 'networkChanged':
        return this.onNetworkChanged(nowMs);
      case 'found':
        this.isLost = false;
        return this.settle();
      case 'failed':
        return [];
      case 'deadline':
        return this.onDeadline(nowMs);
    }
  }

  private onSilent(nowMs: number): ReconnectionEffect[] {
    this.silentSinceMs ??= nowMs;
    return nowMs < this.hurryUntilMs ? this.begin(nowMs) : [];
  }

  /** Of a connection that is gone nothing comes back. */
  private onBack(): ReconnectionEffect[] {
    return this.isLost ? [] : this.settle();
  }

  private settle(): ReconnectionEffect[] {
    this.silentSinceMs = undefined;
    if (this.current === undefined) return [];
    this.current = undefined;
    return ['settled'];
  }

  private onNetworkChanged(nowMs: number): ReconnectionEffect[] {
    this.hurryUntilMs = nowMs + HURRY_MS;
    const { current } = this;
    if (current === undefined) return this.silentSinceMs === undefined ? [] : this.begin(nowMs);
    current.nextTryMs = nowMs + TRY_EVERY_MS;
    current.nextMessengerMs = nowMs + MESSENGER_EVERY_MS;
    return ['try', 'tryMessenger'];
  }

  private begin(nowMs: number): ReconnectionEffect[] {
    if (this.current !== undefined) return [];
    this.current = {
      sinceMs: nowMs,
      untilMs: nowMs + SEARCH_MS,
      nextTryMs: nowMs + TRY_EVERY_MS,
      nextMessengerMs: nowMs + MESSENGER_AFTER_MS,
    };
    return ['began', 'try'];
  }

  private onDeadline(nowMs: number): ReconnectionEffect[] {
    const due = this.nextDeadlineMs;
    if (due === undefined || nowMs < due) return [];
    const { current } = this;
    if (current === undefined) return this.begin(nowMs);
    if (nowMs >= current.untilMs) {
      this.isOver = true;
      this.current = undefined;
      return ['gaveUp'];
    }
    const effects: ReconnectionEffect[] = [];
    if (nowMs >= current.nextTryMs) {
      current.nextTryMs = nowMs + TRY_EVERY_MS;
      effects.push('try');
    }
    if (nowMs >= current.nextMessengerMs) {
      current.nextMessengerMs = nowMs + MESSENGER_EVERY_MS;
      effects.push('tryMessenger');
    }
    return effects;
  }
}
