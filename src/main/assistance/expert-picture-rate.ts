import { FrameMeter } from './frame-meter.ts';

/** Frames a second as the expert sees them: painted ones where the novice marks frames, else updates that came at different moments. */
export class ExpertPictureRate {
  private readonly painted = new FrameMeter();
  private readonly arrived = new FrameMeter();
  private marked = false;
  private lastArrivalMs = Number.NEGATIVE_INFINITY;

  /** A viewer has painted a frame that the novice had marked. */
  countPainted(nowMs: number): void {
    this.marked = true;
    this.painted.count(nowMs);
  }

  /** An update has come, marked or not. */
  countArrived(nowMs: number): void {
    if (this.marked || nowMs === this.lastArrivalMs) return;
    this.lastArrivalMs = nowMs;
    this.arrived.count(nowMs);
  }

  perSecond(nowMs: number): number {
    return (this.marked ? this.painted : this.arrived).perSecond(nowMs);
  }
}
