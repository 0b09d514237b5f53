/** A time of the page that is so much older than what came before it is of another clock: what waits in a page is never so old. */
const MOST_LATE_MS = 1_000;
/** Should its clock be slower than main's, by no more than this. */
const DRIFT = 0.001;

/**
 * Turns times of a page into main's. Both clocks run alike, and how far one is behind the other shows in whatever took the shortest time to come: so what
 * comes late is known to be late. No time is later than now.
 */
export class PageClock {
  private behindMs: number | undefined;

  /** When something was that has come just now. `atMs`: when it was by the page, and how long it was. */
  timeOf(atMs: number, durationMs: number, nowMs: number): number {
    const seenMs = nowMs - durationMs - atMs;
    const { behindMs } = this;
    const isAnother = behindMs === undefined || seenMs - behindMs > MOST_LATE_MS;
    this.behindMs = isAnother ? seenMs : Math.min(seenMs, behindMs + durationMs * DRIFT);
    return atMs + this.behindMs;
  }
}
