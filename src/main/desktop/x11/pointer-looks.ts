/** Shortest interval between two looks that nothing else is asked along with. */
export const LOOK_INTERVAL_MS = 50;
/** While pictures are read one after the other it is seen this often whether they go on, because each time wakes Electron's event loop twice: after the last, a look follows within 350 ms. */
export const AFTERWARDS_MS = 250;

/**
 * When something of the pointer is asked for: at once, never more often than every {@link LOOK_INTERVAL_MS}, and once more after the last reason to. Not
 * before the answer to the last time has come: a cursor may be as large as whoever made it likes, and the picture waits behind what is asked for.
 */
export class PointerLooks {
  private readonly run: () => Promise<void>;
  private readonly nowMs: () => number;
  private timer: NodeJS.Timeout | undefined;
  private timerAtMs = 0;
  private lastMs = Number.NEGATIVE_INFINITY;
  /** Until then it is looked along with something else only. */
  private restUntilMs = Number.NEGATIVE_INFINITY;
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
    this.lookInTime();
  }

  /** It may have changed, and this is told again before long where it goes on doing so. */
  maybe(): void {
    this.stale = true;
    if (this.timer === undefined) this.lookInTime();
  }

  /** Something else is asked of the server now: what is asked together costs one wait. */
  along(): void {
    const nowMs = this.nowMs();
    if (this.moved || nowMs - this.lastMs >= LOOK_INTERVAL_MS) this.look();
    else this.restUntilMs = nowMs + LOOK_INTERVAL_MS;
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private lookInTime(): void {
    if (this.nowMs() >= this.restUntilMs) this.look();
    else this.wakeAt(this.restUntilMs);
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
    this.restUntilMs = this.lastMs + LOOK_INTERVAL_MS;
    const answered = (): void => {
      this.asking = false;
      if (this.moved) this.lookInTime();
    };
    // A reply that never comes means a lost connection, which `onLost` reports.
    this.run().then(answered, answered);
  }

  private wakeAt(atMs: number): void {
    if (this.stopped || (this.timer !== undefined && this.timerAtMs <= atMs)) return;
    clearTimeout(this.timer);
    this.timerAtMs = atMs;
    this.timer = setTimeout(() => this.woken(), Math.ceil(atMs - this.nowMs()));
  }

  private woken(): void {
    this.timer = undefined;
    if (this.moved) this.lookInTime();
    else if (!this.stale) return;
    else if (this.nowMs() >= this.restUntilMs) this.look();
    else this.wakeAt(this.nowMs() + AFTERWARDS_MS);
  }
}
