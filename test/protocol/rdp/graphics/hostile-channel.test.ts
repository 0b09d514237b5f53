import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../../src/protocol/bytes/errors.ts';
import { GraphicsDecoder } from '../../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { Rdp8Compressor } from '../../../../src/protocol/rdp/graphics/rdp8/rdp8-compressor.ts';
import { Rdp8Decompressor } from '../../../../src/protocol/rdp/graphics/rdp8/rdp8-decompressor.ts';
import { encodeEndFrame, encodeStartFrame } from '../../../../src/protocol/rdp/pdu/rdpgfx/frames.ts';
import { encodeCapsConfirm, GFX_VERSION } from '../../../../src/protocol/rdp/pdu/rdpgfx/capabilities.ts';
import { encodeResetGraphics } from '../../../../src/protocol/rdp/pdu/rdpgfx/reset-graphics.ts';
import {
  decodeSegmentedData,
  encodeSegmentedData,
  MAX_SEGMENT_BYTES,
  type Segment,
} from '../../../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { encodeSurfaceToSurface } from '../../../../src/protocol/rdp/pdu/rdpgfx/surface-to-surface.ts';
import { encodeCreateSurface, encodeMapSurfaceToOutput } from '../../../../src/protocol/rdp/pdu/rdpgfx/surfaces.ts';
import { applied } from '../../../support/applied.ts';
import { concat, errorCode } from '../pdu/arbitrary-bytes.ts';

/** A message of these bytes over and over, compressed: a few bytes stand for each segment. */
function repeated(first: Uint8Array, again: Uint8Array, times: number): Uint8Array {
  const bytes = concat([first, ...Array.from({ length: times }, () => again)]);
  const compressor = new Rdp8Compressor();
  const segments: Segment[] = [];
  for (let at = 0; at < bytes.length; at += MAX_SEGMENT_BYTES)
    segments.push(copied(compressor.compress(bytes.subarray(at, at + MAX_SEGMENT_BYTES))));
  return encodeSegmentedData({ segments, uncompressedBytes: bytes.length });
}

const copied = ({ compressed, data }: Segment): Segment => ({ compressed, data: data.slice() });

describe('a server that means no good', () => {
  it('cannot have more uncompressed than it has said', () => {
    const segment = copied(new Rdp8Compressor().compress(new Uint8Array(MAX_SEGMENT_BYTES)));
    expect(segment.data.length).toBeLessThan(200);
    const segments = Array.from({ length: 4_000 }, () => segment);
    const message = decodeSegmentedData(encodeSegmentedData({ segments, uncompressedBytes: 100_000 }));
    const decompressor = new Rdp8Decompressor();
    const before = process.memoryUsage().arrayBuffers;
    expect(errorCode(() => decompressor.decompress(message))).toBe('OUT_OF_RANGE');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });

  it('is not answered for more frames than a message can mean', () => {
    const decoder = new GraphicsDecoder({ width: 16, height: 16 });
    const frame = concat([encodeStartFrame(1), encodeEndFrame(1)]);
    const message = repeated(encodeResetGraphics({ width: 16, height: 16 }), frame, 100_000);
    expect(message.length).toBeLessThan(100_000);
    expect(errorCode(() => decoder.apply({ tag: 'channel', data: message }))).toBe('TOO_LARGE');
  });

  it('gets a few rectangles for however many places it has drawn', () => {
    const decoder = new GraphicsDecoder({ width: 400, height: 400 });
    const points = Array.from({ length: 20_000 }, (_, n) => ({ x: n % 400, y: Math.floor(n / 400) }));
    const rect = { x: 0, y: 0, width: 1, height: 1 };
    const first = concat([
      encodeResetGraphics({ width: 400, height: 400 }),
      encodeCreateSurface({ surfaceId: 1, width: 400, height: 400 }),
      encodeMapSurfaceToOutput({ surfaceId: 1, x: 0, y: 0 }),
    ]);
    const message = repeated(first, encodeSurfaceToSurface({ sourceId: 1, destinationId: 1, rect, points }), 4);
    const { dirty } = applied(decoder.apply({ tag: 'channel', data: message }));
    expect(dirty.length).toBeLessThan(1_000);
    const covered = (x: number, y: number): boolean =>
      dirty.some((area) => x >= area.x && y >= area.y && x < area.x + area.width && y < area.y + area.height);
    for (const { x, y } of points) if (!covered(x, y)) throw new Error(`${x},${y} has been drawn and is not told`);
  });

  it('ends only itself, with a typed error, by sizes that cannot be meant', () => {
    for (const [width, height] of [
      [65_535, 65_535],
      [0xffff_ffff, 1],
      [1, 20_000],
    ] as const) {
      const decoder = new GraphicsDecoder({ width: 16, height: 16 });
      const begun = encodeCapsConfirm({ version: GFX_VERSION.v8, flags: 0 });
      const message = repeated(concat([begun, encodeResetGraphics({ width, height })]), new Uint8Array(0), 0);
      expect(() => decoder.apply({ tag: 'channel', data: message })).toThrow(ProtocolError);
    }
  });
});
