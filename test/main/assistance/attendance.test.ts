import { describe, expect, it, vi } from 'vitest';
import { ANNOUNCED_MS, ASK_AFTER_MS, LONGEST_MS, NoviceAttendance, PAUSE_AFTER_MS } from '../../../src/main/assistance/attendance.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function begin() {
  const clock = new VirtualClock();
  const over = vi.fn();
  const seen: string[] = [];
  const attendance: NoviceAttendance = new NoviceAttendance({ clock, changed: () => void seen.push(attendance.now), over });
  attendance.begin();
  return { clock, over, seen, attendance };
}

describe('whether the novice is still there', () => {
  it('is asked after half an hour, and control pauses ten minutes later', async () => {
    const { clock, seen } = begin();
    await clock.advance(ASK_AFTER_MS - 1);
    expect(seen).toEqual([]);
    await clock.advance(1);
    expect(seen).toEqual(['asking']);
    await clock.advance(PAUSE_AFTER_MS);
    expect(seen).toEqual(['asking', 'away']);
  });

  it('is asked again half an hour after each sign', async () => {
    const { clock, seen, attendance } = begin();
    await clock.advance(ASK_AFTER_MS);
    attendance.sign();
    await clock.advance(ASK_AFTER_MS + PAUSE_AFTER_MS);
    attendance.sign();
    expect(seen).toEqual(['asking', 'there', 'asking', 'away', 'there']);
  });

  it('ends by itself after four hours, announced before, whatever signs there are', async () => {
    const { clock, over, attendance } = begin();
    for (let spentMs = 0; spentMs < LONGEST_MS - ANNOUNCED_MS; spentMs += ANNOUNCED_MS) {
      expect(attendance.endsAtMs).toBeUndefined();
      await clock.advance(ANNOUNCED_MS);
      attendance.sign();
    }
    expect(attendance.endsAtMs).toBe(clock.now() + ANNOUNCED_MS);
    expect(over).not.toHaveBeenCalled();
    await clock.advance(ANNOUNCED_MS);
    expect(over).toHaveBeenCalledOnce();
  });

  it('leaves no timer behind', () => {
    const { clock, attendance } = begin();
    attendance.stop();
    attendance.sign();
    expect(clock.pendingTimers).toBe(0);
  });
});
