import { beforeEach, describe, expect, it } from 'vitest';
import type { Rect } from '../../../../../src/protocol/rdp/geometry.ts';
import type { FrameShare, PictureMove } from '../../../../../src/protocol/rdp/graphics/contract.ts';
import type { LayerFrame } from '../../../../../src/protocol/rdp/graphics/channel/contract.ts';
import { decodeAvc420 } from '../../../../../src/protocol/rdp/graphics/film/avc420.ts';
import {
  FilmEncoderError,
  type FilmEncoder,
  type FilmEncoderOptions,
  type FilmEncoders,
} from '../../../../../src/protocol/rdp/graphics/film/contract.ts';
import { FilmLayer } from '../../../../../src/protocol/rdp/graphics/film/film-layer.ts';
import { STILL_MS } from '../../../../../src/protocol/rdp/graphics/film/motion-finder.ts';
import { GraphicsDecoder } from '../../../../../src/protocol/rdp/graphics/graphics-decoder.ts';
import { encodeResetGraphics } from '../../../../../src/protocol/rdp/pdu/rdpgfx/reset-graphics.ts';
import { encodeSegmentedData, plainSegments } from '../../../../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { encodeCreateSurface, encodeMapSurfaceToOutput } from '../../../../../src/protocol/rdp/pdu/rdpgfx/surfaces.ts';
import { applied } from '../../../../support/applied.ts';
import { decodeGfxServerPdus, type GfxServerPdu } from '../../../../../src/protocol/rdp/pdu/rdpgfx/pdu.ts';

const SIZE = { width: 640, height: 480 };
const FILM = { x: 100, y: 70, width: 330, height: 250 };
const FRAME_MS = 33;
const GREY = 0x80;

/** An encoder whose units say which picture they are and whether they are key frames. */
class FakeEncoders implements FilmEncoders {
  name = 'openh264';
  readonly opened: FilmEncoderOptions[] = [];
  readonly keys: boolean[] = [];
  readonly bitrates: number[] = [];
  closed = 0;
  unitBytes = 100;
  openError: Error | undefined;
  encodeError: Error | undefined;

  async open(options: FilmEncoderOptions): Promise<FilmEncoder> {
    this.opened.push(options);
    if (this.openError !== undefined) throw this.openError;
    return {
      encode: async ({ width, height, i420 }, key) => {
        expect({ width, height }).toEqual({ width: options.width, height: options.height });
        expect(i420.length).toBe((width * height * 3) / 2);
        if (this.encodeError !== undefined) throw this.encodeError;
        this.keys.push(key);
        return { bytes: new Uint8Array(this.unitBytes), key };
      },
      setBitrate: (bitsPerSecond) => this.bitrates.push(bitsPerSecond),
      close: () => {
        this.closed += 1;
      },
    };
  }
  close(): void {
    // nothing is held
  }
}

function tiled({ x, y, width, height }: Rect): Rect[] {
  const areas: Rect[] = [];
  for (let top = y; top < y + height; top = (top & ~63) + 64) {
    for (let left = x; left < x + width; left = (left & ~63) + 64) {
      areas.push({
        x: left,
        y: top,
        width: Math.min(x + width, (left & ~63) + 64) - left,
        height: Math.min(y + height, (top & ~63) + 64) - top,
      });
    }
  }
  return areas;
}

interface Given {
  readonly changed?: readonly Rect[];
  readonly copies?: readonly (Rect & { readonly fromX: number; readonly fromY: number })[];
  readonly moves?: readonly PictureMove[];
  readonly key?: boolean;
  readonly lost?: readonly Rect[];
  readonly share?: FrameShare;
  readonly size?: { readonly width: number; readonly height: number };
}

interface Shown extends LayerFrame {
  readonly told: readonly GfxServerPdu[];
}

