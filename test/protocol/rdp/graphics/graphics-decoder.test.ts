import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../../src/protocol/bytes/errors.ts';
import { ByteWriter } from '../../../../src/protocol/bytes/writer.ts';
import type { AppliedGraphics } from '../../../../src/protocol/rdp/graphics/contract.ts';
import { GraphicsDecoder } from '../../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { encodeBitmapUpdate, type BitmapRectangle } from '../../../../src/protocol/rdp/pdu/bitmap-update.ts';
import { encodeScreenCopies } from '../../../../src/protocol/rdp/pdu/drawing-orders.ts';
import { FAST_PATH_UPDATE } from '../../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { applied } from '../../../support/applied.ts';
import { encodeFrameMarker } from '../../../../src/protocol/rdp/pdu/frame-marker.ts';
import { encodeSurfaceBits } from '../../../../src/protocol/rdp/pdu/surface-commands.ts';

const BLACK = 0xff00_0000 | 0;

function bitmap(fields: Partial<BitmapRectangle> & { data: Uint8Array }): BitmapRectangle {
  const { destLeft = 0, destTop = 0, width = 2, height = 2 } = fields;
  return {
    destLeft,
    destTop,
    width,
    height,
    destRight: destLeft + width - 1,
    destBottom: destTop + height - 1,
    bitsPerPixel: 32,
    compressed: false,
    ...fields,
  };
}

function apply(decoder: GraphicsDecoder, updateCode: number, data: Uint8Array): AppliedGraphics {
  return applied(decoder.apply({ tag: 'update', updateCode, data }));
}

/** RRGGBB of the whole surface. */
function shown(decoder: GraphicsDecoder): number[] {
  return [...decoder.surface.words].map((word) => ((word & 0xff) << 16) | (word & 0xff00) | ((word >> 16) & 0xff));
}

const surfaceBits = (x: number, y: number, width: number, height: number, codecId: number, data: Uint8Array): Uint8Array =>
  encodeSurfaceBits({
    destLeft: x,
    destTop: y,
    destRight: x + width,
    destBottom: y + height,
    bitsPerPixel: 32,
    codecId,
    width,
    height,
    data,
  });

describe('uncompressed bitmaps', () => {
  it.each([
    [32, [3, 2, 1, 0, 6, 5, 4, 0, 9, 8, 7, 0, 12, 11, 10, 0], [0x070809, 0x0a0b0c, 0x010203, 0x040506]],
    [24, [3, 2, 1, 6, 5, 4, 0, 0, 9, 8, 7, 12, 11, 10], [0x070809, 0x0a0b0c, 0x010203, 0x040506]],
    [16, [0x00, 0xf8, 0xe0, 0x07, 0x1f, 0x00, 0xff, 0xff], [0x0000ff, 0xffffff, 0xff0000, 0x00ff00]],
    [15, [0x00, 0x7c, 0xe0, 0x03, 0x1f, 0x00, 0xff, 0x7f], [0x0000ff, 0xffffff, 0xff0000, 0x00ff00]],
  ])('are drawn bottom up at %i bits', (bitsPerPixel, bytes, expected) => {
    const decoder = new GraphicsDecoder({ width: 2, height: 2 });
    const data = Uint8Array.from(bytes);
    expect(apply(decoder, 1, encodeBitmapUpdate([bitmap({ bitsPerPixel, data })]))).toEqual({
      dirty: [{ x: 0, y: 0, width: 2, height: 2 }],
      frames: [],
    });
    expect(shown(decoder)).toEqual(expected);
    expect(() => apply(decoder, 1, encodeBitmapUpdate([bitmap({ bitsPerPixel, data: data.subarray(0, -1) })]))).toThrow(/TRUNCATED/);
  });

  it('take their colours from the palette at 8 bits', () => {
    const decoder = new GraphicsDecoder({ width: 2, height: 2 });
    const palette = new ByteWriter()
      .u16le(2)
      .u16le(0)
      .u32le(256)
      .bytes(Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)))
      .finish();
    expect(apply(decoder, 2, palette)).toEqual({ dirty: [], frames: [] });
    apply(decoder, 1, encodeBitmapUpdate([bitmap({ bitsPerPixel: 8, data: Uint8Array.of(0, 1, 9, 9, 2, 3, 9, 9) })]));
    expect(shown(decoder)).toEqual([0x020202, 0x030303, 0x000000, 0x010101]);
    expect(() => apply(decoder, 2, palette.subarray(0, 700))).toThrow(/TRUNCATED/);
    expect(() => apply(decoder, 2, Uint8Array.of(2, 0, 0, 0, 16, 0, 0, 0))).toThrow(/numberColors/);
    expect(() => apply(decoder, 2, Uint8Array.of(1, 0, 0, 0, 0, 1, 0, 0))).toThrow(/updateType/);
  });
});

