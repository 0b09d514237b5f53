import type { Clock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { type AddressOptions, usableAddresses } from './addresses/interfaces.ts';

/** How often the addresses are looked at, while anybody wants to know: as each second begins, when a session's figures are looked at as well. */
const LOOK_EVERY_MS = 1_000;
/** The time between two looks that only a computer which slept takes. */
const SLEPT_MS = 10_000;

export interface NetworkWatchOptions extends AddressOptions {
  readonly clock: Clock;
}

/** Tells when this computer's addresses change, and when it has slept: whatever connections it had may be gone. */
export class NetworkWatch {
  private readonly options: NetworkWatchOptions;
  private readonly changes = new Emitter();
  private stop: (() => void) | undefined;
  private seen = '';
  private lookedAtMs = 0;

  constructor(options: NetworkWatchOptions) {
    this.options = options;
  }

  /** Those of this computer at this moment. */
  addresses(): readonly string[] {
    return usableAddresses(this.options);
  }

  onChange(listener: () => void): () => void {
    const off = this.changes.on(listener);
    if (this.stop === undefined) {
      this.seen = this.now;
      this.lookedAtMs = this.options.clock.now();
      this.wait();
    }
    return () => {
      off();
      if (this.changes.size > 0) return;
      this.stop?.();
      this.stop = undefined;
    };
  }

  /** What else knows of it: the system says that it has woken up. */
  woken(): void {
    this.changes.emit();
  }

  /** In which order they are useful, which takes a look at the routes, makes no difference. */
  private get now(): string {
    return usableAddresses({ ...this.options, defaultInterface: () => undefined })
      .toSorted()
      .join(' ');
  }

  private wait(): void {
    const { clock } = this.options;
    this.stop = clock.after(LOOK_EVERY_MS - (clock.now() % LOOK_EVERY_MS), () => {
      this.wait();
      this.look();
    });
  }

  private look(): void {
    const { now, seen, lookedAtMs } = this;
    // The date, since what only goes forward stands still in some systems while they sleep.
    const atMs = this.options.clock.now();
    this.seen = now;
    this.lookedAtMs = atMs;
    if (now !== seen || atMs - lookedAtMs > SLEPT_MS) this.changes.emit();
  }
}
