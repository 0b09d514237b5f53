import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PointerShape } from '../../../../src/protocol/rdp/pointer-shape.ts';
import { FAST_PATH_UPDATE } from '../../../../src/protocol/rdp/pdu/fast-path-output.ts';
import {
  decodeFastPathPointer,
  decodeSlowPathPointer,
  encodePointerCached,
  encodePointerColor,
  encodePointerLarge,
  encodePointerNew,
  encodePointerPosition,
} from '../../../../src/protocol/rdp/pdu/pointer-update.ts';
import { concat, damaged, errorCode, onlyProtocolErrors } from './arbitrary-bytes.ts';

const hex = (text: string) => Uint8Array.from(text.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));

/** Invisible pixels have no colour: it could not come back. */
function shapes(maxSide: number, alphas: readonly number[]): fc.Arbitrary<PointerShape> {
  return fc
    .record({
      width: fc.integer({ min: 1, max: maxSide }),
      height: fc.integer({ min: 1, max: maxSide }),
      seed: fc.integer({ min: 1, max: 1e6 }),
    })
    .map(({ width, height, seed }) => {
      const pixels = new Uint8Array(width * height * 4);
      for (let at = 0; at < pixels.length; at += 4) {
        const mixed = Math.imul(seed + at, 0x9e37_79b1) >>> 0;
        // the first pixel is always there: a shape without alpha anywhere is an old one
        const alpha = at === 0 ? 255 : alphas[mixed % alphas.length]!;
        if (alpha > 0) pixels.set([mixed & 0xff, (mixed >> 8) & 0xff, (mixed >> 16) & 0xff, alpha], at);
      }
      return { width, height, hotX: seed % width, hotY: seed % height, pixels };
    });
}

describe('shapes', () => {
  it('at 32 bits come back with every alpha', () => {
    fc.assert(
      fc.property(shapes(96, [0, 1, 127, 128, 255]), fc.integer({ min: 0, max: 0xffff }), (shape, cacheIndex) => {
        expect(decodeFastPathPointer(FAST_PATH_UPDATE.pointerNew, encodePointerNew({ cacheIndex, shape }))).toEqual({
          tag: 'shape',
          cacheIndex,
          shape,
        });
        expect(decodeSlowPathPointer(concat([hex('08 00 00 00'), encodePointerNew({ cacheIndex, shape })]))).toEqual({
          tag: 'shape',
          cacheIndex,
          shape,
        });
      }),
    );
  });

  it('of up to 384×384 come back', () => {
    fc.assert(
      fc.property(shapes(384, [0, 1, 255]), (shape) => {
        const data = encodePointerLarge({ cacheIndex: 24, shape });
        // What a client must be able to join for the largest ([MS-RDPBCGR] 2.2.7.2.7).
        expect(data.length).toBeLessThanOrEqual(608_299);
        expect(decodeFastPathPointer(FAST_PATH_UPDATE.pointerLarge, data)).toEqual({ tag: 'shape', cacheIndex: 24, shape });
        expect(decodeSlowPathPointer(concat([hex('09 00 00 00'), data]))).toEqual({ tag: 'shape', cacheIndex: 24, shape });
      }),
      { numRuns: 15 },
    );
  });

  it('at 24 bits come back where a pixel is there or is not', () => {
    fc.assert(
      fc.property(shapes(32, [0, 255]), (shape) => {
        expect(decodeFastPathPointer(FAST_PATH_UPDATE.pointerColor, encodePointerColor({ cacheIndex: 3, shape }))).toEqual({
          tag: 'shape',
          cacheIndex: 3,
          shape,
        });
        expect(decodeSlowPathPointer(concat([hex('06 00 00 00'), encodePointerColor({ cacheIndex: 3, shape })]))).toEqual({
          tag: 'shape',
          cacheIndex: 3,
          shape,
        });
      }),
    );
  });

  it('are laid out as [MS-RDPBCGR] 2.2.9.1.1.4.4 says: rows bottom up, both masks padded to two bytes, AND set where nothing shows', () => {
    const pixels = Uint8Array.of(1, 2, 3, 255, 0, 0, 0, 0);
    expect(encodePointerColor({ cacheIndex: 5, shape: { width: 1, height: 2, hotX: 0, hotY: 1, pixels } })).toEqual(
      hex('05 00 00 00 01 00 01 00 02 00 04 00 08 00  00 00 00 00 01 02 03 00  80 00 00 00  00'),
    );
  });

  it('half transparent at 24 bits rounds to there', () => {
    const encode = (alpha: number) =>
      encodePointerColor({ cacheIndex: 0, shape: { width: 1, height: 1, hotX: 0, hotY: 0, pixels: Uint8Array.of(9, 9, 9, alpha) } });
    expect(encode(128).subarray(14)).toEqual(hex('09 09 09 00 00 00 00'));
    expect(encode(127).subarray(14)).toEqual(hex('00 00 00 00 80 00 00'));
  });
});

