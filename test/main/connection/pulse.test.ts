import { expect, it } from 'vitest';
import { SILENCE } from '../../../src/main/connection/deadlines.ts';
import { Pulse } from '../../../src/main/connection/pulse.ts';
import { Silence } from '../../../src/protocol/rdp/silence.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** What one question and its answer take on the wire. */
const QUESTION_BYTES = 146;

interface Line {
  /** Whether an answer comes to a question of this moment. */
  readonly answers: (atMs: number) => boolean;
  /** After how many milliseconds. */
  readonly roundTripMs?: number;
  /** What else has passed in the tick before this moment, in bytes. */
  readonly passes?: (atMs: number) => number;
}

/** Asks at each tick, as the novice's side does, for so long. When the ticks were, and when silence was said, in milliseconds from now. */
async function ticks(
  clock: VirtualClock,
  forMs: number,
  { answers, roundTripMs = 20, passes = () => 0 }: Line,
): Promise<{ at: number[]; silent: number[] }> {
  const traffic = { bytesSent: 0, bytesReceived: 0 };
  const pulse = new Pulse(clock, () => traffic);
  const silence = new Silence(SILENCE);
  const startMs = clock.monotonicMs();
  const at: number[] = [];
  const silent: number[] = [];
  silence.heard(startMs);
  let cancel = (): void => undefined;
  const wait = (): void => {
    cancel = clock.after(pulse.nextMs(), () => {
      const nowMs = clock.monotonicMs();
      wait();
      at.push(nowMs - startMs);
      traffic.bytesSent += QUESTION_BYTES + passes(nowMs - startMs);
      if (silence.judge(nowMs, { measured: true, owedMs: 0 }) === 'silent') silent.push(nowMs - startMs);
      if (!answers(nowMs - startMs)) return;
      clock.after(roundTripMs, () => {
        pulse.heard(clock.monotonicMs());
        silence.heard(clock.monotonicMs());
      });
    });
  };
  wait();
  await clock.advance(forMs);
  cancel();
  return { at, silent };
}

const apart = (at: readonly number[]): number[] => at.slice(1).map((atMs, index) => atMs - (at[index] ?? 0));

it.each([0, 20, 490, 1_000])(
  'while nothing but questions and answers of %i ms passes a machine wakes twice a second, at the halves of the clock',
  async (roundTripMs) => {
    const clock = new VirtualClock();
    await clock.advance(137);
    const { at, silent } = await ticks(clock, 62_000, { answers: () => true, roundTripMs });
    const quiet = at.filter((atMs) => atMs > 2_000);
    expect(quiet.length).toBeLessThanOrEqual(122);
    expect(new Set(apart(quiet.slice(3)))).toEqual(new Set([500]));
    expect(((quiet.at(-1) ?? 0) + 137) % 500).toBe(0);
    expect(silent).toEqual([]);
  },
);

it('a line that is in use is asked four times a second, and for two seconds after', async () => {
  const clock = new VirtualClock();
  const { at } = await ticks(clock, 20_000, { answers: () => true, passes: (atMs) => (atMs > 10_000 && atMs < 12_000 ? 400 : 0) });
  const inUse = at.filter((atMs) => atMs > 10_600 && atMs < 14_000);
  expect(new Set(apart(inUse))).toEqual(new Set([250]));
  expect(apart(at).at(-1)).toBe(500);
});

it('that nothing comes any more is noticed as soon as on a line in use, wherever it breaks', async () => {
  for (const roundTripMs of [1, 20, 300, 700])
    for (let brokenMs = 10_000; brokenMs < 10_500; brokenMs += 7) {
      const clock = new VirtualClock();
      // What was asked before still comes.
      const { silent } = await ticks(clock, 15_000, { answers: (atMs) => atMs + roundTripMs < brokenMs, roundTripMs });
      expect(silent).toHaveLength(1);
      expect(silent[0]).toBeLessThanOrEqual(brokenMs + 1_500);
    }
});

it('a side that answers nothing is looked at four times a second', async () => {
  const { at } = await ticks(new VirtualClock(), 10_000, { answers: () => false });
  expect(new Set(apart(at))).toEqual(new Set([250]));
});
