import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rect } from '../../../../src/protocol/rdp/geometry.ts';
import type { GraphicsSettings, PixelFrame } from '../../../../src/protocol/rdp/graphics/contract.ts';
import { MIN_PDU_BYTES } from '../../../../src/protocol/rdp/graphics/planar/bitmap-frames.ts';
import { GraphicsDecoder } from '../../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { decodeBitmapUpdate } from '../../../../src/protocol/rdp/pdu/bitmap-update.ts';
import { FAST_PATH_UPDATE, FastPathOutputDecoder, type FastPathUpdate } from '../../../../src/protocol/rdp/pdu/fast-path-output.ts';
import { applied } from '../../../support/applied.ts';
import { encodeFrame, planarSettings } from '../../../support/encode-frame.ts';
import { noise, paint, pictures, rgbaOf } from './pictures.ts';

const MAX_PDU_BYTES = 0x3fff;
const planar = planarSettings({ maxPduBytes: MAX_PDU_BYTES });
const unmarked = planarSettings({ maxPduBytes: MAX_PDU_BYTES, acknowledgement: 'unmarked' });

/** Cuts written bytes into fast-path PDUs as a socket reader would. */
function updatesIn(bytes: Uint8Array, maxPduBytes: number): FastPathUpdate[] {
  const decoder = new FastPathOutputDecoder();
  const updates: FastPathUpdate[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = bytes[at + 1]! & 0x80 ? ((bytes[at + 1]! & 0x7f) << 8) | bytes[at + 2]! : bytes[at + 1]!;
    expect(length).toBeGreaterThan(0);
    expect(length).toBeLessThanOrEqual(maxPduBytes);
    updates.push(...decoder.decode(bytes.subarray(at, at + length)));
    at += length;
  }
  expect(at).toBe(bytes.length);
  return updates;
}

function encoded(settings: GraphicsSettings, frame: PixelFrame, changed: readonly Rect[], frameId = 7): FastPathUpdate[] {
  const updates = encodeFrame(settings, frame, changed, frameId);
  return updates.flatMap((update) => {
    expect(update.route).toBe('fastPath');
    return updatesIn(update.bytes, Number(settings.encoder['maxPduBytes']));
  });
}

function shown(size: { width: number; height: number }, updates: readonly FastPathUpdate[]): GraphicsDecoder {
  const decoder = new GraphicsDecoder(size);
  for (const update of updates) applied(decoder.apply({ tag: 'update', ...update }));
  return decoder;
}

const whole = (frame: PixelFrame): Rect => ({ x: 0, y: 0, width: frame.width, height: frame.height });

describe('bitmap frames', () => {
  it('shows the client exactly the picture, for any picture and settings', () => {
    fc.assert(
      fc.property(
        pictures(150),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom(MIN_PDU_BYTES, 2000, 0x3fff, 100_000),
        (frame, skipAlpha, frameMarkers, maxPduBytes) => {
          const acknowledgement = frameMarkers ? 'marked' : 'unmarked';
          const updates = encoded(planarSettings({ skipAlpha, maxPduBytes, acknowledgement }), frame, [whole(frame)]);
          expect(shown(frame, updates).surface.words).toEqual(rgbaOf(frame));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('sends rectangles of at most 64×64 whose width is a multiple of four', () => {
    const frame = paint(203, 130, noise(3));
    const updates = encoded(planar, frame, [{ x: 1, y: 2, width: 3, height: 5 }, { x: 199, y: 120, width: 4, height: 10 }, whole(frame)]);
    for (const update of updates.filter(({ updateCode }) => updateCode === FAST_PATH_UPDATE.bitmap)) {
      for (const bitmap of decodeBitmapUpdate(update.data)) {
        expect(bitmap.width % 4).toBe(0);
        expect(bitmap.width).toBeLessThanOrEqual(64);
        expect(bitmap.height).toBeLessThanOrEqual(64);
        expect(bitmap.destRight - bitmap.destLeft + 1).toBe(bitmap.width);
        expect(bitmap.destBottom).toBeLessThan(130);
        expect(bitmap.destRight).toBeLessThan(203);
      }
    }
  });

  it('touches nothing but the changed parts and their few neighbours', () => {
    const frame = paint(100, 100, () => 0x12_3456);
    const decoder = shown(frame, encoded(planar, frame, [{ x: 10, y: 20, width: 6, height: 3 }]));
    const black = 0xff00_0000 | 0;
    for (let y = 0; y < 100; y++) {
      for (let x = 0; x < 100; x++) {
        const drawn = decoder.surface.words[y * 100 + x] !== black;
        if (x >= 10 && x < 16 && y >= 20 && y < 23) expect(drawn).toBe(true);
        else if (x < 7 || x >= 19 || y < 20 || y >= 23) expect(drawn).toBe(false);
      }
    }
  });

  it('wraps a frame in Frame Markers only when both sides have them', () => {
    const frame = paint(8, 8, () => 1);
    const marked = encoded(planar, frame, [whole(frame)], 41);
    expect(marked.map(({ updateCode }) => updateCode)).toEqual([4, 1, 4]);
    const decoder = new GraphicsDecoder(frame);
    expect(marked.flatMap((update) => applied(decoder.apply({ tag: 'update', ...update })).frames)).toEqual([
      { action: 'begin', frameId: 41 },
      { action: 'end', frameId: 41 },
    ]);
    expect(encoded(unmarked, frame, [whole(frame)]).map(({ updateCode }) => updateCode)).toEqual([1]);
  });

  it('packs many small rectangles into one PDU', () => {
    const frame = paint(640, 64, () => 0xff_ffff);
    expect(encoded(unmarked, frame, [whole(frame)])).toHaveLength(1);
  });

  it('sends one rectangle in each update where the client draws no more', () => {
    const frame = paint(200, 150, noise(4));
    const settings = planarSettings({ maxPduBytes: MAX_PDU_BYTES, oneBitmapEach: true, acknowledgement: 'unmarked' });
    const updates = encoded(settings, frame, [whole(frame)]);
    expect(updates.map(({ data }) => decodeBitmapUpdate(data).length)).toEqual(Array.from({ length: 12 }, () => 1));
    expect(shown(frame, updates).surface.words).toEqual(rgbaOf(frame));
  });

  it('sends nothing when nothing changed', () => {
    const frame = paint(8, 8, () => 1);
    expect(encodeFrame(planar, frame, [], 1)).toEqual([]);
    expect(encodeFrame(planar, frame, [{ x: 8, y: 0, width: 5, height: 5 }], 1)).toEqual([]);
  });

  it('never makes noise larger than it is', () => {
    const frame = paint(64, 64, noise(99));
    const bytes = (settings: GraphicsSettings): number => encodeFrame(settings, frame, [whole(frame)], 1)[0]!.bytes.length;
    expect(bytes(unmarked)).toBeLessThanOrEqual(3 * 64 * 64 + 2 + 28);
    expect(bytes(planarSettings({ acknowledgement: 'unmarked', skipAlpha: false, maxPduBytes: 0x7fff }))).toBeLessThanOrEqual(
      4 * 64 * 64 + 28,
    );
  });

  it('refuses a PDU bound that is too small, and a frame that is shorter than it says', () => {
    expect(() =>
      encodeFrame(
        planarSettings({ maxPduBytes: 100 }),
        paint(8, 8, () => 1),
        [],
        1,
      ),
    ).toThrow(/maxPduBytes/);
    expect(() => encodeFrame(planar, { width: 8, height: 8, stride: 32, pixels: new Uint8Array(200) }, [], 1)).toThrow(/PixelFrame/);
  });
});
