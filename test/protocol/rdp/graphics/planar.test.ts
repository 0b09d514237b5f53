import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../../src/protocol/bytes/errors.ts';
import { frameWords } from '../../../../src/protocol/rdp/graphics/pixel-words.ts';
import { PlanarKernels } from '../../../../src/protocol/rdp/graphics/kernels/planar-kernels.ts';
import { PlanarDecoder } from '../../../../src/protocol/rdp/graphics/planar/planar-decoder.ts';
import { encodeRawPlanes, MAX_PLANAR_TILE_BYTES, PlanarEncoder } from '../../../../src/protocol/rdp/graphics/planar/planar-encoder.ts';
import { FORMAT_NO_ALPHA, FORMAT_RLE } from '../../../../src/protocol/rdp/graphics/planar/planar-format.ts';
import { paint, pictures, rgbaOf, surfaceOf, wholeTarget } from './pictures.ts';

const kernels = PlanarKernels.open();

/** In the kernels and without them, to the same pixels. */
function decode(data: Uint8Array, width: number, height: number): Int32Array {
  const [inKernels, plain] = [true, false].map((withKernels) => {
    const surface = surfaceOf(width, height);
    new PlanarDecoder(withKernels).decode(data, width, height, wholeTarget(surface));
    return surface.words;
  });
  if (inKernels === undefined || plain === undefined) throw new Error('two ways');
  // What they do not take is decoded without them: so none of these is.
  const isCoded = ((data[0] ?? 0) & FORMAT_RLE) !== 0;
  const drawn = kernels?.draw(
    data.subarray(1),
    width,
    height,
    ((data[0] ?? 0) & FORMAT_NO_ALPHA) === 0,
    wholeTarget(surfaceOf(width, height)),
  );
  if (isCoded) expect(drawn).toBe(true);
  if (Buffer.compare(Buffer.from(inKernels.buffer), Buffer.from(plain.buffer)) !== 0) expect(inKernels).toEqual(plain);
  return plain;
}

function encode(frame: Parameters<typeof frameWords>[0], skipAlpha: boolean, limit = MAX_PLANAR_TILE_BYTES + 1): Uint8Array | undefined {
  const out = new Uint8Array(MAX_PLANAR_TILE_BYTES + 7);
  const end = new PlanarEncoder(skipAlpha).encode(frameWords(frame), 0, 0, frame.width, frame.height, out, 7, limit);
  return end < 0 ? undefined : out.subarray(7, end);
}

describe('RDP6_BITMAP_STREAM vectors ([MS-RDPEGDI] 2.2.2.5.1, 3.1.9.2)', () => {
  // the worked plane of 3.1.9.2: rows 255 255 255 255 254 253 / 254 192 132 96 75 25 / 253 140 62 14 135 193
  const plane = [0x13, 0xff, 0x20, 0xfe, 0xfd, 0x60, 0x01, 0x7d, 0xf5, 0xc2, 0x9a, 0x38, 0x60, 0x01, 0x67, 0x8b, 0xa3, 0x78, 0xaf];
  const bottomUp = [
    [255, 255, 255, 255, 254, 253],
    [254, 192, 132, 96, 75, 25],
    [253, 140, 62, 14, 135, 193],
  ];
  const grey = paint(6, 3, (x, y) => bottomUp[2 - y]![x]! * 0x01_0101);

  it('decodes the worked example in each plane', () => {
    expect(decode(Uint8Array.of(0x30, ...plane, ...plane, ...plane), 6, 3)).toEqual(rgbaOf(grey));
  });

  it('encodes the worked example to the same bytes', () => {
    expect([...encode(grey, true)!]).toEqual([0x30, ...plane, ...plane, ...plane]);
  });

  it('takes planes in the order alpha, red, green, blue and reads over alpha', () => {
    const solid = (value: number): number[] => [0x13, value, 0x04];
    const stream = Uint8Array.of(0x10, ...solid(0x80), ...solid(0x11), ...solid(0x22), ...solid(0x33));
    expect(decode(stream, 4, 2)).toEqual(rgbaOf(paint(4, 2, () => 0x11_2233)));
  });

  it('writes an opaque alpha plane unless it may be skipped', () => {
    const solid = (value: number): number[] => [0x13, value, 0x04];
    const frame = paint(4, 2, () => 0x11_2233);
    expect([...encode(frame, false)!]).toEqual([0x10, ...solid(0xff), ...solid(0x11), ...solid(0x22), ...solid(0x33)]);
    expect([...encode(frame, true)!]).toEqual([0x30, ...solid(0x11), ...solid(0x22), ...solid(0x33)]);
  });

  it('writes runs of 16 to 47 as long runs and never leaves a run of 1 or 2', () => {
    for (let width = 1; width <= 64; width++) {
      const frame = paint(width, 2, (x, y) => (y === 0 ? 0x33_3333 : (x * 7 + 1) * 0x01_0101));
      expect(decode(encode(frame, true)!, width, 2), `width ${width}`).toEqual(rgbaOf(frame));
      const flat = paint(width, 3, () => 0);
      expect(decode(encode(flat, false)!, width, 3), `flat width ${width}`).toEqual(rgbaOf(flat));
    }
    expect([
      ...encode(
        paint(48, 1, () => 0),
        true,
      )!,
    ]).toEqual([0x30, 0xc2, 0x04, 0xc2, 0x04, 0xc2, 0x04]);
  });

  it('decodes raw planes with and without alpha', () => {
    const planes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    const expected = rgbaOf(paint(2, 2, (x, y) => ((1 + x + 2 * (1 - y)) << 16) | ((5 + x + 2 * (1 - y)) << 8) | (9 + x + 2 * (1 - y))));
    expect(decode(Uint8Array.of(0x20, ...planes, 0), 2, 2)).toEqual(expected);
    expect(decode(Uint8Array.of(0x00, 9, 9, 9, 9, ...planes, 0), 2, 2)).toEqual(expected);
  });
});

