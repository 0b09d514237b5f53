const WINDOW_MS = 2_000;

/** Counts drawn pictures; the rate is over the last two seconds. */
export class FrameRate {
  private readonly times: number[] = [];
  private count = 0;

  drawn(nowMs: number): void {
    this.count += 1;
    this.times.push(nowMs);
    this.forget(nowMs);
  }

  get total(): number {
    return this.count;
  }

  /** Pictures a second, to one decimal. */
  perSecond(nowMs: number): number {
    this.forget(nowMs);
    return Math.round((this.times.length * 10_000) / WINDOW_MS) / 10;
  }

  private forget(nowMs: number): void {
    const fresh = this.times.findIndex((time) => time > nowMs - WINDOW_MS);
    this.times.splice(0, fresh < 0 ? this.times.length : fresh);
  }
}
