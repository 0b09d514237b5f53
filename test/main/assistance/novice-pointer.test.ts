import { describe, expect, it } from 'vitest';
import { NovicePointer } from '../../../src/main/assistance/novice-pointer.ts';
import { OwnPointer } from '../../../src/main/desktop/own-pointer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function steered() {
  const clock = new VirtualClock();
  const told: string[] = [];
  const pointer = new NovicePointer({
    link: { sendPointerShape: () => {}, sendPointerPosition: (x, y) => told.push(`${x},${y}`) },
    clock,
    failed: (error) => {
      throw error;
    },
  });
  pointer.start();
  return { clock, pointer, told };
}

describe('where the novice’s pointer is', () => {
  it('is told once the expert’s hand rests, though the clock has been put back by two hours', async () => {
    const { clock, pointer, told } = steered();
    pointer.steeredBy([{ tag: 'pointerMove', x: 5, y: 5 }]);
    clock.putClock(-2 * 3_600_000);
    pointer.moved(9, 9);
    expect(told).toEqual([]);
    await clock.advance(500);
    expect(told).toEqual(['9,9']);
  });

  it('is not where a turn of the wheel says', async () => {
    const { clock, pointer, told } = steered();
    pointer.steeredBy([{ tag: 'pointerMove', x: 5, y: 5 }]);
    pointer.steeredBy([{ tag: 'wheel', axis: 'vertical', delta: -120, x: 0, y: 0 }]);
    pointer.moved(5, 5);
    await clock.advance(500);
    expect(told).toEqual([]);
  });

  it('stays the expert’s own for a second, whatever the date', async () => {
    const clock = new VirtualClock();
    const own = new OwnPointer(clock);
    own.moved(3, 4);
    clock.putClock(2 * 3_600_000);
    expect(own.isOwn(3, 4)).toBe(true);
    clock.putClock(-4 * 3_600_000);
    await clock.advance(1_001);
    expect(own.isOwn(3, 4)).toBe(false);
  });
});
