import { describe, expect, it } from 'vitest';
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

/**
 * A line that has been full for a while and then carries `becomes` times as much, and pictures of a film on it for `seconds`, as large as they may be. `silentAtMs`: it
 * carries nothing for a quarter of a second. What the film was given, frame by frame, and how much stood in the line's queue at most.
 */
async function film(options: {
  mbits: number;
  roundTripMs: number;
  seconds: number;
  saysAfterMs?: number;
  becomes?: number;
  silentAtMs?: number;
}) {
  const { mbits, roundTripMs, seconds, saysAfterMs = 0, becomes = 1, silentAtMs } = options;
  const clock = new VirtualClock();
  const line = new VirtualLine(clock, { bytesPerMs: mbits * 125, roundTripMs, saysAfterMs });
  line.outbox.send(
    Array.from({ length: mbits * 10 }, () => new Uint8Array(10_000)),
    'picture',
  );
  await line.pass(2_000);
  line.mostQueued = 0;
  let dropped = 0;
  const share = new LineShare();
  const megabits: number[] = [];
  const bytesPerMs = mbits * 125 * becomes;
  for (let ms = 0; ms < seconds * 1_000; ms += FRAME_MS) {
    line.bytesPerMs = silentAtMs !== undefined && ms >= silentAtMs && ms < silentAtMs + 250 ? 0 : bytesPerMs;
    const { state } = line;
    if (share.hasRoom(state)) {
      const { filmBitsPerSecond = 0 } = share.next(state, clock.monotonicMs());
      megabits.push(filmBitsPerSecond / 1e6);
      const pdus = Math.ceil((filmBitsPerSecond * FRAME_MS) / 8_000 / PDU_BYTES);
      line.outbox.send(
        Array.from({ length: pdus }, () => new Uint8Array(PDU_BYTES)),
        'picture',
      );
    } else dropped += 1;
    await line.pass(FRAME_MS);
  }
  line.close();
  return { megabits, dropped, mostQueuedMs: line.mostQueued / line.bytesPerMs };
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

describe('a film that could be better, on a line that a queue has shown', () => {
  it.each([
    { mbits: 2, roundTripMs: 0, becomes: 2 },
    { mbits: 2, roundTripMs: 80, becomes: 5 },
    { mbits: 2, roundTripMs: 300, becomes: 2 },
    { mbits: 10, roundTripMs: 0, becomes: 5 },
    { mbits: 10, roundTripMs: 40, becomes: 2 },
    { mbits: 10, roundTripMs: 300, becomes: 5 },
  ])('is better soon where $mbits Mbit/s + $roundTripMs ms become $becomes times as much', async ({ mbits, roundTripMs, becomes }) => {
    const { megabits } = await film({ mbits, roundTripMs, becomes, seconds: 8, saysAfterMs: 2 });
    expect(megabits.at(-1)).toBeGreaterThan(0.6 * mbits * becomes);
  });

  it.each([
    { mbits: 2, roundTripMs: 0 },
    { mbits: 2, roundTripMs: 80 },
    { mbits: 2, roundTripMs: 300 },
    { mbits: 10, roundTripMs: 40 },
  ])('tries seldom and little where $mbits Mbit/s + $roundTripMs ms stay as they are', async ({ mbits, roundTripMs }) => {
    const { megabits, dropped, mostQueuedMs } = await film({ mbits, roundTripMs, seconds: 30, saysAfterMs: 2 });
    // Three quarters of a second at most after 2, 4, 8 and 16 seconds, and nothing in between.
    const tried = megabits.filter((each) => each > mbits);
    expect(tried.length).toBeGreaterThan(0);
    expect(tried.length).toBeLessThanOrEqual(4 * Math.ceil(750 / FRAME_MS));
    expect(megabits.filter((each) => each > 0.9 * mbits)).toEqual(tried);
    expect(dropped).toBeLessThan(megabits.length / 40);
    expect(mostQueuedMs).toBeLessThan(150);
  });

  it('tries soon again where it has been taken for less', async () => {
    const { megabits } = await film({ mbits: 2, roundTripMs: 40, seconds: 24, saysAfterMs: 2, silentAtMs: 16_000 });
    expect(megabits.at(-1)).toBeGreaterThan(1.3);
  });
});
