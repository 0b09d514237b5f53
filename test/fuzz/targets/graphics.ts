import { GraphicsDecoder } from '../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { InterleavedDecoder } from '../../../src/protocol/rdp/graphics/interleaved/interleaved-decoder.ts';
import { PlanarDecoder } from '../../../src/protocol/rdp/graphics/planar/planar-decoder.ts';
import { decodeRawBitmap } from '../../../src/protocol/rdp/graphics/raw-bitmap.ts';
import { bitmapTarget, createSurface } from '../../../src/protocol/rdp/graphics/surface.ts';
import { decodeBitmapUpdate, encodeBitmapUpdate } from '../../../src/protocol/rdp/pdu/bitmap-update.ts';
import { FAST_PATH_UPDATE, FastPathOutputDecoder } from '../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { DrawingOrderDecoder, encodeScreenCopies } from '../../../src/protocol/rdp/pdu/drawing-orders.ts';
import { encodeFrameMarker } from '../../../src/protocol/rdp/pdu/frame-marker.ts';
import { PduFramer } from '../../../src/protocol/rdp/pdu/pdu-framer.ts';
import { decodeSurfaceCommands, encodeSurfaceBits } from '../../../src/protocol/rdp/pdu/surface-commands.ts';
import { INTERLEAVED_VECTORS } from '../../protocol/rdp/graphics/interleaved-vectors.ts';
import { joined } from '../mutations.ts';
import { applied } from '../../support/applied.ts';
import { encodeFrame, planarSettings } from '../../support/encode-frame.ts';
import { BrokenRule, decoding, type Target } from '../rules.ts';

const PALETTE = new Int32Array(256);
const DESKTOP = { width: 160, height: 120 };
/** The largest picture that is held. */
const LARGE_DESKTOP = { width: 8_192, height: 8_192 };
const WHOLE_DOWN = { x: 0, y: 1, width: 8_192, height: 8_191, fromX: 0, fromY: 0 };
const WHOLE_UP = { x: 0, y: 0, width: 8_192, height: 8_191, fromX: 0, fromY: 1 };

/** One for all inputs: a quarter of a gigabyte is not set aside for each. */
let large: GraphicsDecoder | undefined;
function largeDecoder(): GraphicsDecoder {
  large ??= new GraphicsDecoder(LARGE_DESKTOP);
  return large;
}

/** Scratch of a codec: a bitmap at its largest, once. */
const SCRATCH_BYTES = 64 * 1024 * 1024;

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >> 8);
}

/** Width, height and depth before the bitmap stream. */
function head(
  input: Uint8Array,
): { readonly width: number; readonly height: number; readonly bitsPerPixel: number; readonly data: Uint8Array } | undefined {
  const width = (input[0] ?? 0) | ((input[1] ?? 0) << 8);
  const height = (input[2] ?? 0) | ((input[3] ?? 0) << 8);
  if (width < 1 || height < 1 || width * height > 1024 * 1024) return undefined;
  return { width, height, bitsPerPixel: input[4] ?? 0, data: input.slice(5) };
}

function withHead(width: number, height: number, bitsPerPixel: number, data: Uint8Array): Uint8Array {
  return joined(u16(width), u16(height), Uint8Array.of(bitsPerPixel), data);
}

/** Decodes onto the middle of a surface: what is outside the bitmap must stay as it was. */
function onSurface(width: number, height: number, draw: (target: ReturnType<typeof bitmapTarget>) => void): void {
  const surface = createSurface({ width: width + 2, height: height + 2 });
  surface.words.fill(0x1234_5678);
  draw(bitmapTarget(surface, { x: 1, y: 1, width, height }));
  for (let x = 0; x < surface.width; x += 1) {
    if (surface.words[x] !== 0x1234_5678 || surface.words[(surface.height - 1) * surface.width + x] !== 0x1234_5678)
      throw new BrokenRule(`row outside the bitmap drawn at ${x}`);
  }
  for (let y = 0; y < surface.height; y += 1) {
    if (surface.words[y * surface.width] !== 0x1234_5678 || surface.words[(y + 1) * surface.width - 1] !== 0x1234_5678)
      throw new BrokenRule(`column outside the bitmap drawn at ${y}`);
  }
}

/** A picture with flat parts, repeated rows, and noise. */
function picture(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: width * height * 4 }, (_, at) => {
    const x = (at >> 2) % width;
    const y = Math.floor((at >> 2) / width);
    return y % 5 < 3 ? (x >> 3) * 20 : (at * 2_654_435_761) >>> 24;
  });
}