describe('the layer of film', () => {
  let nowMs: number;
  let encoders: FakeEncoders;
  let layer: FilmLayer;
  let failures: unknown[];

  beforeEach(() => {
    nowMs = 1_000;
    encoders = new FakeEncoders();
    failures = [];
    layer = new FilmLayer({ encoders, nowMs: () => nowMs, failed: (why) => failures.push(why) });
  });

  async function frame({ changed = [], copies = [], moves = [], key = false, lost = [], size = SIZE, share }: Given = {}): Promise<Shown> {
    nowMs += FRAME_MS;
    const pixels = { ...size, stride: size.width * 4, pixels: new Uint8Array(size.width * size.height * 4).fill(GREY) };
    const picture = { ...size, damage: changed, pixels: () => pixels, close: () => undefined };
    const areas = [...changed.flatMap(tiled), ...lost];
    const made = await layer.encode({ picture, frame: pixels, wanted: { frameId: 1, key, areas: lost, share }, copies, moves, areas });
    return { ...made, told: made.pdus.flatMap((pdu) => [...decodeGfxServerPdus(pdu)]) };
  }

  /** Until the film's first picture has been drawn. */
  async function playing(): Promise<Shown> {
    await frame({ key: true });
    for (let count = 0; count < 12; count++) {
      const shown = await frame({ changed: [FILM] });
      if (shown.pdus.length > 0) return shown;
    }
    throw new Error('no film has begun');
  }

  const avcOf = ({ told }: Shown) => told.flatMap((pdu) => (pdu.tag === 'wireToSurface1' ? [decodeAvc420(pdu.data)] : []));

  it('takes the film over on a surface of its own, whole blocks large, and puts it where it belongs in the same frame', async () => {
    const first = await playing();
    expect(encoders.opened).toEqual([expect.objectContaining({ width: 336, height: 256 })]);
    expect(first.told.map(({ tag }) => tag)).toEqual(['createSurface', 'wireToSurface1', 'surfaceToSurface']);
    expect(first.told[0]).toMatchObject({ surfaceId: 2, width: 336, height: 256 });
    expect(first.told[1]).toMatchObject({ surfaceId: 2, codecId: 0x0b, rect: { x: 0, y: 0, width: 330, height: 250 } });
    expect(first.told[2]).toMatchObject({
      sourceId: 2,
      destinationId: 1,
      rect: { x: 0, y: 0, width: 330, height: 250 },
      points: [{ x: 100, y: 70 }],
    });
    expect(avcOf(first)[0]?.regions.map(({ rect }) => rect)).toEqual([{ x: 0, y: 0, width: 330, height: 250 }]);
    expect(first).toMatchObject({ covered: [FILM], exact: [], surfaces: [2], dense: true });
    const second = await frame({ changed: [FILM] });
    expect(second.told.map(({ tag }) => tag)).toEqual(['wireToSurface1', 'surfaceToSurface']);
    expect(encoders.keys).toEqual([true, false]);
  });

  it('is none of a window that is dragged, even where nothing of it could be copied', async () => {
    await frame({ key: true });
    const moves = [{ from: FILM, to: { ...FILM, x: FILM.x + 5 } }];
    for (let count = 0; count < 20; count++) expect((await frame({ changed: [FILM], moves })).pdus).toEqual([]);
    expect(encoders.opened).toEqual([]);
  });

  it('says what makes the film, while there is one', async () => {
    expect((await playing()).filmBy).toBe('openh264');
    nowMs += 2 * STILL_MS;
    expect((await frame()).filmBy).toBeUndefined();
    encoders.name = 'of a later version';
    expect((await playing()).filmBy).toBeUndefined();
  });

  it('sends everything else exactly, and of the film what has changed', async () => {
    await playing();
    const beside = { x: 500, y: 400, width: 64, height: 32 };
    const corner = { x: 100, y: 70, width: 90, height: 50 };
    const shown = await frame({ changed: [beside, corner] });
    // The tiles of the grid that the corner touches, cut off at the film's edges.
    expect(shown.covered).toEqual([{ x: 100, y: 70, width: 92, height: 58 }]);
    expect(avcOf(shown)[0]?.regions.map(({ rect }) => rect)).toEqual([{ x: 0, y: 0, width: 92, height: 58 }]);
    const none = await frame({ changed: [beside] });
    expect(none).toMatchObject({ pdus: [], covered: [] });
  });

  it('makes what has come to rest exact, begins within 300 ms and has all of it within 600', async () => {
    await playing();
    const restMs = nowMs;
    expect(layer.dueInMs).toBe(STILL_MS);
    expect(layer.inexact.length).toBeGreaterThan(0);
    const exact: Rect[] = [];
    let begunMs: number | undefined;
    while (layer.dueInMs !== undefined && nowMs < restMs + 2_000) {
      nowMs += Math.max(0, layer.dueInMs - FRAME_MS);
      const shown = await frame();
      if (shown.exact.length > 0) begunMs ??= nowMs;
      exact.push(...shown.exact);
    }
    expect((begunMs ?? Infinity) - restMs).toBeLessThanOrEqual(300);
    expect(nowMs - restMs).toBeLessThanOrEqual(600);
    expect(exact.reduce((sum, { width, height }) => sum + width * height, 0)).toBe(FILM.width * FILM.height);
    expect(layer.inexact).toEqual([]);
  });

  it('makes a part of it that rests exact while the rest goes on, the oldest first', async () => {
    await playing();
    const moving = { x: 256, y: 70, width: 174, height: 250 };
    const exact: Rect[] = [];
    for (let count = 0; count < 12; count++) {
      const shown = await frame({ changed: [moving] });
      expect(shown.covered.length).toBeGreaterThan(0);
      for (const rect of shown.exact) expect(rect.x + rect.width).toBeLessThanOrEqual(256);
      exact.push(...shown.exact);
    }
    expect(exact.reduce((sum, { width, height }) => sum + width * height, 0)).toBe(156 * 250);
  });

  it('bounds what is made exact in one frame', async () => {
    const large = { width: 1_280, height: 720 };
    const whole = { x: 0, y: 0, ...large };
    await frame({ key: true, size: large });
    for (let count = 0; count < 10; count++) await frame({ changed: [whole], size: large });
    expect(layer.inexact).toHaveLength(240);
    nowMs += STILL_MS;
    const counts: number[] = [];
    while (layer.inexact.length > 0 && counts.length < 9) counts.push((await frame({ size: large })).exact.length);
    expect(counts).toEqual([64, 64, 64, 48]);
  });

  it('takes its surface away when the film is over', async () => {
    await playing();
    nowMs += STILL_MS;
    const shown = await frame();
    expect(shown.told).toEqual([{ tag: 'deleteSurface', surfaceId: 2 }]);
    expect(shown.surfaces).toEqual([]);
    expect(encoders.closed).toBe(1);
  });

  it('begins with a key frame on a new surface after a key frame, in which nothing is a film', async () => {
    await playing();
    const key = await frame({ key: true, changed: [FILM] });
    expect(key).toMatchObject({ pdus: [], covered: [], exact: [], surfaces: [] });
    expect(layer.inexact).toEqual([]);
    const next = await frame({ changed: [FILM] });
    expect(next.told.map(({ tag }) => tag)).toEqual(['createSurface', 'wireToSurface1', 'surfaceToSurface']);
    expect(encoders.keys).toEqual([true, true]);
    expect(encoders.opened).toHaveLength(1);
  });

  it('makes a key frame of the film when the client may have lost some of it', async () => {
    await playing();
    await frame({ changed: [FILM], lost: [{ x: 0, y: 0, width: 8, height: 8 }] });
    await frame({ changed: [FILM], lost: [{ x: 120, y: 80, width: 8, height: 8 }] });
    expect(encoders.keys).toEqual([true, false, true]);
  });

  it('leaves pictures out when they are dearer than its bitrate, sends those parts no other way, and makes them exact at last', async () => {
    await playing();
    encoders.unitBytes = 60_000;
    const drawn: boolean[] = [];
    for (let count = 0; count < 60; count++) {
      const shown = await frame({ changed: [FILM] });
      expect(shown.covered.length).toBeGreaterThan(0);
      drawn.push(shown.pdus.length > 0);
    }
    const bytes = drawn.filter(Boolean).length * 60_000;
    expect(drawn).toContain(false);
    // Two Mbit/s, a quarter more at most, over two seconds and a third of one ahead.
    expect((bytes * 8) / 2_000_000).toBeLessThanOrEqual(2.5 * 1.25 + 0.4);
    expect(layer.inexact.length).toBeGreaterThan(0);
  });

  it('follows the line with its bitrate, and with what it makes exact', async () => {
    await playing();
    const wished = encoders.opened[0]?.bitsPerSecond ?? 0;
    await frame({ changed: [FILM], share: { frameBytes: 12_000, filmBitsPerSecond: 700_000 } });
    await frame({ changed: [FILM], share: { frameBytes: 12_000, filmBitsPerSecond: 700_000 } });
    await frame({ changed: [FILM], share: { frameBytes: 12_000, filmBitsPerSecond: 1_000 } });
    await frame({ changed: [FILM], share: { frameBytes: 12_000, filmBitsPerSecond: 90_000_000 } });
    expect(encoders.bitrates).toEqual([wished, 700_000, 80_000, wished]);
    expect(encoders.keys.filter(Boolean)).toHaveLength(1);
    nowMs += STILL_MS;
    expect((await frame({ share: { frameBytes: 12_000 } })).exact).toHaveLength(2);
    expect((await frame({ share: { frameBytes: 1 } })).exact).toHaveLength(1);
  });

  it('sends nothing as film while everything is wanted sharp, and makes exact what was', async () => {
    await playing();
    const share = { frameBytes: 1_000_000, quality: 'sharp' } as const;
    const shown = await frame({ changed: [FILM], share });
    expect(shown.told.map(({ tag }) => tag)).toEqual(['deleteSurface']);
    expect(shown.covered).toEqual([]);
    for (let count = 0; count < 20; count++) {
      const { told, covered } = await frame({ changed: [FILM], share });
      expect([told, covered]).toEqual([[], []]);
    }
    expect(layer.inexact).toEqual([]);
    let pdus = 0;
    for (let count = 0; count < 12 && pdus === 0; count++) pdus = (await frame({ changed: [FILM] })).pdus.length;
    expect(pdus).toBeGreaterThan(0);
  });

  it('on a thin line film begins sooner, is smaller, and comes in fewer pictures', async () => {
    const share = { frameBytes: 1_000_000, filmBitsPerSecond: 3_000_000, quality: 'thin' } as const;
    const soonest = async (given: Given): Promise<number> => {
      layer = new FilmLayer({ encoders, nowMs: () => nowMs });
      await frame({ key: true });
      for (let count = 1; count < 12; count++) if ((await frame({ changed: [FILM], ...given })).pdus.length > 0) return count;
      throw new Error('no film has begun');
    };
    expect(await soonest({})).toBeGreaterThan(await soonest({ share }));
    expect(encoders.opened.at(-1)?.bitsPerSecond).toBe(400_000);
    let drawn = 0;
    for (let count = 0; count < 30; count++) {
      const { pdus, covered } = await frame({ changed: [FILM], share });
      expect(covered.length).toBeGreaterThan(0);
      if (pdus.length > 0) drawn += 1;
    }
    expect(drawn).toBe(10);
  });

  it('begins with what the line has', async () => {
    await frame({ key: true });
    for (let count = 0; count < 8; count++) await frame({ changed: [FILM], share: { frameBytes: 9_000, filmBitsPerSecond: 500_000 } });
    expect(encoders.opened[0]?.bitsPerSecond).toBe(500_000);
  });

  it.each([
    ['cannot be opened', 'openError'],
    ['fails', 'encodeError'],
  ] as const)('sends everything exactly when an encoder %s, asks for the next, and gives up in the end', async (_what, when) => {
    if (when === 'encodeError') await playing();
    encoders[when] = new FilmEncoderError('GONE', 'for a test');
    for (let count = 0; count < 20; count++) {
      const shown = await frame({ changed: [FILM] });
      expect(shown.covered).toEqual([]);
      if (count > 0) expect(shown.pdus.length).toBeLessThanOrEqual(1);
    }
    expect(failures).toHaveLength(4);
  });

  it('goes on as a film when the next encoder works', async () => {
    await playing();
    encoders.encodeError = new FilmEncoderError('GONE', 'for a test');
    const failed = await frame({ changed: [FILM] });
    expect(failed).toMatchObject({ covered: [], surfaces: [] });
    encoders.encodeError = undefined;
    const next = await frame({ changed: [FILM] });
    expect(next.told.map(({ tag }) => tag)).toEqual(['createSurface', 'wireToSurface1', 'surfaceToSurface']);
  });

  it('is RemoteFX where the client takes no H.264, and exact when it rests', async () => {
    layer = new FilmLayer({ remoteFx: true, nowMs: () => nowMs });
    const decoder = new GraphicsDecoder(SIZE);
    await frame({ key: true });
    for (let count = 0; count < 6; count++) await frame({ changed: [FILM] });
    const shown = await frame({ changed: [FILM] });
    expect(shown.told).toEqual([expect.objectContaining({ tag: 'wireToSurface1', surfaceId: 1, codecId: 0x03, rect: FILM })]);
    expect(shown).toMatchObject({ covered: [FILM], surfaces: [], filmBy: 'remotefx' });
    const begin = [
      encodeResetGraphics(SIZE),
      encodeCreateSurface({ surfaceId: 1, ...SIZE }),
      encodeMapSurfaceToOutput({ surfaceId: 1, x: 0, y: 0 }),
    ];
    for (const pdu of [...begin, ...shown.pdus]) applied(decoder.apply({ tag: 'channel', data: encodeSegmentedData(plainSegments(pdu)) }));
    const red = (x: number, y: number): number => (decoder.surface.words[y * SIZE.width + x] ?? 0) & 0xff;
    for (const [x, y] of [
      [FILM.x, FILM.y],
      [FILM.x + FILM.width - 1, FILM.y + FILM.height - 1],
      [200, 200],
    ] as const)
      expect(Math.abs(red(x, y) - GREY)).toBeLessThanOrEqual(2);
    expect([red(FILM.x - 1, 200), red(FILM.x + FILM.width, 200)]).toEqual([0, 0]);
    nowMs += STILL_MS;
    expect((await frame()).exact.length).toBeGreaterThan(0);
    await frame({ changed: [FILM], share: { frameBytes: 9_000, filmBitsPerSecond: 100_000 } });
  });

  it('is RemoteFX when no encoder of H.264 is left, where the client takes that', async () => {
    layer = new FilmLayer({ encoders, remoteFx: true, nowMs: () => nowMs, failed: (why) => failures.push(why) });
    await playing();
    encoders.encodeError = new FilmEncoderError('GONE', 'for a test');
    let last: Shown | undefined;
    for (let count = 0; count < 20; count++) last = await frame({ changed: [FILM] });
    expect(failures).toHaveLength(4);
    expect(last?.told).toEqual([expect.objectContaining({ tag: 'wireToSurface1', surfaceId: 1, codecId: 0x03, rect: FILM })]);
  });

  it('ends with the capture, also while an encoder is being opened', async () => {
    await playing();
    layer.close();
    expect(encoders.closed).toBe(1);
  });

  it('starts anew for another size', async () => {
    await playing();
    const size = { width: 320, height: 240 };
    const shown = await frame({ key: true, size });
    expect(shown.surfaces).toEqual([]);
    expect(await frame({ changed: [{ x: 0, y: 0, width: 300, height: 200 }], size })).toMatchObject({ covered: [] });
  });
});
