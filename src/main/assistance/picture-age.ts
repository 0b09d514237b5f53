/** Frames under way are few; more than this are forgotten, the oldest first. */
const MAX_UNDER_WAY = 64;

/**
 * How old pictures are when the expert's window has painted them: from when the screen was read until the frame's acknowledgement, which follows
 * painting, less the way back, which is taken for half of the shortest round trip. Both moments are of this clock, so nothing depends on the
 * other computer's.
 */
export class PictureAge {
  private readonly takenMs = new Map<number, number>();
  private sumMs = 0;
  private count = 0;

  sent(frameId: number, takenMs: number): void {
    this.takenMs.set(frameId, takenMs);
    for (const oldest of this.takenMs.keys()) {
      if (this.takenMs.size <= MAX_UNDER_WAY) break;
      this.takenMs.delete(oldest);
    }
  }

  /** This frame and all before it; those before were painted together with it. */
  acknowledged(frameId: number, nowMs: number, minRoundTripMs: number): void {
    const takenMs = this.takenMs.get(frameId);
    if (takenMs === undefined) return;
    for (const id of this.takenMs.keys()) {
      this.takenMs.delete(id);
      if (id === frameId) break;
    }
    this.sumMs += Math.max(0, nowMs - takenMs - minRoundTripMs / 2);
    this.count += 1;
  }

  /** What is under way will not be acknowledged. */
  forget(): void {
    this.takenMs.clear();
  }

  /** Of the pictures since the last call, on the average; undefined when there were none. */
  takeMs(): number | undefined {
    if (this.count === 0) return undefined;
    const ageMs = this.sumMs / this.count;
    this.sumMs = 0;
    this.count = 0;
    return ageMs;
  }
}
