import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rect } from '../../../../src/protocol/rdp/geometry.ts';
import type { PixelFrame } from '../../../../src/protocol/rdp/graphics/contract.ts';
import { ChangedTiles, tilesOf } from '../../../../src/protocol/rdp/graphics/tiles/changed-tiles.ts';
import { paint, pictures } from './pictures.ts';

const whole = (frame: PixelFrame): Rect => ({ x: 0, y: 0, width: frame.width, height: frame.height });
const inside = (x: number, y: number, rect: Rect): boolean =>
  x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;

function poked(frame: PixelFrame, spots: readonly { x: number; y: number }[]): PixelFrame {
  const pixels = frame.pixels.slice();
  for (const { x, y } of spots) pixels[(y % frame.height) * frame.stride + (x % frame.width) * 4 + (x % 3)]! ^= 0x40;
  return { ...frame, pixels };
}

const spots = fc.array(fc.record({ x: fc.nat(1000), y: fc.nat(1000) }), { maxLength: 12 });

describe('changed tiles', () => {
  it('reports everything for the first frame and after a change of size', () => {
    const tiles = new ChangedTiles();
    expect(
      tiles.update(
        paint(130, 70, () => 1),
        [],
      ),
    ).toEqual(tilesOf(130, 70));
    expect(tilesOf(130, 70)).toHaveLength(6);
    expect(
      tiles.update(
        paint(130, 71, () => 1),
        [],
      ),
    ).toEqual(tilesOf(130, 71));
    tiles.forget();
    expect(
      tiles.update(
        paint(130, 71, () => 1),
        [],
      ),
    ).toEqual(tilesOf(130, 71));
  });

  it('covers every changed pixel, only tiles that changed, and as few rows as possible', () => {
    fc.assert(
      fc.property(pictures(200), spots, (before, where) => {
        const after = poked(before, where);
        const tiles = new ChangedTiles();
        tiles.update(before, []);
        const changed = tiles.update(after, [whole(after)]);
        const differs = (x: number, y: number): boolean => {
          const at = y * before.stride + x * 4;
          return [0, 1, 2].some((byte) => before.pixels[at + byte] !== after.pixels[at + byte]);
        };
        for (let y = 0; y < before.height; y++) {
          for (let x = 0; x < before.width; x++) if (differs(x, y)) expect(changed.filter((rect) => inside(x, y, rect))).toHaveLength(1);
        }
        for (const rect of changed) {
          expect(rect.x >> 6).toBe((rect.x + rect.width - 1) >> 6);
          expect(rect.y >> 6).toBe((rect.y + rect.height - 1) >> 6);
          expect(rect.x + rect.width).toBeLessThanOrEqual(before.width);
          expect(rect.y + rect.height).toBeLessThanOrEqual(before.height);
          const columns = Array.from({ length: rect.width }, (_, i) => rect.x + i);
          const rows = Array.from({ length: rect.height }, (_, i) => rect.y + i);
          expect(columns.some((x) => differs(x, rect.y))).toBe(true);
          expect(columns.some((x) => differs(x, rect.y + rect.height - 1))).toBe(true);
          expect(columns.slice(0, 4).some((x) => rows.some((y) => differs(x, y)))).toBe(true);
          expect(columns.slice(-4).some((x) => rows.some((y) => differs(x, y)))).toBe(true);
        }
        expect(tiles.update(after, [whole(after)])).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('looks only where there is damage, and finds the rest when damage comes', () => {
    const before = paint(200, 200, () => 0);
    const after = poked(before, [
      { x: 10, y: 10 },
      { x: 150, y: 150 },
    ]);
    const tiles = new ChangedTiles();
    tiles.update(before, []);
    expect(tiles.update(after, [{ x: 9, y: 9, width: 3, height: 3 }])).toEqual([{ x: 8, y: 10, width: 4, height: 1 }]);
    expect(
      tiles.update(after, [
        { x: -50, y: -50, width: 1000, height: 1000 },
        { x: 150, y: 150, width: 1, height: 1 },
      ]),
    ).toEqual([{ x: 148, y: 150, width: 4, height: 1 }]);
  });

  it('does not mind the fourth byte, nor that the memory is used again', () => {
    const frame = paint(70, 3, () => 5);
    const tiles = new ChangedTiles();
    tiles.update(frame, []);
    for (let i = 3; i < frame.pixels.length; i += 4) frame.pixels[i] = i;
    expect(tiles.update(frame, [whole(frame)])).toEqual([]);
    frame.pixels[0] = 99;
    expect(tiles.update(frame, [whole(frame)])).toEqual([{ x: 0, y: 0, width: 4, height: 1 }]);
  });
});