/** A TS_POINTERATTRIBUTE of one row: xorBpp, cacheIndex 0, hot spot 0,0. */
function row(bitsPerPixel: number, width: number, xor: string, and: string): Uint8Array {
  const [xorBytes, andBytes] = [hex(xor), hex(and)];
  return Uint8Array.of(bitsPerPixel, 0, 0, 0, 0, 0, 0, 0, width, 0, 1, 0, andBytes.length, 0, xorBytes.length, 0, ...xorBytes, ...andBytes);
}

describe("other servers' shapes", () => {
  const pixelsOf = (data: Uint8Array) => {
    const message = decodeFastPathPointer(FAST_PATH_UPDATE.pointerNew, data);
    return message?.tag === 'shape' ? [...message.shape.pixels] : message;
  };

  it('32 bits without any alpha mean the AND mask; what would invert is black', () => {
    expect(pixelsOf(row(32, 3, '01 02 03 00 00 00 00 00 ff ff ff 00', '60 00'))).toEqual([1, 2, 3, 255, 0, 0, 0, 0, 0, 0, 0, 255]);
  });

  it('32 bits with alpha mean the alpha, as in Windows: neither premultiplied nor masked', () => {
    expect(pixelsOf(row(32, 2, '80 40 20 10 00 00 00 ff', 'c0 00'))).toEqual([0x80, 0x40, 0x20, 0x10, 0, 0, 0, 255]);
  });

  it('monochrome: AND 0 draws, AND 1 with XOR 0 shows the screen, with XOR 1 inverts it', () => {
    expect(pixelsOf(row(1, 4, '50 00', '30 00'))).toEqual([0, 0, 0, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 255]);
  });

  it('monochrome rows are top down', () => {
    const data = hex('01 00 00 00 00 00 00 00 01 00 02 00 04 00 04 00 80 00 00 00 00 00 00 00');
    expect(pixelsOf(data)).toEqual([255, 255, 255, 255, 0, 0, 0, 255]);
  });

  it('15 and 16 bits', () => {
    expect(pixelsOf(row(16, 2, '1f 00 00 f8', '00 00'))).toEqual([255, 0, 0, 255, 0, 0, 255, 255]);
    expect(pixelsOf(row(15, 2, '1f 00 00 7c', '00 00'))).toEqual([255, 0, 0, 255, 0, 0, 255, 255]);
  });

  it('no AND mask at all means everything shows', () => {
    expect(pixelsOf(Uint8Array.of(24, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 4, 0, 1, 2, 3, 0))).toEqual([1, 2, 3, 255]);
  });

  it('a hot spot outside the shape is moved into it; a shape of nothing hides the pointer', () => {
    const data = row(24, 1, '01 02 03 00', '00 00');
    data.set([9, 0, 9, 0], 4);
    expect(decodeFastPathPointer(FAST_PATH_UPDATE.pointerNew, data)).toMatchObject({ shape: { hotX: 0, hotY: 0 } });
    expect(decodeFastPathPointer(FAST_PATH_UPDATE.pointerNew, hex('18 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00'))).toEqual({
      tag: 'hidden',
    });
  });

  it('large ones up to 384, others up to 96, and masks that are there', () => {
    const large = (width: number) =>
      concat([
        hex('20 00 01 00 00 00 00 00'),
        Uint8Array.of(width & 0xff, width >> 8, 1, 0, 0, 0, 0, 0, (width * 4) & 0xff, (width * 4) >> 8, 0, 0),
        new Uint8Array(width * 4).fill(0xff),
      ]);
    expect(decodeFastPathPointer(FAST_PATH_UPDATE.pointerLarge, large(384))).toMatchObject({
      tag: 'shape',
      cacheIndex: 1,
      shape: { width: 384 },
    });
    expect(decodeSlowPathPointer(concat([hex('09 00 00 00'), large(384)]))).toMatchObject({ tag: 'shape', shape: { width: 384 } });
    expect(errorCode(() => decodeFastPathPointer(FAST_PATH_UPDATE.pointerLarge, large(385)))).toBe('TOO_LARGE');
    expect(errorCode(() => pixelsOf(row(24, 97, '00 00', '00 00')))).toBe('TOO_LARGE');
    expect(errorCode(() => pixelsOf(row(24, 2, '01 02 03 00', '00 00')))).toBe('TRUNCATED');
    expect(errorCode(() => pixelsOf(row(24, 33, new Array(100).fill('00').join(' '), '00 00 00 00')))).toBe('TRUNCATED');
    expect(errorCode(() => pixelsOf(row(8, 1, '00 00', '00 00')))).toBe('OUT_OF_RANGE');
  });
});

