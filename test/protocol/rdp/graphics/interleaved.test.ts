import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../../src/protocol/bytes/errors.ts';
import { rgbaFrom24 } from '../../../../src/protocol/rdp/graphics/colour.ts';
import { InterleavedDecoder } from '../../../../src/protocol/rdp/graphics/interleaved/interleaved-decoder.ts';
import { INTERLEAVED_VECTORS } from './interleaved-vectors.ts';
import { surfaceOf, wholeTarget } from './pictures.ts';

/** Index i of the palette is a colour with i in its blue byte. */
const PALETTE = Int32Array.from({ length: 256 }, (_, index) => rgbaFrom24(index));

/** RRGGBB words, rows top down. */
function decode(data: readonly number[], bitsPerPixel: number, width: number, height: number): number[] {
  const surface = surfaceOf(width, height);
  new InterleavedDecoder().decode(Uint8Array.from(data), bitsPerPixel, width, height, PALETTE, wholeTarget(surface));
  return [...surface.words].map((word) => ((word & 0xff) << 16) | (word & 0xff00) | ((word >> 16) & 0xff));
}

const hex = (text: string): number[] => text.match(/../g)!.map((pair) => parseInt(pair, 16));
const repeat = (value: number, count: number): number[] => Array.from({ length: count }, () => value);

describe('RLE_BITMAP_STREAM ([MS-RDPBCGR] 2.2.9.1.1.3.1.2.4)', () => {
  it.each(INTERLEAVED_VECTORS)(
    'decodes $kind at $bitsPerPixel bits as an independent encoder made it',
    ({ bitsPerPixel, data, picture }) => {
      const kept = { 15: 0xf8_f8f8, 16: 0xf8_fcf8, 24: 0xff_ffff }[bitsPerPixel];
      const decoded = decode(hex(data), bitsPerPixel, 16, 6).map((colour) => colour & kept);
      expect(decoded).toEqual(picture.match(/.{6}/g)!.map((rgb) => parseInt(rgb, 16) & kept));
    },
  );

  it('background runs repeat the row below, and two in a row have a foreground pixel between them', () => {
    // row 0: colour run 4 × 0x0f; row 1: set foreground 0x01, one pixel; run of 1; run of 2 begins with the foreground
    expect(decode([0x64, 0x0f, 0xc1, 0x01, 0x01, 0x02], 8, 4, 2)).toEqual([0x0e, 0x0f, 0x0e, 0x0f, ...repeat(0x0f, 4)]);
  });

  it('the first row has black below it, and the change of row ends the pending foreground pixel', () => {
    expect(decode([0x04, 0x04], 8, 4, 2)).toEqual(repeat(0, 8));
    expect(decode([0x02, 0x02, 0x04], 8, 4, 2)).toEqual([0, 0, 0xff, 0, 0, 0, 0xff, 0]);
  });

  it('reads masks from the low bit, special masks and single pixels', () => {
    expect(decode([0x41, 0b1010_0101], 8, 8, 1)).toEqual([0xff, 0, 0xff, 0, 0, 0xff, 0, 0xff]);
    expect(decode([0xf9], 8, 8, 1)).toEqual([0xff, 0xff, 0, 0, 0, 0, 0, 0]);
    expect(decode([0xfa], 8, 8, 1)).toEqual([0xff, 0, 0xff, 0, 0, 0, 0, 0]);
    expect(decode([0xd1, 0x11, 0x0f], 8, 8, 1)).toEqual([...repeat(0x11, 4), ...repeat(0, 4)]);
    expect(decode([0xfd, 0xfe, 0xfd, 0xfe], 8, 4, 1)).toEqual([0xff, 0, 0xff, 0]);
  });

  it('reads long and mega lengths', () => {
    expect(decode([0x60, 0x08, 0x07], 8, 40, 1)).toEqual(repeat(7, 40));
    expect(decode([0xf3, 0x2c, 0x01, 0x07], 8, 300, 1)).toEqual(repeat(7, 300));
    expect(decode([0xc0, 0x04, 0x07], 8, 20, 1)).toEqual(repeat(7, 20));
    expect(decode([0x40, 0x0a, 0xff, 0x05], 8, 11, 1)).toEqual([...repeat(0xff, 9), 0, 0xff]);
    expect(decode([0xe2, 0x01, 0x02], 8, 4, 1)).toEqual([1, 2, 1, 2]);
    expect(decode([0xf8, 0x02, 0x00, 0x01, 0x02], 8, 4, 1)).toEqual([1, 2, 1, 2]);
    expect(decode([0xf4, 0x02, 0x00, 0x01, 0x02], 8, 2, 1)).toEqual([1, 2]);
  });

  it('long runs are what a pixel after the other would be, wherever they begin and end', () => {
    const long = (order: number, length: number): number[] => [order, length & 0xff, length >> 8];
    const cases = fc.tuple(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.integer({ min: 0, max: 0xff }), { maxLength: 90 }),
      fc.nat(600),
      fc.nat(300),
    );
    fc.assert(
      fc.property(cases, ([width, image, background, colour]) => {
        const count = image.length + background + colour;
        const height = Math.ceil(count / width) + 1;
        const rest = width * height - count;
        const pixels = [...image];
        for (let left = background; left > 0; left -= 1) pixels.push(pixels.length < width ? 0 : (pixels[pixels.length - width] ?? -1));
        pixels.push(...repeat(0x2a, colour), ...repeat(0, rest));
        const rows = Array.from({ length: height }, (_, row) => pixels.slice(row * width, (row + 1) * width));
        const data = [
          ...long(0xf4, image.length),
          ...image,
          ...long(0xf0, background),
          ...long(0xf3, colour),
          0x2a,
          ...long(0xf3, rest),
          0,
        ];
        expect(decode(data, 8, width, height)).toEqual(rows.toReversed().flat());
      }),
    );
  });

  it('answers arbitrary bytes with a picture or a ProtocolError', () => {
    const decoder = new InterleavedDecoder();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(8, 15, 16, 24, 32, 4),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 30 }),
        (bytes, bitsPerPixel, width, height) => {
          const surface = surfaceOf(width, height);
          try {
            decoder.decode(bytes, bitsPerPixel, width, height, PALETTE, wholeTarget(surface));
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('refuses a large bitmap with little data before setting memory aside, an unknown order and too many pixels', () => {
    expect(() => decode([0x64, 1], 8, 1, 1)).toThrow(/MALFORMED/);
    expect(() => decode([0xf5, 1, 0], 8, 1, 1)).toThrow(/UNEXPECTED/);
    expect(() => decode([0xfb], 8, 1, 1)).toThrow(/UNEXPECTED/);
    expect(() => decode([0xa1], 8, 1, 1)).toThrow(/UNEXPECTED/);
    expect(() => decode([0x61], 8, 1, 1)).toThrow(/TRUNCATED/);
    const target = wholeTarget(surfaceOf(1, 1));
    expect(() => new InterleavedDecoder().decode(new Uint8Array(30), 8, 60_000, 60_000, PALETTE, target)).toThrow(/TRUNCATED/);
  });
});