function planarStreams(): readonly { readonly width: number; readonly height: number; readonly data: Uint8Array }[] {
  return [true, false].flatMap((skipAlpha) => bitmaps(16, 9, skipAlpha).map(({ width, height, data }) => ({ width, height, data })));
}

function updates(width: number, height: number, skipAlpha: boolean, pixels = picture(width, height)): Uint8Array[] {
  const settings = planarSettings({ skipAlpha, maxPduBytes: 0x7fff });
  const pdus = encodeFrame(settings, { width, height, stride: width * 4, pixels }, [{ x: 0, y: 0, width, height }], 1).map(
    ({ bytes }) => bytes,
  );
  return new PduFramer().push(joined(...pdus)).flatMap((framed) => (framed.tag === 'fastPath' ? [framed.bytes] : []));
}

function updateData(width: number, height: number, skipAlpha: boolean) {
  const decoder = new FastPathOutputDecoder();
  return updates(width, height, skipAlpha).flatMap((pdu) => decoder.decode(pdu));
}

function bitmaps(width: number, height: number, skipAlpha: boolean) {
  return updateData(width, height, skipAlpha).flatMap(({ updateCode, data }) =>
    updateCode === FAST_PATH_UPDATE.bitmap ? decodeBitmapUpdate(data) : [],
  );
}

function interleavedUpdate(): Uint8Array {
  return encodeBitmapUpdate(
    INTERLEAVED_VECTORS.slice(0, 6).map(({ bitsPerPixel, data }) => ({
      destLeft: 8,
      destTop: 8,
      destRight: 23,
      destBottom: 13,
      width: 16,
      height: 6,
      bitsPerPixel,
      compressed: true,
      data: Uint8Array.from(Buffer.from(data, 'hex')),
    })),
  );
}

function rawUpdate(bitsPerPixel: number): Uint8Array {
  return encodeBitmapUpdate([
    {
      destLeft: 0,
      destTop: 0,
      destRight: 7,
      destBottom: 3,
      width: 8,
      height: 4,
      bitsPerPixel,
      compressed: false,
      data: picture(8, 4).slice(0, 8 * 4 * ((bitsPerPixel + 7) >> 3)),
    },
  ]);
}

function surfaceBits(): Uint8Array {
  const place = { destLeft: 2, destTop: 2, destRight: 6, destBottom: 6, width: 4, height: 4 };
  return encodeSurfaceBits({ ...place, bitsPerPixel: 32, codecId: 0, data: picture(4, 4) });
}

const palette = joined(u16(2), u16(0), u16(256), u16(0), picture(16, 16).slice(0, 768));

const COPIES = [
  { x: 0, y: 10, width: 640, height: 400, fromX: 0, fromY: 30 },
  { x: 20, y: 0, width: 100, height: 300, fromX: 0, fromY: 0 },
];

