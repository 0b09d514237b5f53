import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PixelFrame } from '../../../../src/protocol/rdp/graphics/contract.ts';
import { filmPicture } from '../../../../src/protocol/rdp/graphics/film/i420.ts';
import { inKernels } from './kernels/in-kernels.ts';
import { paint, pictures } from './pictures.ts';

const wholeOf = (frame: PixelFrame) => ({ x: 0, y: 0, width: frame.width, height: frame.height });

/** BT.709 full range as a player turns it back, of the picture's first pixel. */
function colourOf(i420: Uint8Array, pixels: number): readonly [number, number, number] {
  const [y, u, v] = [i420[0]!, i420[pixels]! - 128, i420[pixels + pixels / 4]! - 128];
  const clamped = (value: number) => Math.max(0, Math.min(255, Math.round(value)));
  return [clamped(y + 1.5748 * v), clamped(y - 0.1873 * u - 0.4681 * v), clamped(y + 1.8556 * u)];
}

describe('pictures for film', () => {
  it('show flat colours within two levels', () => {
    const steps = Array.from({ length: 18 }, (_, index) => index * 15);
    for (const red of steps) {
      for (const green of steps) {
        for (const blue of steps) {
          const { i420 } = filmPicture(
            paint(2, 2, () => (red << 16) | (green << 8) | blue),
            { x: 0, y: 0, width: 2, height: 2 },
          );
          const shown = colourOf(i420, 4);
          const off = Math.max(Math.abs(shown[0] - red), Math.abs(shown[1] - green), Math.abs(shown[2] - blue));
          expect(off, `${red} ${green} ${blue} as ${shown.join(' ')}`).toBeLessThanOrEqual(2);
        }
      }
    }
  });

  it('have white and black at the ends of the range, and greys without a tint', () => {
    for (let grey = 0; grey < 256; grey++) {
      const { i420 } = filmPicture(
        paint(2, 2, () => grey * 0x01_0101),
        { x: 0, y: 0, width: 2, height: 2 },
      );
      expect([...i420]).toEqual([grey, grey, grey, grey, 128, 128]);
    }
  });

  it('repeat the last column and row where they are larger than what is in them', () => {
    const frame = paint(3, 3, (x, y) => (x === 2 ? 0x40_4040 : 0x10_1010) * (y === 2 ? 3 : 1));
    const { width, height, i420 } = filmPicture(frame, wholeOf(frame), { width: 16, height: 16 });
    expect([width, height, i420.length]).toEqual([16, 16, 384]);
    const row = (y: number) => [...i420.subarray(y * 16, y * 16 + 16)];
    expect(row(0)).toEqual([0x10, 0x10, ...Array.from({ length: 14 }, () => 0x40)]);
    for (const y of [2, 3, 15]) expect(row(y)).toEqual([0x30, 0x30, ...Array.from({ length: 14 }, () => 0xc0)]);
    expect(new Set(i420.subarray(256))).toEqual(new Set([128]));
    expect(filmPicture(frame, wholeOf(frame))).toMatchObject({ width: 4, height: 4 });
  });

  it('are the same from the kernels, of any part and size', () => {
    fc.assert(
      fc.property(
        pictures(140),
        fc.record({ x: fc.nat(), y: fc.nat(), width: fc.nat(), height: fc.nat(), wider: fc.nat(7), higher: fc.nat(7) }),
        (frame, wish) => {
          const x = wish.x % frame.width;
          const y = wish.y % frame.height;
          const part = { x, y, width: 1 + (wish.width % (frame.width - x)), height: 1 + (wish.height % (frame.height - y)) };
          const even = (side: number, more: number) => side + (side & 1) + 2 * more;
          const size = { width: even(part.width, wish.wider), height: even(part.height, wish.higher) };
          if (size.width >= part.width + 16 || size.height >= part.height + 16) return;
          const reference = filmPicture(frame, part, size);
          const tried = filmPicture(inKernels(frame), part, size);
          expect(tried).toMatchObject({ width: size.width, height: size.height });
          expect(Buffer.compare(tried.i420, reference.i420)).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are refused outside the frame and with other sizes', () => {
    const frame = paint(8, 8, () => 0);
    const memory = inKernels(frame);
    for (const where of [frame, memory]) {
      for (const part of [
        { x: -1, y: 0, width: 2, height: 2 },
        { x: 0, y: 7, width: 2, height: 2 },
        { x: 0, y: 0, width: 0, height: 2 },
      ])
        expect(() => filmPicture(where, part)).toThrow(/FilmPicture\.part/);
      for (const size of [
        { width: 7, height: 8 },
        { width: 6, height: 8 },
        { width: 8, height: 24 },
      ])
        expect(() => filmPicture(where, wholeOf(frame), size)).toThrow(/FilmPicture\.size/);
    }
  });
});
