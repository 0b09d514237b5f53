import { MAX_FRAMES_PER_SECOND } from '../../../protocol/rdp/graphics/capture-messages.ts';

/** From one frame to the next at least, and to the next but one: what is typed beside a film need not wait until another picture of it is due. */
const NEXT_MS = 500 / MAX_FRAMES_PER_SECOND;
const NEXT_BUT_ONE_MS = 2_000 / MAX_FRAMES_PER_SECOND;

/** When frames may be taken: two may be close together, and on the average there are no more than {@link MAX_FRAMES_PER_SECOND}. */
export class FramePace {
  private lastMs = Number.NEGATIVE_INFINITY;
  private earlierMs = Number.NEGATIVE_INFINITY;

  /** One is taken now. */
  started(nowMs: number): void {
    this.earlierMs = this.lastMs;
    this.lastMs = nowMs;
  }

  /** The next one comes no sooner than `pauseMs` after now. */
  pause(nowMs: number, pauseMs: number): void {
    this.lastMs = nowMs + pauseMs;
  }

  /** The earliest time of the next one; `leastMs`: so long after the last one in any case. */
  nextMs(leastMs = 0): number {
    return Math.max(this.lastMs + Math.max(NEXT_MS, leastMs), this.earlierMs + NEXT_BUT_ONE_MS);
  }
}
