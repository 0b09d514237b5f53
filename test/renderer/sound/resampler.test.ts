import { expect, it } from 'vitest';
import { Resampler } from '../../../src/renderer/sound/resampler.ts';

const wave = (hertz: number, rate: number, seconds: number): Float32Array =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, at) => 0.5 * Math.sin((2 * Math.PI * hertz * at) / rate));

/** Gives it in blocks of odd lengths. */
function resampled(samples: Float32Array, from: number, to: number): number[] {
  const resampler = new Resampler(from, to, 1);
  const made: number[] = [];
  for (let at = 0, length = 1; at < samples.length; at += length, length = (length * 7 + 441) % 1_024)
    made.push(...(resampler.push([samples.subarray(at, at + length)])[0] ?? []));
  return made;
}

const loudest = (samples: readonly number[]): number => Math.max(...samples.map(Math.abs));

it.each([
  [44_100, 48_000],
  [96_000, 48_000],
  [192_000, 44_100],
  [16_000, 48_000],
  [48_000, 44_100],
])('%d samples a second become %d without a seam, at their time', (from, to) => {
  const made = resampled(wave(440, from, 1), from, to);
  expect(Math.abs(made.length - to)).toBeLessThan(60);
  const meant = wave(440, to, 1);
  const apart = made.slice(100, -100).map((sample, at) => sample - (meant[at + 100] ?? 0));
  expect(loudest(apart)).toBeLessThan(0.002);
});

it('what the lower rate cannot carry is gone, and what it can is not', () => {
  expect(loudest(resampled(wave(30_000, 96_000, 0.5), 96_000, 48_000).slice(100))).toBeLessThan(0.001);
  expect(loudest(resampled(wave(15_111, 96_000, 0.5), 96_000, 48_000).slice(100))).toBeGreaterThan(0.45);
});

it('at one rate it gives what it was given', () => {
  const channels = [Float32Array.of(1, 2), Float32Array.of(3, 4)];
  expect(new Resampler(48_000, 48_000, 2).push(channels)).toBe(channels);
});