it('position, cached, hidden and default, on both paths', () => {
  expect(decodeFastPathPointer(FAST_PATH_UPDATE.pointerPosition, encodePointerPosition(258, 7))).toEqual({ tag: 'position', x: 258, y: 7 });
  expect(decodeFastPathPointer(FAST_PATH_UPDATE.pointerCached, encodePointerCached(9))).toEqual({ tag: 'cached', cacheIndex: 9 });
  expect(decodeFastPathPointer(FAST_PATH_UPDATE.pointerHidden, new Uint8Array(0))).toEqual({ tag: 'hidden' });
  expect(decodeFastPathPointer(FAST_PATH_UPDATE.pointerDefault, new Uint8Array(0))).toEqual({ tag: 'default' });
  expect(decodeFastPathPointer(FAST_PATH_UPDATE.bitmap, new Uint8Array(0))).toBeUndefined();
  expect(decodeSlowPathPointer(hex('03 00 00 00 02 01 07 00'))).toEqual({ tag: 'position', x: 258, y: 7 });
  expect(decodeSlowPathPointer(hex('07 00 00 00 09 00'))).toEqual({ tag: 'cached', cacheIndex: 9 });
  expect(decodeSlowPathPointer(hex('01 00 00 00 00 00 00 00'))).toEqual({ tag: 'hidden' });
  expect(decodeSlowPathPointer(hex('01 00 00 00 00 7f 00 00'))).toEqual({ tag: 'default' });
  expect(errorCode(() => decodeSlowPathPointer(hex('01 00 00 00 01 00 00 00')))).toBe('OUT_OF_RANGE');
  expect(decodeSlowPathPointer(hex('77 00 00 00'))).toBeUndefined();
});

it('arbitrary and damaged bytes give nothing worse than a ProtocolError', () => {
  const sample = row(32, 4, new Array(16).fill('7f').join(' '), '00 00');
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), damaged(sample)), fc.integer({ min: 0, max: 15 }), (bytes, updateCode) => {
      onlyProtocolErrors(() => decodeFastPathPointer(updateCode, bytes));
      onlyProtocolErrors(() => decodeSlowPathPointer(bytes));
    }),
    { numRuns: 500 },
  );
});
