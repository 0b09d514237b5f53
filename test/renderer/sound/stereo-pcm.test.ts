import { describe, expect, it } from 'vitest';
import { pcmOf, stereo } from '../../../src/renderer/sound/stereo-pcm.ts';

const one = (sample: number): Float32Array => Float32Array.of(sample);
const mixed = (...samples: number[]): number[] => stereo(samples.map(one)).map((channel) => channel[0] ?? Number.NaN);

describe('two channels', () => {
  it('are what one or two or four give', () => {
    expect(mixed(0.5)).toEqual([0.5, 0.5]);
    expect(mixed(0.5, 0.25)).toEqual([0.5, 0.25]);
    expect(mixed(0.5, 0.25, 1, 1)).toEqual([0.5, 0.25]);
  });

  it('have the middle of six, and each its own side', () => {
    expect(mixed(0, 0, 1, 0, 0, 0)[0]).toBeCloseTo(Math.SQRT1_2);
    expect(mixed(0, 0, 0, 1, 0, 0)).toEqual([0, 0]);
    const [left, right] = mixed(0.1, 0.2, 0, 0, 1, 0);
    expect([left, right]).toEqual([expect.closeTo(0.1 + Math.SQRT1_2), expect.closeTo(0.2)]);
    expect(mixed(0, 0, 0, 0, 0, 0, 0, 1)).toEqual([0, expect.closeTo(Math.SQRT1_2)]);
  });
});

it('16 bits, little-endian, interleaved, and cut where it is too loud', () => {
  const view = new DataView(pcmOf([Float32Array.of(1, -2, 0), Float32Array.of(-1, 0.5, 3)]).buffer);
  expect([0, 2, 4, 6, 8, 10].map((at) => view.getInt16(at, true))).toEqual([32_767, -32_767, -32_767, 16_384, 0, 32_767]);
});
