import { describe, expect, it } from 'vitest';
import { FramePace } from '../../../src/main/desktop/x11/frame-pace.ts';

describe('the pace of frames', () => {
  it('lets two be close together, and no more than sixty a second be taken', () => {
    const pace = new FramePace();
    let frames = 0;
    for (let nowMs = 1_000; nowMs < 3_000; nowMs = Math.max(nowMs + 0.1, pace.nextMs())) {
      pace.started(nowMs);
      frames += 1;
    }
    expect(frames).toBeGreaterThanOrEqual(118);
    expect(frames).toBeLessThanOrEqual(121);
  });

  it('does not let what comes between two pictures of a film wait until the next of them', () => {
    const pace = new FramePace();
    for (const nowMs of [0, 33.4, 66.8]) pace.started(nowMs);
    expect(pace.nextMs()).toBeLessThan(66.8 + 10);
    pace.started(76);
    expect(pace.nextMs()).toBeLessThanOrEqual(66.8 + 33.4);
  });

  it('waits for as long as it is told to', () => {
    const pace = new FramePace();
    pace.started(0);
    expect(pace.nextMs(100)).toBe(100);
    pace.pause(0, 100);
    expect(pace.nextMs()).toBeGreaterThanOrEqual(100);
  });
});
