import { describe, expect, it } from 'vitest';
import { NovicePointer } from '../../../src/main/assistance/novice-pointer.ts';
import { OwnPointer } from '../../../src/main/desktop/own-pointer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function steered() {
  const clock = new VirtualClock();
  const told: string[] = [];
  const pointer = new NovicePointer({
    link: { sendPointerShape: () => 0, line: { roomBytes: 0, queuedBytes: 0 }, sendPointerPosition: (x, y) => told.push(`${x},${y}`) },
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
        line: {
          roomBytes: 90_000,
          queuedBytes: 0,
          ...(bytesPerSecond === undefined ? {} : { bytesPerSecond, roomBytes: Math.max(4_096, bytesPerSecond / 10) }),
        },
      },
      clock: new VirtualClock(),
      failed: () => {},
    });
    pointer.changed(shape(width, height));
    pointer.start();
    pointer.changed(null);
    expect(sent).toEqual([told, undefined]);
  });

  /** An expert that is told of one pointer after the other, over a line that is known to carry so much and no more, or at least that. */
  function told(bytesPerSecond: number, atMost: boolean, roomBytes = Math.max(4_096, bytesPerSecond / 10)) {
    const clock = new VirtualClock();
    const known = new Set<number>();
    const shown: (number | undefined)[] = [];
    const bytes = { sent: 0 };
    const room = { bytes: roomBytes };
    const pointer = new NovicePointer({
      link: {
        sendPointerShape: (sending, onlyKnown = false) => {
          const which = sending?.pixels[0];
          const isKnown = which === undefined || known.has(which);
          if (!isKnown && onlyKnown) return 0;
          if (which !== undefined) known.add(which);
          shown.push(which);
          const took = isKnown ? 10 : (sending?.pixels.length ?? 0);
          bytes.sent += took;
          return took;
        },
        sendPointerPosition: () => {},
        get line() {
          return { roomBytes: room.bytes, queuedBytes: 0, bytesPerSecond, ...(atMost ? { atMost } : {}) };
        },
      },
      clock,
      failed: () => {},
    });
    pointer.start();
    const picture = (step: number) => ({ ...shape(24, 24), pixels: new Uint8Array(24 * 24 * 4).fill(step) });
    const turn = async (steps: number) => {
      for (let step = 0; step < steps; step += 1) {
        pointer.changed(picture(10 + step));
        await clock.advance(50);
      }
    };
    return { clock, pointer, picture, turn, shown, bytes, room };
  }

  it('leaves a thin line to others where it is another one all the time, and is the last one in the end', async () => {
    const { clock, pointer, picture, turn, shown, bytes } = told(32_000, true);
    pointer.changed(picture(1));
    await clock.advance(1_000);
    await turn(200);
    // Ten seconds, and whatever goes first goes at once.
    expect(bytes.sent).toBeLessThan(0.25 * 32_000 * 10 + 3 * 2_304);
    expect(bytes.sent).toBeGreaterThan(0.2 * 32_000 * 10);
    expect(shown.at(-1)).not.toBe(209);
    await clock.advance(500);
    expect(shown.at(-1)).toBe(209);
    expect(clock.pendingTimers).toBe(0);
    // What the expert has need not wait, nor does a hidden one, and neither is followed by what came before it.
    await turn(1);
    for (const [one, is] of [
      [picture(1), 1],
      [null, undefined],
    ] as const) {
      pointer.changed(picture(250));
      pointer.changed(one);
      expect(shown.at(-1)).toBe(is);
    }
    await clock.advance(5_000);
    expect(shown.at(-1)).toBeUndefined();
  });

  it('waits while others have all the room that there is, and goes once there is some', async () => {
    const { clock, pointer, picture, shown, room } = told(1_000_000, true, 40_000);
    for (const step of [1, 2, 3]) pointer.changed(picture(step));
    await clock.advance(5_000);
    expect(shown).toEqual([]);
    room.bytes = 60_000;
    await clock.advance(50);
    expect(shown).toEqual([3]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is not kept for long, however little the line is thought to carry', async () => {
    const { clock, pointer, picture, shown } = told(1_000, true);
    for (const step of [1, 2]) pointer.changed(picture(step));
    await clock.advance(2_000);
    expect(shown).toEqual([1, 2]);
  });

  it('goes at once where the line may carry more than is known', async () => {
    const { turn, shown } = told(8_000, false);
    await turn(60);
    expect(shown).toHaveLength(60);
  });

  it('that waits for the line does not come once nothing is shown any more', async () => {
    const { clock, pointer, picture, shown } = told(32_000, true);
    for (const step of [1, 2]) pointer.changed(picture(step));
    pointer.leave();
    await clock.advance(5_000);
    expect(shown).toEqual([1]);
    expect(clock.pendingTimers).toBe(0);
  });
});
