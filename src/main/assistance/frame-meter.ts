/** Frames of this time are counted. */
const WINDOW_MS = 2_000;
/** More frames than any screen shows in that time. */
const MAX_KEPT = 512;

/** Frames a second over the last two seconds. */
export class FrameMeter {
  private times: number[] = [];

  count(nowMs: number): void {
    this.times.push(nowMs);
    if (this.times.length > MAX_KEPT) this.trim(nowMs);
  }

  perSecond(nowMs: number): number {
    this.trim(nowMs);
    return this.times.length / (WINDOW_MS / 1_000);
  }

  private trim(nowMs: number): void {
    this.times = this.times.filter((at) => at > nowMs - WINDOW_MS).slice(-MAX_KEPT);
  }
}
