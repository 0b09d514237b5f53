import { beforeEach, describe, expect, it } from 'vitest';
import type { DecoderKind } from '../../../src/protocol/rdp/graphics/contract.ts';
import { DECODERS } from '../../../src/protocol/rdp/graphics/decoders.ts';
import { encodeScreenCopies } from '../../../src/protocol/rdp/pdu/drawing-orders.ts';
import type { DesktopLayout } from '../../../src/protocol/rdp/desktop-layout.ts';
import type { Rect } from '../../../src/protocol/rdp/geometry.ts';
import { encodeBitmapUpdate } from '../../../src/protocol/rdp/pdu/bitmap-update.ts';
import { encodeFrameMarker } from '../../../src/protocol/rdp/pdu/frame-marker.ts';
import { encodeResetGraphics } from '../../../src/protocol/rdp/pdu/rdpgfx/reset-graphics.ts';
import { encodeSegmentedData, plainSegments } from '../../../src/protocol/rdp/pdu/rdpgfx/segmented-data.ts';
import { LONGEST_FRAME_MS, LONGEST_UPDATE_MS, Picture, type Drawing } from '../../../src/renderer/viewer/picture.ts';

/** A raw 32-bit bitmap of one colour. */
function bitmap(rect: Rect, blue = 1): { tag: 'graphics'; graphics: { tag: 'update'; updateCode: number; data: Uint8Array } } {
  const data = encodeBitmapUpdate([
    {
      destLeft: rect.x,
      destTop: rect.y,
      destRight: rect.x + rect.width - 1,
      destBottom: rect.y + rect.height - 1,
      width: rect.width,
      height: rect.height,
      bitsPerPixel: 32,
      compressed: false,
      data: new Uint8Array(rect.width * rect.height * 4).fill(blue),
    },
  ]);
  return { tag: 'graphics', graphics: { tag: 'update', updateCode: 1, data } };
}

const marker = (action: 'begin' | 'end', frameId: number): ReturnType<typeof bitmap> => ({
  tag: 'graphics',
  graphics: { tag: 'update', updateCode: 4, data: encodeFrameMarker(action, frameId) },
});
const size = (width: number, height: number) => ({ tag: 'size', size: { width, height } }) as const;

let nowMs = 0;
beforeEach(() => {
  nowMs = 0;
});

async function drain(picture: Picture, atMs = 0): Promise<void> {
  nowMs = atMs;
  while (picture.isWaiting) await picture.step();
}

function drawingAt(picture: Picture, atMs: number): Drawing | undefined {
  nowMs = atMs;
  return picture.takeDrawing();
}

async function fresh(width = 100, height = 100, decoders?: readonly DecoderKind[]): Promise<Picture> {
  const picture = new Picture(() => nowMs, decoders);
  picture.push(size(width, height));
  await drain(picture);
  picture.takeDrawing();
  return picture;
}

const rect = (x: number, y: number, width = 8, height = 8): Rect => ({ x, y, width, height });

