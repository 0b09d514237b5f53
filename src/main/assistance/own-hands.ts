import type { Clock } from '../clock.ts';

/** A key or button that stays down for so long is no longer waited for: its release may have been missed. */
const LONGEST_HOLD_MS = 30_000;

export interface OwnHandsParts {
  readonly clock: Clock;
  readonly quietSeconds: () => number;
  /** {@link OwnHands.busy} is another. */
  readonly changed: (busy: boolean) => void;
}

/** Whether the novice uses mouse or keyboard: from the first thing done until they have been quiet for a while. */
export class OwnHands {
  private readonly parts: OwnHandsParts;
  private usedAtMs = 0;
  private holding = false;
  private cancelWait: (() => void) | undefined;

  constructor(parts: OwnHandsParts) {
    this.parts = parts;
  }

  get busy(): boolean {
    return this.cancelWait !== undefined;
  }

  /** `holding`: a key or button of theirs is down. */
  used(holding: boolean): void {
    this.usedAtMs = this.parts.clock.monotonicMs();
    this.holding = holding;
    if (this.busy) return;
    this.wait(this.quietMs);
    this.parts.changed(true);
  }

  /** Nothing more is told. */
  end(): void {
    this.cancelWait?.();
    this.cancelWait = undefined;
  }

  private get quietMs(): number {
    return this.parts.quietSeconds() * 1_000;
  }

  private wait(ms: number): void {
    this.cancelWait = this.parts.clock.after(ms, () => {
      const quietMs = this.holding ? Math.max(LONGEST_HOLD_MS, this.quietMs) : this.quietMs;
      const leftMs = this.usedAtMs + quietMs - this.parts.clock.monotonicMs();
      // A hold may end at any time: its end is told, and counts like everything else.
      if (leftMs > 0) return this.wait(Math.min(leftMs, this.quietMs));
      this.cancelWait = undefined;
      this.parts.changed(false);
    });
  }
}
