import { expect, it } from 'vitest';
import { LineShare } from '../../../src/main/assistance/line-share.ts';

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
