import { lookAtUnit } from '../../../src/protocol/rdp/graphics/film/annex-b.ts';
import { decodeAvc420, encodeAvc420 } from '../../../src/protocol/rdp/graphics/film/avc420.ts';
import { checkSequence } from '../../../src/protocol/rdp/graphics/film/sequence-parameters.ts';
import { GraphicsDecoder } from '../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { RFX_ENTROPY } from '../../../src/protocol/rdp/graphics/remotefx/rfx-format.ts';
import { drawRemoteFx } from '../../../src/protocol/rdp/graphics/remotefx/rfx-decoder.ts';
import { encodeRemoteFx } from '../../../src/protocol/rdp/graphics/remotefx/rfx-message.ts';
import { bitmapTarget, createSurface } from '../../../src/protocol/rdp/graphics/surface.ts';
import { Rdp8Compressor } from '../../../src/protocol/rdp/graphics/rdp8/rdp8-compressor.ts';
import { Rdp8Decompressor } from '../../../src/protocol/rdp/graphics/rdp8/rdp8-decompressor.ts';
import { encodeCacheToSurface, encodeEvictCacheEntry, encodeSurfaceToCache } from '../../../src/protocol/rdp/pdu/rdpgfx/cache.ts';
import { encodeCapsAdvertise, encodeCapsConfirm, GFX_VERSION } from '../../../src/protocol/rdp/pdu/rdpgfx/capabilities.ts';
import { encodeEndFrame, encodeGfxFrameAcknowledge, encodeStartFrame } from '../../../src/protocol/rdp/pdu/rdpgfx/frames.ts';
import { decodeGfxClientPdus, decodeGfxServerPdus } from '../../../src/protocol/rdp/pdu/rdpgfx/pdu.ts';
import { encodeResetGraphics } from '../../../src/protocol/rdp/pdu/rdpgfx/reset-graphics.ts';
import { decodeSegmentedData, encodeSegmentedData, plainSegments } from '../../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { encodeSolidFill } from '../../../src/protocol/rdp/pdu/rdpgfx/solid-fill.ts';
import { encodeSurfaceToSurface } from '../../../src/protocol/rdp/pdu/rdpgfx/surface-to-surface.ts';
import { encodeCreateSurface, encodeDeleteSurface, encodeMapSurfaceToOutput } from '../../../src/protocol/rdp/pdu/rdpgfx/surfaces.ts';
import { encodeWireToSurface1, GFX_CODEC } from '../../../src/protocol/rdp/pdu/rdpgfx/wire-to-surface.ts';
import { applied } from '../../support/applied.ts';
import { joined } from '../mutations.ts';
import { BrokenRule, decoding, type Target } from '../rules.ts';

const RECT = { x: 8, y: 4, width: 16, height: 9 };
const SIZE = { width: 64, height: 48 };

/** A server's whole session, in PDUs. */
const FROM_SERVER: readonly Uint8Array[] = [
  encodeCapsConfirm({ version: GFX_VERSION.v8, flags: 0 }),
  encodeResetGraphics({
    ...SIZE,
    monitors: [
      { area: { x: 0, y: 8, width: 24, height: 40 }, primary: false },
      { area: { x: 24, y: 0, width: 40, height: 48 }, primary: true },
    ],
  }),
  encodeCreateSurface({ surfaceId: 1, ...SIZE }),
  encodeMapSurfaceToOutput({ surfaceId: 1, x: 0, y: 0 }),
  encodeStartFrame(1),
  encodeSolidFill({ surfaceId: 1, colour: 0x12_3456, rects: [RECT] }),
  encodeWireToSurface1({ surfaceId: 1, codecId: GFX_CODEC.uncompressed, rect: RECT, data: new Uint8Array(16 * 9 * 4).fill(7) }),
  encodeSurfaceToSurface({ sourceId: 1, destinationId: 1, rect: RECT, points: [{ x: 20, y: 20 }] }),
  encodeSurfaceToCache({ surfaceId: 1, cacheSlot: 2, rect: RECT }),
  encodeCacheToSurface({ cacheSlot: 2, surfaceId: 1, points: [{ x: 1, y: 30 }] }),
  encodeEvictCacheEntry(2),
  encodeEndFrame(1),
  encodeDeleteSurface(1),
];

const FROM_CLIENT: readonly Uint8Array[] = [
  encodeCapsAdvertise([
    { version: GFX_VERSION.v8, flags: 1 },
    { version: GFX_VERSION.v10_1, flags: 0 },
    { version: GFX_VERSION.v10_7, flags: 0xa0 },
  ]),
  encodeGfxFrameAcknowledge({ frameId: 1, queued: 0, suspended: false, totalFramesDecoded: 1 }),
];

function segments(): Uint8Array[] {
  const bytes = joined(...FROM_SERVER);
  return [
    encodeSegmentedData(plainSegments(bytes)),
    encodeSegmentedData({ segments: [new Rdp8Compressor().compress(bytes)] }),
    encodeSegmentedData({
      segments: [new Rdp8Compressor().compress(bytes), ...plainSegments(bytes).segments],
      uncompressedBytes: 2 * bytes.length,
    }),
  ];
}