describe('graphics decoder', () => {
  const red = (width: number, height: number): Uint8Array =>
    Uint8Array.from({ length: width * height * 4 }, (_, i) => (i % 4 === 2 ? 0xff : 0));

  it('clips to the surface, on every side a bitmap can cross', () => {
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.nat(20),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        (destLeft, destTop, width, height) => {
          const decoder = new GraphicsDecoder({ width: 16, height: 12 });
          const { dirty } = apply(decoder, 1, encodeBitmapUpdate([bitmap({ destLeft, destTop, width, height, data: red(width, height) })]));
          const visible = destLeft < 16 && destTop < 12;
          expect(dirty).toEqual(
            visible ? [{ x: destLeft, y: destTop, width: Math.min(width, 16 - destLeft), height: Math.min(height, 12 - destTop) }] : [],
          );
          shown(decoder).forEach((colour, i) => {
            const x = i % 16;
            const y = Math.floor(i / 16);
            expect(colour).toBe(x >= destLeft && x < destLeft + width && y >= destTop && y < destTop + height ? 0xff_0000 : 0);
          });
        },
      ),
    );
  });

  it('shows of a padded bitmap only what its destination asks for', () => {
    const decoder = new GraphicsDecoder({ width: 8, height: 8 });
    apply(decoder, 1, encodeBitmapUpdate([bitmap({ width: 4, height: 4, destRight: 1, destBottom: 2, data: red(4, 4) })]));
    expect(shown(decoder).filter((colour) => colour !== 0)).toHaveLength(6);
  });

  it('tells where frames begin and end, in one piece with bitmaps as surface bits', () => {
    const decoder = new GraphicsDecoder({ width: 4, height: 2 });
    const bits = surfaceBits(2, 0, 2, 2, 0, Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0));
    const data = new ByteWriter().bytes(encodeFrameMarker('begin', 9)).bytes(bits).bytes(encodeFrameMarker('end', 9)).finish();
    expect(apply(decoder, 4, data)).toEqual({
      dirty: [{ x: 2, y: 0, width: 2, height: 2 }],
      frames: [
        { action: 'begin', frameId: 9 },
        { action: 'end', frameId: 9 },
      ],
    });
    expect(shown(decoder)).toEqual([0, 0, 3, 4, 0, 0, 1, 2]);
    expect(() => apply(decoder, 4, surfaceBits(0, 0, 2, 2, 3, new Uint8Array(16)))).toThrow(/codecID/);
    expect(() => apply(decoder, 4, surfaceBits(0, 0, 0, 2, 0, new Uint8Array(16)))).toThrow(/OUT_OF_RANGE/);
  });

  it('gets a black surface of the new size, and keeps the old one when nothing changes', () => {
    const decoder = new GraphicsDecoder({ width: 2, height: 2 });
    apply(decoder, 1, encodeBitmapUpdate([bitmap({ data: red(2, 2) })]));
    decoder.resize({ width: 2, height: 2 });
    expect(shown(decoder)).toEqual(Array.from({ length: 4 }, () => 0xff_0000));
    decoder.resize({ width: 3, height: 1 });
    expect([...decoder.surface.words]).toEqual([BLACK, BLACK, BLACK]);
    expect(() => decoder.resize({ width: 0, height: 5 })).toThrow(ProtocolError);
    expect(() => decoder.resize({ width: 20_000, height: 5 })).toThrow(/TOO_LARGE/);
    expect(() => new GraphicsDecoder({ width: 16_000, height: 16_000 })).toThrow(/TOO_LARGE/);
  });

  it('refuses graphics that were never offered', () => {
    const decoder = new GraphicsDecoder({ width: 2, height: 2 });
    expect(() => apply(decoder, 0, Uint8Array.of(1, 0, 0x09, 0x00))).toThrow(/UNEXPECTED/);
    expect(() => apply(decoder, 15, new Uint8Array(1))).toThrow(/UNEXPECTED/);
    expect(apply(decoder, 3, new Uint8Array(0))).toEqual({ dirty: [], frames: [] });
  });

  it.each([
    ['a small desktop several times', 1_000, 1_000, 8],
    ['a large one once and a half', 8_192, 4_096, 1.5],
  ])('one update draws %s and no more', (_, width, height, times) => {
    const decoder = new GraphicsDecoder({ width, height });
    const copies = (count: number) =>
      encodeScreenCopies(Array.from({ length: count }, () => ({ x: 0, y: height >> 1, width, height: height >> 1, fromX: 0, fromY: 0 })));
    // The whole desktop moves in one copy, however large it is.
    expect(
      apply(decoder, FAST_PATH_UPDATE.orders, encodeScreenCopies([{ x: 0, y: 1, width, height: height - 1, fromX: 0, fromY: 0 }])).dirty,
    ).toEqual([{ x: 0, y: 1, width, height: height - 1 }]);
    expect(apply(decoder, FAST_PATH_UPDATE.orders, copies(times * 2)).dirty).toHaveLength(times * 2);
    expect(() => apply(decoder, FAST_PATH_UPDATE.orders, copies(times * 2 + 1))).toThrow(/TOO_LARGE/);
  });

  it('sets no memory aside for a huge bitmap', () => {
    const decoder = new GraphicsDecoder({ width: 2, height: 2 });
    for (const bitsPerPixel of [8, 16, 24, 32]) {
      const huge = bitmap({
        width: 65_535,
        height: 65_535,
        destRight: 1,
        destBottom: 1,
        bitsPerPixel,
        compressed: true,
        data: new Uint8Array(60_000),
      });
      expect(() => apply(decoder, 1, encodeBitmapUpdate([huge]))).toThrow(/TOO_LARGE/);
    }
  });

  it('answers arbitrary bytes with graphics inside the surface or a ProtocolError', () => {
    const decoder = new GraphicsDecoder({ width: 40, height: 30 });
    const header = fc.record({
      destLeft: fc.nat(50),
      destTop: fc.nat(50),
      width: fc.integer({ min: 1, max: 40 }),
      height: fc.integer({ min: 1, max: 40 }),
      bitsPerPixel: fc.constantFrom(8, 15, 16, 24, 32),
      compressed: fc.boolean(),
      data: fc.uint8Array({ maxLength: 200 }),
    });
    const pieces = fc.oneof(
      fc.record({ updateCode: fc.nat(15), data: fc.uint8Array({ maxLength: 100 }) }),
      header.map((fields) => ({ updateCode: 1, data: encodeBitmapUpdate([bitmap(fields)]) })),
    );
    fc.assert(
      fc.property(pieces, ({ updateCode, data }) => {
        try {
          for (const rect of apply(decoder, updateCode, data).dirty) {
            expect(rect.width > 0 && rect.height > 0 && rect.x + rect.width <= 40 && rect.y + rect.height <= 30).toBe(true);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 2000 },
    );
    expect(decoder.surface.words.every((word) => (word & BLACK) === BLACK)).toBe(true);
  });
});
