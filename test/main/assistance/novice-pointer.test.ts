import { describe, expect, it } from 'vitest';
import { NovicePointer } from '../../../src/main/assistance/novice-pointer.ts';
import { OwnPointer } from '../../../src/main/desktop/own-pointer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function steered() {
  const clock = new VirtualClock();
  const told: string[] = [];
  const pointer = new NovicePointer({
    link: { sendPointerShape: () => {}, line: { roomBytes: 0, queuedBytes: 0 }, sendPointerPosition: (x, y) => told.push(`${x},${y}`) },
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

describe('the shape of the novice’s pointer', () => {
  const shape = (width: number, height: number) => ({
    width,
    height,
    hotX: 0,
    hotY: 0,
    pixels: new Uint8Array(width * height * 4).fill(255),
  });
  it.each([
    ['as it is where the line carries it at once', 200, 160, 5_000_000, [200, 160]],
    ['as it is where it is of the usual size, whatever the line', 96, 96, 1_000, [96, 96]],
    ['smaller on a thinner line', 384, 384, 250_000, [111, 111]],
    ['no smaller than usual ones on the thinnest', 384, 384, 32_000, [96, 96]],
    ['by what there is room for where the line is not known', 384, 384, undefined, [150, 150]],
  ])('goes %s', (_, width, height, bytesPerSecond, told) => {
    const sent: (readonly number[] | undefined)[] = [];
    const pointer = new NovicePointer({
      link: {
        sendPointerShape: (sending) => sent.push(sending === null ? undefined : [sending.width, sending.height]),
        sendPointerPosition: () => {},
        line: { roomBytes: 90_000, queuedBytes: 0, ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }) },
      },
      clock: new VirtualClock(),
      failed: () => {},
    });
    pointer.changed(shape(width, height));
    pointer.start();
    pointer.changed(null);
    expect(sent).toEqual([told, undefined]);
  });
});