export const GRAPHICS_TARGETS: readonly Target[] = [
  {
    name: 'drawing-orders',
    seeds: () => [encodeScreenCopies(COPIES), encodeScreenCopies(COPIES.slice(0, 1))],
    check: decoding((input) => new DrawingOrderDecoder().decode(input), encodeScreenCopies),
  },
  {
    name: 'bitmap-update',
    seeds: () => [
      interleavedUpdate(),
      rawUpdate(16),
      ...updateData(100, 70, true)
        .filter(({ updateCode }) => updateCode === FAST_PATH_UPDATE.bitmap)
        .map(({ data }) => data),
    ],
    check: decoding(decodeBitmapUpdate, encodeBitmapUpdate),
  },
  {
    name: 'surface-commands',
    seeds: () => [joined(encodeFrameMarker('begin', 1), surfaceBits(), encodeFrameMarker('end', 1))],
    check: decoding(decodeSurfaceCommands),
  },
  {
    name: 'planar',
    seeds: () => planarStreams().map(({ width, height, data }) => withHead(width, height, 32, data)),
    mayAllocate: () => SCRATCH_BYTES,
    check: (input) => {
      const bitmap = head(input);
      if (bitmap)
        onSurface(bitmap.width, bitmap.height, (target) => new PlanarDecoder().decode(bitmap.data, bitmap.width, bitmap.height, target));
    },
  },
  {
    name: 'interleaved',
    seeds: () =>
      INTERLEAVED_VECTORS.map(({ bitsPerPixel, data }) => withHead(16, 6, bitsPerPixel, Uint8Array.from(Buffer.from(data, 'hex')))),
    mayAllocate: () => SCRATCH_BYTES,
    check: (input) => {
      const bitmap = head(input);
      if (bitmap)
        onSurface(bitmap.width, bitmap.height, (target) =>
          new InterleavedDecoder().decode(bitmap.data, bitmap.bitsPerPixel, bitmap.width, bitmap.height, PALETTE, target),
        );
    },
  },
  {
    name: 'raw-bitmap',
    seeds: () => [8, 15, 16, 24, 32].map((bitsPerPixel) => withHead(8, 4, bitsPerPixel, picture(8, 4))),
    mayAllocate: () => SCRATCH_BYTES,
    check: (input) => {
      const bitmap = head(input);
      if (bitmap)
        onSurface(bitmap.width, bitmap.height, (target) =>
          decodeRawBitmap(bitmap.data, bitmap.bitsPerPixel, bitmap.width, bitmap.height, PALETTE, target),
        );
    },
  },
  {
    name: 'graphics-decoder',
    seeds: () => [
      ...updateData(100, 70, true).map(({ updateCode, data }) => joined(Uint8Array.of(updateCode), data)),
      joined(Uint8Array.of(FAST_PATH_UPDATE.bitmap), interleavedUpdate()),
      ...[8, 15, 16, 24, 32].map((bitsPerPixel) => joined(Uint8Array.of(FAST_PATH_UPDATE.bitmap), rawUpdate(bitsPerPixel))),
      joined(Uint8Array.of(FAST_PATH_UPDATE.surfaceCommands), surfaceBits()),
      joined(Uint8Array.of(FAST_PATH_UPDATE.palette), palette),
      joined(Uint8Array.of(FAST_PATH_UPDATE.orders), encodeScreenCopies(COPIES)),
    ],
    // The surface, and the scratch of the codecs: a bitmap is not larger than the surface by much.
    mayAllocate: (bytes) => DESKTOP.width * DESKTOP.height * 4 * 16 + bytes * 64,
    check: (input) => {
      const decoder = new GraphicsDecoder(DESKTOP);
      applied(decoder.apply({ tag: 'update', updateCode: input[0] ?? 0, data: input.slice(1) }));
    },
  },
  {
    name: 'drawing-orders-large',
    maxBytes: 2_048,
    seeds: () => [encodeScreenCopies(COPIES), encodeScreenCopies([WHOLE_DOWN]), encodeScreenCopies([WHOLE_UP])],
    mayAllocate: (bytes) => LARGE_DESKTOP.width * LARGE_DESKTOP.height * 4 + bytes * 64 + 1024 * 1024,
    check: (input) => {
      const decoder = largeDecoder();
      decoder.resize(LARGE_DESKTOP);
      applied(decoder.apply({ tag: 'update', updateCode: FAST_PATH_UPDATE.orders, data: input }));
    },
  },
  {
    name: 'planar-encoder',
    maxBytes: 16 * 1024,
    seeds: () => [joined(Uint8Array.of(20), picture(20, 12)), joined(Uint8Array.of(128), picture(128, 70).slice(0, 16_000))],
    mayAllocate: () => SCRATCH_BYTES,
    // Any picture comes back as it was.
    check: (input) => {
      const width = Math.max(4, (input[0] ?? 0) & ~3);
      const height = Math.min(200, Math.floor((input.length - 1) / (width * 4)));
      if (height < 1) return;
      const pixels = input.slice(1, 1 + width * height * 4);
      const decoder = new GraphicsDecoder({ width, height });
      const joiner = new FastPathOutputDecoder();
      for (const pdu of updates(width, height, (input[1] ?? 0) % 2 === 0, pixels)) {
        for (const { updateCode, data } of joiner.decode(pdu)) applied(decoder.apply({ tag: 'update', updateCode, data }));
      }
      const { words } = decoder.surface;
      for (let at = 0; at < words.length; at += 1) {
        const word = words[at] ?? 0;
        if ((word & 0xff) !== pixels[at * 4 + 2] || ((word >> 8) & 0xff) !== pixels[at * 4 + 1] || ((word >> 16) & 0xff) !== pixels[at * 4])
          throw new BrokenRule(`pixel ${at} of ${width}x${height} is not what was encoded`);
      }
    },
  },
];