describe('picture', () => {
  it('says the size, and draws the whole of a new one', async () => {
    const picture = new Picture(() => nowMs);
    picture.push(size(30, 20));
    expect(await picture.step()).toEqual({ width: 30, height: 20 });
    expect(drawingAt(picture, 0)).toMatchObject({ rectangles: [rect(0, 0, 30, 20)], frameIds: [] });
    picture.push(size(10, 10));
    await drain(picture);
    expect(drawingAt(picture, 0)?.surface).toMatchObject({ width: 10, height: 10 });
  });

  it('says how it is divided, as its own stream or the session does, and draws it no more than it must', async () => {
    const monitors = [
      { area: rect(0, 0, 20, 20), primary: true },
      { area: rect(20, 0, 10, 20), primary: false },
    ];
    const picture = new Picture(() => nowMs);
    picture.push({ tag: 'size', size: { width: 30, height: 20, monitors } });
    expect(await picture.step()).toEqual({ width: 30, height: 20, monitors });
    drawingAt(picture, 0);
    picture.push({ tag: 'layout', layout: { width: 30, height: 20 } });
    expect(await picture.step()).toEqual({ width: 30, height: 20 });
    const reset = (layout: DesktopLayout): void => {
      const data = encodeSegmentedData(plainSegments(encodeResetGraphics(layout)));
      picture.push({ tag: 'graphics', graphics: { tag: 'channel', data } });
    };
    reset({ width: 30, height: 20, monitors });
    expect(await picture.step()).toEqual({ width: 30, height: 20, monitors });
    reset({ width: 30, height: 20, monitors });
    expect(await picture.step()).toBeUndefined();
    expect(drawingAt(picture, 0)).toBeUndefined();
    // Said beside the picture, and too late: what of it is in the picture counts.
    reset({ width: 20, height: 20 });
    picture.push({ tag: 'layout', layout: { width: 30, height: 20, monitors } });
    expect(await picture.step()).toEqual({ width: 20, height: 20 });
    expect(drawingAt(picture, 0)).toMatchObject({ rectangles: [rect(0, 0, 20, 20)] });
    expect(await picture.step()).toEqual({ width: 20, height: 20 });
  });

  it('takes things in the order they came', async () => {
    const picture = new Picture(() => nowMs);
    picture.push(bitmap(rect(0, 0)));
    picture.push(size(16, 16));
    picture.push(bitmap(rect(0, 0), 7));
    await drain(picture);
    expect(picture.isWaiting).toBe(false);
    expect(drawingAt(picture, 0)?.surface.words[0]).toBe(0xff07_0707 | 0);
  });

  it('draws nothing of a frame half way, then all of it, and acknowledges it then', async () => {
    const picture = await fresh();
    picture.push(marker('begin', 5));
    picture.push(bitmap(rect(0, 0)));
    await drain(picture, 10);
    expect(drawingAt(picture, 11)).toBeUndefined();
    expect(picture.hasDrawing).toBe(true);
    picture.push(bitmap(rect(40, 40)));
    picture.push(marker('end', 5));
    await drain(picture, 12);
    expect(drawingAt(picture, 13)).toMatchObject({ rectangles: [rect(0, 0), rect(40, 40)], frameIds: [5] });
    expect(picture.hasDrawing).toBe(false);
    expect(drawingAt(picture, 14)).toBeUndefined();
  });

  it('shows a late frame as far as it has come, without acknowledging it', async () => {
    const picture = await fresh();
    picture.push(marker('begin', 5));
    picture.push(bitmap(rect(0, 0)));
    await drain(picture, 10);
    expect(drawingAt(picture, 10 + LONGEST_FRAME_MS)).toMatchObject({ rectangles: [rect(0, 0)], frameIds: [] });
  });

  it('acknowledges every frame of a drawing, and empty ones', async () => {
    const picture = await fresh();
    for (const frameId of [1, 2]) {
      picture.push(marker('begin', frameId));
      picture.push(marker('end', frameId));
    }
    await drain(picture);
    expect(drawingAt(picture, 0)).toMatchObject({ rectangles: [], frameIds: [1, 2] });
  });

  it('has the newest frames acknowledged where thousands have come for one drawing', async () => {
    const picture = await fresh();
    for (let frameId = 1; frameId <= 2_000; frameId += 1) picture.push(marker('end', frameId));
    await drain(picture);
    const { frameIds = [] } = drawingAt(picture, 0) ?? {};
    expect([frameIds.length, frameIds.at(-1)]).toEqual([64, 2_000]);
  });

  it('joins neighbours in a row and bounds the number of rectangles', async () => {
    const picture = await fresh(1000, 1000);
    for (const x of [0, 8, 16]) picture.push(bitmap(rect(x, 0)));
    await drain(picture);
    expect(drawingAt(picture, 0)?.rectangles).toEqual([rect(0, 0, 24, 8)]);
    for (let i = 0; i < 200; i++) picture.push(bitmap(rect((i % 20) * 40, Math.floor(i / 20) * 40)));
    await drain(picture);
    const { rectangles } = drawingAt(picture, 0)!;
    expect(rectangles.length).toBeLessThanOrEqual(128);
    expect(rectangles[0]).toMatchObject({ x: 0, y: 0 });
    for (let i = 0; i < 200; i++) {
      const x = (i % 20) * 40;
      const y = Math.floor(i / 20) * 40;
      expect(rectangles.some((r) => x >= r.x && y >= r.y && x + 8 <= r.x + r.width && y + 8 <= r.y + r.height)).toBe(true);
    }
  });

  it.each([
    ['graphics', { tag: 'graphics', graphics: { tag: 'update', updateCode: 1, data: Uint8Array.of(9) } } as const, /TRUNCATED/],
    ['sizes', size(0, 10), /OUT_OF_RANGE/],
  ])('throws on bad %s, once, and keeps nothing of what comes afterwards', async (_, bad, error) => {
    const picture = await fresh();
    picture.push(bad);
    picture.push(bitmap(rect(0, 0)));
    await expect(picture.step()).rejects.toThrow(error);
    expect(picture.isWaiting).toBe(false);
    picture.push(bitmap(rect(0, 0)));
    expect(picture.isWaiting).toBe(false);
    expect(drawingAt(picture, 0)).toBeUndefined();
  });

  it('waits for a decoder that answers later: nothing that came after it is shown before it', async () => {
    const answers: (() => void)[] = [];
    const later: DecoderKind = {
      name: 'later',
      takes: (format) => format.carrier === 'bitmapUpdate' && format.bitsPerPixel === 32,
      create: () => ({
        decode: async ({ data }, target) => {
          await new Promise<void>((resolve) => answers.push(resolve));
          target.words.fill(data[0] ?? 0, target.offset, target.offset + target.columns);
        },
      }),
    };
    const picture = await fresh(100, 100, [later, ...DECODERS]);
    picture.push(marker('begin', 3));
    picture.push(bitmap(rect(0, 0), 5));
    picture.push(bitmap(rect(20, 0), 6));
    picture.push(marker('end', 3));
    picture.push(size(50, 50));
    const decoding = drain(picture, 1);
    await Promise.resolve();
    expect(picture.takeDrawing()).toBeUndefined();
    expect(answers).toHaveLength(1);
    for (let count = 0; count < 2; count += 1) {
      await new Promise(setImmediate);
      answers[count]?.();
    }
    await decoding;
    expect(picture.takeDrawing()).toMatchObject({ frameIds: [3], surface: { width: 50, height: 50 } });
  });

  it('gives up on an update that takes longer than any that was meant to be shown', async () => {
    let lookTakesMs = 0;
    const picture = new Picture(() => (nowMs += lookTakesMs));
    picture.push(size(100, 100));
    await drain(picture);
    const slow = encodeScreenCopies(Array.from({ length: 5 }, () => ({ x: 0, y: 10, width: 90, height: 90, fromX: 5, fromY: 0 })));
    picture.push({ tag: 'graphics', graphics: { tag: 'update', updateCode: 0, data: slow } });
    // The clock of a machine on which a copy takes most of the time that there is.
    lookTakesMs = LONGEST_UPDATE_MS * 0.6;
    await expect(picture.step()).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(picture.isWaiting).toBe(false);
  });
});
