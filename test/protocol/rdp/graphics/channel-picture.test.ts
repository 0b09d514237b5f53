import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelEncoder } from '../../../../src/protocol/rdp/graphics/channel/channel-picture-encoder.ts';
import { copiedFrom, without } from '../../../../src/protocol/rdp/graphics/tiles/areas.ts';
import type { LayeredPicture, LayerFrame, PictureLayer } from '../../../../src/protocol/rdp/graphics/channel/contract.ts';
import { merged } from '../../../../src/protocol/rdp/graphics/channel/one-colour.ts';
import type { GraphicsUpdate, PictureMove, PixelFrame } from '../../../../src/protocol/rdp/graphics/contract.ts';
import { GraphicsDecoder } from '../../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { PictureStream } from '../../../../src/protocol/rdp/graphics/picture-stream.ts';
import { Rdp8Decompressor } from '../../../../src/protocol/rdp/graphics/rdp8/rdp8-decompressor.ts';
import { encodeCacheToSurface, encodeSurfaceToCache } from '../../../../src/protocol/rdp/pdu/rdpgfx/cache.ts';
import { encodeCapsConfirm, GFX_VERSION } from '../../../../src/protocol/rdp/pdu/rdpgfx/capabilities.ts';
import { decodeGfxServerPdus, type GfxServerPdu } from '../../../../src/protocol/rdp/pdu/rdpgfx/pdu.ts';
import { encodeResetGraphics } from '../../../../src/protocol/rdp/pdu/rdpgfx/reset-graphics.ts';
import { decodeSegmentedData, encodeSegmentedData, plainSegments } from '../../../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { encodeSolidFill } from '../../../../src/protocol/rdp/pdu/rdpgfx/solid-fill.ts';
import { encodeSurfaceToSurface } from '../../../../src/protocol/rdp/pdu/rdpgfx/surface-to-surface.ts';
import { encodeCreateSurface, encodeMapSurfaceToOutput } from '../../../../src/protocol/rdp/pdu/rdpgfx/surfaces.ts';
import { encodeWireToSurface1, GFX_CODEC } from '../../../../src/protocol/rdp/pdu/rdpgfx/wire-to-surface.ts';
import { applied } from '../../../support/applied.ts';
import { concat, errorCode } from '../pdu/arbitrary-bytes.ts';
import { noise, paint, pictures, rgbaOf } from './pictures.ts';

const SETTINGS = { encoder: { name: 'channel', avc420: false, remoteFx: true }, acknowledgement: 'channel' } as const;

function streamOf(frame: PixelFrame, layer?: PictureLayer): PictureStream {
  const stream = new PictureStream(frame, [channelEncoder(() => layer)]);
  stream.configure(SETTINGS, 1);
  return stream;
}

async function encode(stream: PictureStream, frame: PixelFrame): Promise<readonly GraphicsUpdate[]> {
  const whole = { x: 0, y: 0, width: frame.width, height: frame.height };
  const made = await stream.encode({ ...frame, damage: [whole], pixels: () => frame, close: () => undefined });
  return made?.updates ?? [];
}

const draw = (decoder: GraphicsDecoder, { bytes }: { readonly bytes: Uint8Array }) =>
  applied(decoder.apply({ tag: 'channel', data: bytes }));
const plain = (...pdus: readonly Uint8Array[]) => ({ bytes: encodeSegmentedData(plainSegments(concat(pdus))) });
const begun = (width: number, height: number) => {
  const decoder = new GraphicsDecoder({ width: 1, height: 1 });
  draw(decoder, plain(encodeCapsConfirm({ version: GFX_VERSION.v8, flags: 0 })));
  draw(decoder, plain(encodeResetGraphics({ width, height })));
  return decoder;
};
const size = (updates: readonly GraphicsUpdate[]): number => updates.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** What the updates say, from the first key frame on. */
function pdusOf(decompressor: Rdp8Decompressor, updates: readonly GraphicsUpdate[]): GfxServerPdu[] {
  return updates.flatMap(({ bytes }) => [...decodeGfxServerPdus(decompressor.decompress(decodeSegmentedData(bytes)))]);
}

