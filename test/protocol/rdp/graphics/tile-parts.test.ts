import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rect } from '../../../../src/protocol/rdp/geometry.ts';
import { TileParts } from '../../../../src/protocol/rdp/graphics/tiles/tile-parts.ts';

const SIZE = { width: 203, height: 150 };
const rect = fc.record({
  x: fc.integer({ min: -30, max: 220 }),
  y: fc.integer({ min: -30, max: 170 }),
  width: fc.integer({ min: 1, max: 240 }),
  height: fc.integer({ min: 1, max: 190 }),
});

/** How often each pixel of the picture lies in one of these. */
function counted(rects: readonly Rect[]): Uint8Array {
  const counts = new Uint8Array(SIZE.width * SIZE.height);
  for (const { x, y, width, height } of rects)
    for (let row = Math.max(0, y); row < Math.min(SIZE.height, y + height); row++)
      for (let column = Math.max(0, x); column < Math.min(SIZE.width, x + width); column++) counts[row * SIZE.width + column]! += 1;
  return counts;
}

describe('what of the tiles is looked at', () => {
  it('is all that was added and not cut off, once, on the grid of four, and never more than the tiles that it touches', () => {
    fc.assert(
      fc.property(fc.array(rect, { maxLength: 4 }), fc.array(rect, { maxLength: 3 }), (added, cut) => {
        const parts = new TileParts(SIZE);
        for (const one of added) parts.add(one);
        for (const one of cut) parts.leaveOut(one);
        const within = counted(cut.flatMap((one) => parts.within(one)));
        const runs = parts.take();
        const looked = counted(
          runs.map(({ left, top, right, bottom }) => ({ x: left, y: top, width: right - left, height: bottom - top })),
        );
        const [wanted, out] = [counted(added), counted(cut)];
        const wrong = looked.findIndex((count, at) => {
          const isCut = out[at]! > 0;
          return count > 1 || (wanted[at]! > 0 && !isCut && count === 0) || within[at]! > 0 !== (count === 1 && isCut);
        });
        expect(wrong).toBe(-1);
        for (const { left, top, right, bottom } of runs) {
          expect(left % 4).toBe(0);
          expect(right % 4 === 0 || right === SIZE.width).toBe(true);
          expect(top >> 6).toBe((bottom - 1) >> 6);
        }
        expect(parts.take()).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('is what lies beside an area that was copied, side by side as one', () => {
    const parts = new TileParts({ width: 256, height: 128 });
    parts.add({ x: 16, y: 0, width: 192, height: 128 });
    parts.leaveOut({ x: 20, y: 6, width: 181, height: 100 });
    parts.leaveOut({ x: 0, y: 106, width: 128, height: 22 });
    expect(parts.take()).toEqual([
      { left: 16, top: 0, right: 64, bottom: 64 },
      { left: 64, top: 0, right: 192, bottom: 6 },
      { left: 192, top: 0, right: 208, bottom: 64 },
      { left: 16, top: 64, right: 64, bottom: 106 },
      { left: 128, top: 106, right: 192, bottom: 128 },
      { left: 192, top: 64, right: 208, bottom: 128 },
    ]);
  });
});