/** Messages of both entropy coders: two tiles, the second cut off. More would only take time. */
function remoteFxMessages(): Uint8Array[] {
  const pixels = Uint8Array.from({ length: 100 * 70 * 4 }, (_, at) => ((at >> 2) % 100) * 2 + ((at * 2_654_435_761) >>> 28));
  const frame = { width: 100, height: 70, stride: 400, pixels };
  return Object.values(RFX_ENTROPY).map((entropy) =>
    encodeRemoteFx(frame, { x: 3, y: 2, width: 70, height: 12 }, { frameIndex: 1, entropy }),
  );
}

/** Some of one in a bitmap of the channel. */
function inRemoteFx(): Uint8Array {
  const pixels = new Uint8Array(16 * 9 * 4).fill(80);
  const data = encodeRemoteFx({ width: 16, height: 9, stride: 64, pixels }, { x: 0, y: 0, width: 16, height: 9 }, { frameIndex: 1 });
  return encodeWireToSurface1({ surfaceId: 1, codecId: GFX_CODEC.remoteFx, rect: RECT, data });
}

/** Around what is drawn, which must stay as it was. */
const MARGIN = 3;
const remoteFxSurface = createSurface({ width: 100 + 2 * MARGIN, height: 70 + 2 * MARGIN });

function marginIsUntouched(): void {
  const { words, width, height } = remoteFxSurface;
  for (let at = 0; at < words.length; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const outside = x < MARGIN || x >= width - MARGIN || y < MARGIN || y >= height - MARGIN;
    if (outside && words[at] !== 0x1234_5678) throw new BrokenRule(`drawn outside the rectangle, at ${x},${y}`);
  }
}

const FILM = { width: 640, height: 368 };
/** Of a picture of that size: parameter sets and the beginning of a key frame, as libopenh264 makes them. */
const KEY_FRAME = Buffer.from('0000000167420029da0280bfe5c044000003000400000300f0ca800000000168ce3c800000000165b8000400', 'hex');

function film(): Uint8Array[] {
  const regions = [RECT, { ...RECT, x: 32 }].map((rect) => ({ rect, qp: 22, progressive: false, quality: 100 }));
  return [encodeAvc420({ regions, h264: KEY_FRAME }), encodeAvc420({ regions: regions.slice(1), h264: KEY_FRAME.subarray(-12) })];
}

/** One for all inputs: megabytes of history are not set aside for each. */
const compressor = new Rdp8Compressor();
const decompressor = new Rdp8Decompressor();
const decoder = new GraphicsDecoder(SIZE);

/** What some bytes may stand for: a segment is 65,535 bytes at most. */
const mayAllocate = (bytes: number): number => 128 * 1024 + bytes * 65_536;

export const GRAPHICS_CHANNEL_TARGETS: readonly Target[] = [
  { name: 'gfx-from-server', seeds: () => [joined(...FROM_SERVER)], check: decoding((input) => [...decodeGfxServerPdus(input)]) },
  { name: 'gfx-from-client', seeds: () => [joined(...FROM_CLIENT)], check: decoding(decodeGfxClientPdus) },
  { name: 'segmented-data', seeds: segments, check: decoding(decodeSegmentedData, encodeSegmentedData) },
  {
    name: 'rdp8-decompressor',
    maxBytes: 4_096,
    seeds: segments,
    mayAllocate,
    check: (input) => {
      decompressor.forget();
      decompressor.decompress(decodeSegmentedData(input));
    },
  },
  {
    name: 'rdp8-compressor',
    seeds: () => [joined(...FROM_SERVER, ...FROM_SERVER)],
    mayAllocate: (bytes) => 128 * 1024 + bytes * 16,
    // Whatever is compressed comes back as it was.
    check: (input) => {
      compressor.forget();
      decompressor.forget();
      for (let at = 0; at < input.length; at += 5_000) {
        const data = input.slice(at, at + 5_000);
        const back = decompressor.decompress({ segments: [compressor.compress(data)] });
        if (Buffer.compare(back, data) !== 0) throw new BrokenRule(`what was compressed from ${at} on is not what comes back`);
      }
    },
  },
  {
    name: 'avc420',
    seeds: film,
    check: (input) => {
      decoding(decodeAvc420, encodeAvc420)(input);
      const { h264 } = decodeAvc420(input);
      checkSequence(h264, FILM);
      lookAtUnit(h264);
    },
  },
  {
    name: 'remotefx',
    maxBytes: 8_192,
    seeds: remoteFxMessages,
    check: (input) => {
      remoteFxSurface.words.fill(0x1234_5678);
      try {
        drawRemoteFx(input, bitmapTarget(remoteFxSurface, { x: MARGIN, y: MARGIN, width: 100, height: 70 }));
      } catch (error) {
        marginIsUntouched();
        throw error;
      }
      marginIsUntouched();
    },
  },
  {
    name: 'channel-decoder',
    maxBytes: 4_096,
    // With the history of the channel, once, and the surfaces that the seeds make.
    mayAllocate: (bytes) => 8 * 1024 * 1024 + bytes * 65_536,
    seeds: () => [joined(...FROM_SERVER), joined(...FROM_SERVER.slice(1)), joined(...FROM_SERVER.slice(0, 5), inRemoteFx())],
    check: (input) => {
      decoder.resize(SIZE);
      applied(decoder.apply({ tag: 'channel', data: encodeSegmentedData(plainSegments(input)) }));
    },
  },
];
