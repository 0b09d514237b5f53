/** Shortest interval between two looks that nothing else is asked along with. */
export const LOOK_INTERVAL_MS = 50;

/**
 * When something of the pointer is asked for: at once, never more often than every {@link LOOK_INTERVAL_MS}, and once more after the last reason to. Not
 * before the answer to the last time has come: a cursor may be as large as whoever made it likes, and the picture waits behind what is asked for.
 */
export class PointerLooks {
  private readonly run: () => Promise<void>;
  private readonly nowMs: () => number;
  /** Made once: to arm one anew wakes Electron's loop, to let it run again does not. */
  private timer: NodeJS.Timeout | undefined;
  private waiting = false;
  private lastMs = Number.NEGATIVE_INFINITY;
  private moved = false;
  private stale = false;
  private stopped = false;
  private asking = false;

  constructor(run: () => Promise<void>, nowMs: () => number = () => performance.now()) {
    this.run = run;
    this.nowMs = nowMs;
  }

  /** It is known to have changed. */
  now(): void {
    this.moved = true;
    if (!this.waiting) this.look();
  }

  /** It may have changed, and this is told again before long where it goes on doing so. */
  maybe(): void {
    this.stale = true;
    if (!this.waiting) this.look();
  }

  /** Something else is asked of the server now: what is asked together costs one wait. */
  along(): void {
    if (this.moved || this.nowMs() - this.lastMs >= LOOK_INTERVAL_MS) this.look();
    else this.wait();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private look(): void {
    if (this.stopped) return;
    if (this.asking) {
      this.moved = true;
      return;
    }
    this.asking = true;
    this.moved = false;
    this.stale = false;
    this.lastMs = this.nowMs();
    const answered = (): void => {
      this.asking = false;
      if (this.moved && !this.waiting) this.look();
    };
    // A reply that never comes means a lost connection, which `onLost` reports.
    this.run().then(answered, answered);
    this.wait();
  }

  private wait(): void {
    if (this.stopped) return;
    this.waiting = true;
    if (this.timer === undefined) this.timer = setTimeout(() => this.waited(), LOOK_INTERVAL_MS);
    else this.timer.refresh();
  }

  private waited(): void {
    this.waiting = false;
    if (this.moved || this.stale) this.look();
  }
}
