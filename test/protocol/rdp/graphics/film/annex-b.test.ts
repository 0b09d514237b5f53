import { describe, expect, it } from 'vitest';
import { lookAtUnit } from '../../../../../src/protocol/rdp/graphics/film/annex-b.ts';

const SPS = [0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x28, 9, 9];
const PPS = [0, 0, 0, 1, 0x68, 1, 2];
const IDR = [0, 0, 1, 0x65, 8, 8];
const SLICE = [0, 0, 0, 1, 0x41, 3, 3];

describe('an access unit', () => {
  it('is a key frame when it has an IDR slice, and names its codec', () => {
    expect(lookAtUnit(Uint8Array.from([...SPS, ...PPS, ...IDR]))).toEqual({ key: true, codec: 'avc1.42c028' });
    expect(lookAtUnit(Uint8Array.from([0, 0, 0, 1, 9, 0x10, ...SPS, ...IDR]))).toEqual({ key: true, codec: 'avc1.42c028' });
    expect(lookAtUnit(Uint8Array.from(IDR))).toEqual({ key: true, codec: undefined });
  });

  it('is none without, whatever stands in its picture', () => {
    expect(lookAtUnit(Uint8Array.from(SLICE))).toEqual({ key: false, codec: undefined });
    expect(lookAtUnit(Uint8Array.from([...SLICE, 5, 5, ...IDR]))).toEqual({ key: false, codec: undefined });
    expect(lookAtUnit(Uint8Array.from([0, 0, 2, 0x65, 1, 0, 0x65]))).toEqual({ key: false, codec: undefined });
  });

  it('may be cut short anywhere', () => {
    const whole = Uint8Array.from([...SPS, ...IDR]);
    for (let length = 0; length < whole.length; length++) expect(() => lookAtUnit(whole.subarray(0, length))).not.toThrow();
    expect(lookAtUnit(whole.subarray(0, 7))).toEqual({ key: false, codec: undefined });
  });
});
