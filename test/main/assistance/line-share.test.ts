import { expect, it } from 'vitest';
import { LineShare } from '../../../src/main/assistance/line-share.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { VirtualLine } from '../../support/virtual-line.ts';

const FRAME_MS = 33;
const PDU_BYTES = 1_600;

it('the bitrate of a film follows the line every 250 ms, and stays in between', () => {
  const share = new LineShare();
  const of = (bytesPerSecond: number, nowMs: number) =>
    share.next({ roomBytes: 1_000_000, queuedBytes: 0, bytesPerSecond, minRoundTripMs: 20, roundTripMs: 20 }, nowMs).filmBitsPerSecond;
  const first = of(1_000_000, 1_000);
  // Three quarters of it; the rest is for what is exact.
  expect(first).toBe(6_000_000);
  expect(of(250_000, 1_249)).toBe(first);
  expect(of(250_000, 1_250)).toBe(1_500_000);
  expect(of(2_000_000, 1_499)).toBe(1_500_000);
  expect(of(2_000_000, 1_500)).toBe(12_000_000);
});

/** A line that has been full for a while, and then pictures of a film for `seconds`, as large as they may be. */
async function film(options: { mbits: number; roundTripMs: number; seconds: number; saysAfterMs?: number }) {
  const { mbits, roundTripMs, seconds, saysAfterMs = 0 } = options;
  const clock = new VirtualClock();
  const line = new VirtualLine(clock, { bytesPerMs: mbits * 125, roundTripMs, saysAfterMs });
  line.outbox.send(
    Array.from({ length: mbits * 10 }, () => new Uint8Array(10_000)),
    'picture',
  );
  await line.pass(2_000);
  const share = new LineShare();
  const megabits: number[] = [];
  for (let ms = 0; ms < seconds * 1_000; ms += FRAME_MS) {
    const { state } = line;
    if (share.hasRoom(state)) {
      const { filmBitsPerSecond = 0 } = share.next(state, clock.monotonicMs());
      megabits.push(filmBitsPerSecond / 1e6);
      const pdus = Math.ceil((filmBitsPerSecond * FRAME_MS) / 8_000 / PDU_BYTES);
      line.outbox.send(
        Array.from({ length: pdus }, () => new Uint8Array(PDU_BYTES)),
        'picture',
      );
    }
    await line.pass(FRAME_MS);
  }
  line.close();
  return { megabits };
}

it.each([
  { mbits: 2, roundTripMs: 0 },
  { mbits: 2, roundTripMs: 80 },
  { mbits: 2, roundTripMs: 300 },
  { mbits: 10, roundTripMs: 0 },
  { mbits: 10, roundTripMs: 40 },
  { mbits: 10, roundTripMs: 300 },
])('a film keeps its share where the system says a little later what it has taken: $mbits Mbit/s + $roundTripMs ms', async (of) => {
  const { megabits } = await film({ ...of, seconds: 10, saysAfterMs: 2 });
  expect(Math.min(...megabits)).toBeGreaterThan(0.7 * of.mbits);
});
