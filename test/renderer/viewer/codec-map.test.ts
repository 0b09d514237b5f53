import { describe, expect, it } from 'vitest';
import { CodecMap } from '../../../src/renderer/viewer/codec-map.ts';

function mapOf(width: number, height: number): CodecMap {
  const map = new CodecMap();
  map.resize({ width, height });
  return map;
}

describe('how the parts of a picture came', () => {
  it('is told in shares of what has been drawn', () => {
    const map = mapOf(160, 64);
    expect(map.shares).toEqual({ exact: 0, copied: 0, remoteFx: 0, film: 0 });
    map.set({ x: 0, y: 0, width: 80, height: 64 }, 'exact');
    map.set({ x: 64, y: 0, width: 16, height: 64 }, 'film');
    expect(map.shares).toEqual({ exact: 0.8, copied: 0, remoteFx: 0, film: 0.2 });
    map.set({ x: 64, y: 0, width: 16, height: 64 }, 'copied');
    expect(map.shares).toEqual({ exact: 0.8, copied: 0.2, remoteFx: 0, film: 0 });
  });

  it('is told as marks, one for what lies side by side and came alike, and none beyond the picture’s edge', () => {
    const map = mapOf(40, 20);
    map.set({ x: 0, y: 0, width: 40, height: 20 }, 'exact');
    map.set({ x: 16, y: 0, width: 16, height: 16 }, 'film');
    expect(map.marks).toEqual([
      { rect: { x: 0, y: 0, width: 16, height: 16 }, by: 'exact' },
      { rect: { x: 16, y: 0, width: 16, height: 16 }, by: 'film' },
      { rect: { x: 32, y: 0, width: 8, height: 16 }, by: 'exact' },
      { rect: { x: 0, y: 16, width: 40, height: 4 }, by: 'exact' },
    ]);
  });

  it('what is too small to reach the middle of a cell changes nothing', () => {
    const map = mapOf(64, 64);
    map.set({ x: 0, y: 0, width: 64, height: 64 }, 'exact');
    map.set({ x: 9, y: 9, width: 14, height: 14 }, 'film');
    expect(map.shares.exact).toBe(1);
  });

  it('begins anew with another size, and stays small for the largest', () => {
    const map = mapOf(64, 64);
    map.set({ x: 0, y: 0, width: 64, height: 64 }, 'film');
    expect(map.resize({ width: 64, height: 64 })).toBe(false);
    expect(map.shares.film).toBe(1);
    expect(map.resize({ width: 8_192, height: 8_192 })).toBe(true);
    expect(map.marks).toEqual([]);
    map.set({ x: 0, y: 0, width: 8_192, height: 8_192 }, 'exact');
    expect(map.marks).toHaveLength(128);
    expect(map.shares.exact).toBe(1);
  });
});