describe('planar round trips', () => {
  it('is lossless for any tile, with and without alpha', () => {
    fc.assert(
      fc.property(pictures(64), fc.boolean(), (frame, skipAlpha) => {
        const data = encode(frame, skipAlpha)!;
        expect(data.length).toBeLessThanOrEqual(MAX_PLANAR_TILE_BYTES);
        expect(decode(data, frame.width, frame.height)).toEqual(rgbaOf(frame));
      }),
      { numRuns: 300 },
    );
  });

  it('is lossless with raw planes', () => {
    fc.assert(
      fc.property(pictures(64), (frame) => {
        const out = new Uint8Array(2 + 3 * frame.width * frame.height);
        expect(encodeRawPlanes(frameWords(frame), 0, 0, frame.width, frame.height, out, 0)).toBe(out.length);
        expect(decode(out, frame.width, frame.height)).toEqual(rgbaOf(frame));
      }),
      { numRuns: 50 },
    );
  });

  it('keeps no trace of the tile before', () => {
    const encoder = new PlanarEncoder(true);
    const out = new Uint8Array(MAX_PLANAR_TILE_BYTES);
    fc.assert(
      fc.property(pictures(64), (frame) => {
        const end = encoder.encode(frameWords(frame), 0, 0, frame.width, frame.height, out, 0, MAX_PLANAR_TILE_BYTES);
        expect(decode(out.subarray(0, end), frame.width, frame.height)).toEqual(rgbaOf(frame));
      }),
    );
  });

  it('gives up exactly where it would not be shorter than the limit', () => {
    fc.assert(
      fc.property(pictures(24), (frame) => {
        const { length } = encode(frame, true)!;
        expect(encode(frame, true, length)).toBeUndefined();
        expect(encode(frame, true, length + 1)?.length).toBe(length);
      }),
    );
  });

  it('makes a solid 64×64 tile almost nothing', () => {
    expect(
      encode(
        paint(64, 64, () => 0x3a_6ea5),
        true,
      )!.length,
    ).toBeLessThan(400);
  });
});

describe('planar decoder on bad data', () => {
  it('answers arbitrary bytes with a picture or a ProtocolError', () => {
    const decoder = new PlanarDecoder();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(0x10, 0x30, 0x20, 0x00, undefined),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 20 }),
        (bytes, header, width, height) => {
          if (header !== undefined && bytes.length > 0) bytes[0] = header;
          const surface = surfaceOf(width, height);
          try {
            decoder.decode(bytes, width, height, wholeTarget(surface));
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('says and draws the same in the kernels, whatever the data are and however much of the bitmap is on the surface', () => {
    const spoilt = fc
      .record({
        frame: pictures(66),
        skipAlpha: fc.boolean(),
        changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
        cut: fc.constantFrom(0, 0, 0, 1, 9),
      })
      .map(({ frame, skipAlpha, changes, cut }) => {
        const { width, height } = frame;
        const within = { ...frame, width: Math.min(width, 64), height: Math.min(height, 64) };
        const data = encode(within, skipAlpha)!.slice();
        for (const [at, value] of changes) if (at > 0) data[1 + (at % (data.length - 1))] = value;
        return { data: data.subarray(0, data.length - cut), width, height };
      });
    const any = fc.record({
      data: fc.uint8Array({ minLength: 1, maxLength: 300 }),
      width: fc.integer({ min: 1, max: 66 }),
      height: fc.integer({ min: 1, max: 20 }),
    });
    let drawn = 0;
    fc.assert(
      fc.property(fc.oneof(spoilt, any), fc.nat(7), fc.nat(7), ({ data, width, height }, right, below) => {
        const columns = Math.max(1, width - right);
        const rows = Math.max(1, height - below);
        const [inKernels, plain] = [true, false].map((withKernels) => {
          const surface = surfaceOf(columns + 3, rows + 2);
          const target = { words: surface.words, stride: surface.width, offset: surface.width + 1, columns, rows };
          try {
            new PlanarDecoder(withKernels).decode(data, width, height, target);
            drawn += 1;
            return [...surface.words];
          } catch (error) {
            return [String(error), ...surface.words];
          }
        });
        expect(inKernels).toEqual(plain);
      }),
      { numRuns: 1_000 },
    );
    expect(drawn).toBeGreaterThan(50);
  });

  it('refuses a large bitmap with little data before setting memory aside', () => {
    const surface = surfaceOf(1, 1);
    expect(() => new PlanarDecoder().decode(new Uint8Array(50).fill(0x30), 60_000, 60_000, wholeTarget(surface))).toThrow(/TRUNCATED/);
  });

  it('refuses colour loss and subsampling, which were not offered', () => {
    const surface = surfaceOf(1, 1);
    for (const header of [0x31, 0x38, 0x17]) {
      expect(() => new PlanarDecoder().decode(Uint8Array.of(header, 0x10, 0, 0x10, 0, 0x10, 0), 1, 1, wholeTarget(surface))).toThrow(
        /UNEXPECTED/,
      );
    }
  });

  it('refuses a segment that runs past its scanline', () => {
    const surface = surfaceOf(4, 1);
    expect(() => new PlanarDecoder().decode(Uint8Array.of(0x30, 0x05, 0x04, 0x04), 4, 1, wholeTarget(surface))).toThrow(/MALFORMED/);
    expect(() => new PlanarDecoder().decode(Uint8Array.of(0x10, 0x05, 0x04, 0x04, 0x04), 4, 1, wholeTarget(surface))).toThrow(/MALFORMED/);
  });
});