/** Lines of something like text, `up` rows further up. */
const text = (width: number, height: number, up: number) =>
  paint(width, height, (x, y) => {
    const [line, row] = [Math.floor((y + up) / 10), (y + up) % 10];
    const glyph = Math.imul(line * 131 + Math.floor(x / 6), 0x9e37_79b1) >>> 3;
    return row < 8 && ((glyph >>> (row * 3 + (x % 3))) & 1) === 1 ? 0x20_2020 : 0xff_ffff;
  });

describe('a picture on the graphics channel', () => {
  it('is at the client what it was, whatever follows on whatever', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pictures(150), { minLength: 1, maxLength: 5 }), async (frames) => {
        const [first] = frames as [PixelFrame, ...PixelFrame[]];
        const stream = streamOf(first);
        const decoder = new GraphicsDecoder({ width: 1, height: 1 });
        let before = first;
        for (const frame of frames) {
          if (frame.width !== before.width || frame.height !== before.height) stream.resize(frame);
          before = frame;
          for (const update of await encode(stream, frame)) draw(decoder, update);
          expect(decoder.surface).toMatchObject({ width: frame.width, height: frame.height });
          expect(decoder.surface.words).toEqual(rgbaOf(frame));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('of one colour is one fill, less than a kilobyte, and nothing where nothing changed', async () => {
    const stream = streamOf(paint(1280, 720, () => 0));
    const flat = paint(1280, 720, () => 0x33_6699);
    const first = await encode(stream, flat);
    expect(size(first)).toBeLessThan(300);
    const decompressor = new Rdp8Decompressor();
    expect(pdusOf(decompressor, first).map(({ tag }) => tag)).toEqual([
      'resetGraphics',
      'createSurface',
      'mapSurfaceToOutput',
      'startFrame',
      'solidFill',
      'endFrame',
    ]);
    expect(await encode(stream, flat)).toEqual([]);
    const other = await encode(
      stream,
      paint(1280, 720, () => 0x99_3366),
    );
    expect(size(other)).toBeLessThan(100);
    expect(pdusOf(decompressor, other)).toContainEqual(
      expect.objectContaining({ tag: 'solidFill', colour: 0xff99_3366, rects: [{ x: 0, y: 0, width: 1280, height: 720 }] }),
    );
  });

  it('that scrolls is copied, and costs a quarter of a whole one at most', async () => {
    const stream = streamOf(text(640, 480, 0));
    const decoder = new GraphicsDecoder({ width: 1, height: 1 });
    const decompressor = new Rdp8Decompressor();
    const first = await encode(stream, text(640, 480, 0));
    pdusOf(decompressor, first);
    for (const update of first) draw(decoder, update);
    const next = text(640, 480, 24);
    const updates = await encode(stream, next);
    expect(pdusOf(decompressor, updates).map(({ tag }) => tag)).toContain('surfaceToSurface');
    for (const update of updates) draw(decoder, update);
    expect(decoder.surface.words).toEqual(rgbaOf(next));
    expect(size(updates)).toBeLessThan(size(first) / 4);
  });

  it('is followed by a viewer that comes in the middle, from the next key frame on', async () => {
    const stream = streamOf(text(200, 100, 0));
    await encode(stream, text(200, 100, 0));
    const late = new GraphicsDecoder({ width: 200, height: 100 });
    for (const update of await encode(stream, text(200, 100, 8))) expect(draw(late, update)).toEqual({ dirty: [], frames: [] });
    stream.refresh([{ x: 0, y: 0, width: 200, height: 100 }]);
    const whole = text(200, 100, 16);
    const updates = await encode(stream, whole);
    expect(updates.every((update) => update.route === 'channel' && update.surfaces.length === 1)).toBe(true);
    for (const update of updates) draw(late, update);
    expect(late.surface.words).toEqual(rgbaOf(whole));
    // What it was shown before is no more once it begins anew.
    late.resize({ width: 200, height: 100 });
    for (const update of await encode(stream, text(200, 100, 24))) expect(draw(late, update).frames).toEqual([]);
  });

  it('of noise comes in messages of a segment each, in the bounds of one', async () => {
    const frame = paint(512, 512, noise(5));
    const updates = await encode(streamOf(frame), frame);
    expect(updates.length).toBeGreaterThan(10);
    for (const { bytes } of updates) expect(bytes.length).toBeLessThan(66_000);
  });
});

describe('a layer beside the exact one', () => {
  const FILM = { x: 64, y: 64, width: 64, height: 64 };

  /** Shows its area in red, as long as it is asked to; then gives it back. */
  class RedLayer implements PictureLayer {
    dueInMs: number | undefined;
    readonly moving = undefined;
    inexact: { x: number; y: number; width: number; height: number }[] = [];
    rests = false;
    private shown = false;
    encode(): LayerFrame {
      const create = this.shown ? [] : [encodeCreateSurface({ surfaceId: 2, width: FILM.width, height: FILM.height })];
      if (this.rests) {
        this.inexact = [];
        return { pdus: [], covered: [], exact: [FILM], surfaces: [2] };
      }
      this.shown = true;
      this.inexact = [FILM];
      const fill = encodeSolidFill({ surfaceId: 2, colour: 0xff_0000, rects: [{ ...FILM, x: 0, y: 0 }] });
      const copy = encodeSurfaceToSurface({ sourceId: 2, destinationId: 1, rect: { ...FILM, x: 0, y: 0 }, points: [FILM] });
      return { pdus: [...create, fill, copy], covered: [FILM], exact: [], surfaces: [2] };
    }
    close(): void {
      this.dueInMs = undefined;
    }
  }

  const coloured = (decoder: GraphicsDecoder, x: number, y: number) =>
    (decoder.surface.words[y * decoder.surface.width + x] ?? 0) & 0xff_ffff;

  it('takes an area over, and gives it back to be drawn exactly', async () => {
    const layer = new RedLayer();
    const frame = paint(256, 256, noise(9));
    const stream = streamOf(frame, layer);
    const decoder = new GraphicsDecoder({ width: 1, height: 1 });
    const updates = await encode(stream, frame);
    expect(updates.at(-1)).toMatchObject({ surfaces: [1, 2] });
    for (const update of updates) draw(decoder, update);
    expect(coloured(decoder, 64, 64)).toBe(0x00_00ff);
    expect(coloured(decoder, 127, 127)).toBe(0x00_00ff);
    expect(decoder.surface.words[63]).toBe(rgbaOf(frame)[63]);
    layer.rests = true;
    layer.dueInMs = 40;
    expect([stream.dueAnyway, stream.dueInMs]).toEqual([false, 40]);
    layer.dueInMs = 0;
    expect(stream.dueAnyway).toBe(true);
    for (const update of await encode(stream, frame)) draw(decoder, update);
    expect(decoder.surface.words).toEqual(rgbaOf(frame));
    stream.close();
    expect(layer.dueInMs).toBeUndefined();
  });

  it('has what scrolls where it shows a film looked for in one of eight pictures', async () => {
    const size = { width: 256, height: 256 };
    const nothing: LayerFrame = { pdus: [], covered: [], exact: [], surfaces: [] };
    const layer = (moving: PictureLayer['moving']): PictureLayer => ({
      moving,
      inexact: [],
      dueInMs: undefined,
      encode: () => nothing,
      close: () => undefined,
    });
    const rows = Array.from({ length: 600 }, noise(12));
    const scrolled = (by: number) => paint(size.width, size.height, (x, y) => Math.imul((rows[y + by] ?? 0) + 1, (x >> 2) + 3) & 0xff_ffff);
    for (const [moving, expected] of [
      [undefined, 17],
      [{ x: 10, y: 10, width: 230, height: 240 }, 2],
      [{ x: 10, y: 10, width: 100, height: 240 }, 17],
    ] as const) {
      const stream = streamOf(scrolled(0), layer(moving));
      let copied = 0;
      const decoder = new GraphicsDecoder({ width: 1, height: 1 }, undefined, (_, by) => (copied += by === 'copied' ? 1 : 0));
      const framesWithCopies = new Set<number>();
      for (let picture = 0; picture <= 17; picture += 1) {
        const before = copied;
        for (const update of await encode(stream, scrolled(picture * 16))) draw(decoder, update);
        if (copied > before) framesWithCopies.add(picture);
        expect(decoder.surface.words).toEqual(rgbaOf(scrolled(picture * 16)));
      }
      expect(framesWithCopies.size).toBe(expected);
    }
  });

  it('leaves copies exact that begin in what it shows', () => {
    const copies = [{ x: 0, y: 0, width: 100, height: 100, fromX: 0, fromY: 50 }];
    expect(copiedFrom(copies, [FILM])).toEqual([{ x: 64, y: 14, width: 36, height: 64 }]);
    expect(copiedFrom(copies, [{ x: 300, y: 300, width: 5, height: 5 }])).toEqual([]);
    // And where a later copy takes from where an earlier one has put it.
    const further = { x: 200, y: 0, width: 100, height: 40, fromX: 0, fromY: 0 };
    expect(copiedFrom([...copies, further], [FILM])).toContainEqual({ x: 264, y: 14, width: 36, height: 26 });
  });
});

describe('a window that is dragged where something moves by itself', () => {
  const FILM = { x: 96, y: 96, width: 64, height: 64 };
  const window = { x: 20, y: 20, width: 120, height: 120 };
  const screen = (at: number) => {
    const ink = Array.from({ length: 256 * 256 }, noise(31));
    const inside = (x: number, y: number) => x >= at && y >= at && x < at + window.width && y < at + window.height;
    return paint(256, 256, (x, y) => (inside(x, y) ? (ink[(y - at) * 256 + x - at] ?? 0) : 0x33_6699));
  };
  const copied = async (moving: PictureLayer['moving'], move: PictureMove): Promise<{ copies: number; moves: number }> => {
    const seen: LayeredPicture[] = [];
    const layer: PictureLayer = {
      moving,
      inexact: [],
      dueInMs: undefined,
      encode: (layered) => {
        seen.push(layered);
        return { pdus: [], covered: [], exact: [], surfaces: [] };
      },
      close: () => undefined,
    };
    const [before, now] = [screen(20), screen(36)];
    const stream = streamOf(before, layer);
    await encode(stream, before);
    await stream.encode({
      ...now,
      damage: [{ x: 0, y: 0, width: 256, height: 256 }],
      moves: [move],
      pixels: () => now,
      close: () => undefined,
    });
    return { copies: seen.at(-1)?.copies.length ?? 0, moves: seen.at(-1)?.moves.length ?? 0 };
  };
  const move = { from: window, to: { ...window, x: 36, y: 36 } };

  it('is copied where nothing does, or where it takes that along', async () => {
    expect(await copied(undefined, move)).toMatchObject({ copies: expect.toBeOneOf([1, 2, 3]), moves: 1 });
    expect((await copied({ x: 40, y: 40, width: 64, height: 64 }, move)).copies).toBeGreaterThan(0);
  });

  it('is drawn together with it where it lies in front of it or comes there', async () => {
    expect(await copied(FILM, move)).toEqual({ copies: 0, moves: 0 });
    expect(await copied({ x: 0, y: 0, width: 256, height: 256 }, move)).toEqual({ copies: 0, moves: 0 });
  });
});

describe('areas', () => {
  const area = fc.record({ x: fc.nat(20), y: fc.nat(20), width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) });
  const cells = (rects: readonly { x: number; y: number; width: number; height: number }[]): string[] =>
    rects.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, n) => `${x + (n % width)},${y + Math.floor(n / width)}`),
    );

  it('without others are exactly what is left, each pixel once where it was once', () => {
    fc.assert(
      fc.property(area, fc.array(area, { maxLength: 4 }), (rect, holes) => {
        const taken = new Set(cells(holes));
        expect(cells(without([rect], holes)).sort()).toEqual(
          cells([rect])
            .filter((cell) => !taken.has(cell))
            .sort(),
        );
      }),
    );
  });

  it('are the same when they are merged, and fewer', () => {
    const tiles = Array.from({ length: 12 }, (_, n) => ({ x: (n % 4) * 64, y: Math.floor(n / 4) * 64, width: 64, height: 64 }));
    expect(merged(tiles)).toEqual([{ x: 0, y: 0, width: 256, height: 192 }]);
    fc.assert(
      fc.property(fc.array(area, { maxLength: 8 }), (rects) => void expect(cells(merged(rects)).sort()).toEqual(cells(rects).sort())),
    );
  });
});

