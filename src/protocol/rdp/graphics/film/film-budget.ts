/** A film may be so far ahead of its bitrate: a key frame is several pictures' worth. */
const AHEAD_MS = 300;
/** What is sent may exceed what was asked of the encoder by so much, since no rate control is exact. */
const TOLERANCE = 1.25;

/** Software encoders never leave a picture out, whatever it costs: so bytes are counted here, and pictures are left out before the line is full. */
export class FilmBudget {
  private bitsPerSecond: number;
  private owed = 0;
  private atMs: number;

  constructor(bitsPerSecond: number, nowMs: number) {
    this.bitsPerSecond = bitsPerSecond;
    this.atMs = nowMs;
  }

  setBitrate(bitsPerSecond: number, nowMs: number): void {
    this.settle(nowMs);
    this.bitsPerSecond = bitsPerSecond;
  }

  /** Whether a picture may be made now. */
  allows(nowMs: number): boolean {
    this.settle(nowMs);
    return this.owed <= (AHEAD_MS / 1_000) * this.bytesPerSecond;
  }

  spend(bytes: number): void {
    this.owed += bytes;
  }

  private get bytesPerSecond(): number {
    return (this.bitsPerSecond / 8) * TOLERANCE;
  }

  private settle(nowMs: number): void {
    this.owed = Math.max(0, this.owed - ((nowMs - this.atMs) / 1_000) * this.bytesPerSecond);
    this.atMs = nowMs;
  }
}