describe('what other servers do on the channel', () => {
  const red = (rect: { x: number; y: number; width: number; height: number }, surfaceId = 1) =>
    encodeSolidFill({ surfaceId, colour: 0xff_0000, rects: [rect] });

  it('is drawn: surfaces beside one another, a cache, uncompressed bitmaps', () => {
    const decoder = begun(20, 10);
    const bitmap = Uint8Array.from({ length: 4 * 4 }, (_, n) => [1, 2, 3, 0][n % 4] ?? 0);
    const { dirty } = draw(
      decoder,
      plain(
        encodeCreateSurface({ surfaceId: 1, width: 10, height: 10 }),
        encodeCreateSurface({ surfaceId: 2, width: 10, height: 10 }),
        encodeMapSurfaceToOutput({ surfaceId: 1, x: 0, y: 0 }),
        encodeMapSurfaceToOutput({ surfaceId: 2, x: 10, y: 0 }),
        red({ x: 0, y: 0, width: 2, height: 2 }),
        encodeSurfaceToCache({ surfaceId: 1, cacheSlot: 1, rect: { x: 0, y: 0, width: 2, height: 2 } }),
        encodeCacheToSurface({ cacheSlot: 1, surfaceId: 2, points: [{ x: 8, y: 8 }] }),
        encodeWireToSurface1({ surfaceId: 2, codecId: GFX_CODEC.uncompressed, rect: { x: 0, y: 0, width: 2, height: 2 }, data: bitmap }),
      ),
    );
    expect(dirty.at(-1)).toEqual({ x: 10, y: 0, width: 2, height: 2 });
    const at = (x: number, y: number) => (decoder.surface.words[y * 20 + x] ?? 0) & 0xff_ffff;
    expect([at(1, 1), at(2, 2), at(18, 8), at(19, 9), at(17, 9), at(10, 0), at(12, 0)]).toEqual([0xff, 0, 0xff, 0xff, 0, 0x01_0203, 0]);
  });

  it('is refused with a typed error where it makes no sense or asks for too much', () => {
    const surface = encodeCreateSurface({ surfaceId: 1, width: 10, height: 10 });
    const bad = (...pdus: readonly Uint8Array[]) => errorCode(() => draw(begun(10, 10), plain(...pdus)));
    const rect = { x: 0, y: 0, width: 10, height: 10 };
    expect(bad(red(rect, 7))).toBe('OUT_OF_RANGE');
    expect(bad(surface, encodeWireToSurface1({ surfaceId: 1, codecId: GFX_CODEC.clearCodec, rect, data: new Uint8Array(4) }))).toBe(
      'UNEXPECTED',
    );
    expect(
      bad(surface, encodeWireToSurface1({ surfaceId: 1, codecId: GFX_CODEC.planar, rect: { ...rect, x: 1 }, data: new Uint8Array(4) })),
    ).toBe('OUT_OF_RANGE');
    expect(bad(surface, encodeWireToSurface1({ surfaceId: 1, codecId: GFX_CODEC.uncompressed, rect, data: new Uint8Array(4) }))).toBe(
      'TRUNCATED',
    );
    expect(bad(surface, encodeCacheToSurface({ cacheSlot: 9, surfaceId: 1, points: [] }))).toBe('OUT_OF_RANGE');
    expect(bad(...Array.from({ length: 65 }, (_, surfaceId) => encodeCreateSurface({ surfaceId, width: 1, height: 1 })))).toBe('TOO_LARGE');
    expect(bad(...Array.from({ length: 9 }, () => encodeCreateSurface({ surfaceId: 1, width: 4096, height: 4096 })))).toBe('TOO_LARGE');
    const points = Array.from({ length: 60_000 }, () => ({ x: 0, y: 0 }));
    expect(bad(surface, encodeSurfaceToSurface({ sourceId: 1, destinationId: 1, rect, points }))).toBe('TOO_LARGE');
  });
});
