import { describe, expect, it } from 'vitest';
import type { Rect } from '../../../src/protocol/rdp/geometry.ts';
import { encodeBitmapUpdate } from '../../../src/protocol/rdp/pdu/bitmap-update.ts';
import { encodeFrameMarker } from '../../../src/protocol/rdp/pdu/frame-marker.ts';
import { LONGEST_FRAME_MS, Picture } from '../../../src/renderer/viewer/picture.ts';

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

function drain(picture: Picture, nowMs = 0): void {
  while (picture.isWaiting) picture.step(nowMs);
}

function fresh(width = 100, height = 100): Picture {
  const picture = new Picture();
  picture.push(size(width, height));
  drain(picture);
  picture.takeDrawing(0);
  return picture;
}

const rect = (x: number, y: number, width = 8, height = 8): Rect => ({ x, y, width, height });

describe('picture', () => {
  it('says the size, and draws the whole of a new one', () => {
    const picture = new Picture();
    picture.push(size(30, 20));
    expect(picture.step(0)).toEqual({ width: 30, height: 20 });
    expect(picture.takeDrawing(0)).toMatchObject({ rectangles: [rect(0, 0, 30, 20)], frameIds: [] });
    picture.push(size(10, 10));
    drain(picture);
    expect(picture.takeDrawing(0)?.surface).toMatchObject({ width: 10, height: 10 });
  });

  it('takes things in the order they came', () => {
    const picture = new Picture();
    picture.push(bitmap(rect(0, 0)));
    picture.push(size(16, 16));
    picture.push(bitmap(rect(0, 0), 7));
    drain(picture);
    expect(picture.isWaiting).toBe(false);
    expect(picture.takeDrawing(0)?.surface.words[0]).toBe(0xff07_0707 | 0);
  });

  it('draws nothing of a frame half way, then all of it, and acknowledges it then', () => {
    const picture = fresh();
    picture.push(marker('begin', 5));
    picture.push(bitmap(rect(0, 0)));
    drain(picture, 10);
    expect(picture.takeDrawing(11)).toBeUndefined();
    expect(picture.hasDrawing).toBe(true);
    picture.push(bitmap(rect(40, 40)));
    picture.push(marker('end', 5));
    drain(picture, 12);
    expect(picture.takeDrawing(13)).toMatchObject({ rectangles: [rect(0, 0), rect(40, 40)], frameIds: [5] });
    expect(picture.hasDrawing).toBe(false);
    expect(picture.takeDrawing(14)).toBeUndefined();
  });

  it('shows a late frame as far as it has come, without acknowledging it', () => {
    const picture = fresh();
    picture.push(marker('begin', 5));
    picture.push(bitmap(rect(0, 0)));
    drain(picture, 10);
    expect(picture.takeDrawing(10 + LONGEST_FRAME_MS)).toMatchObject({ rectangles: [rect(0, 0)], frameIds: [] });
  });

  it('acknowledges every frame of a drawing, and empty ones', () => {
    const picture = fresh();
    for (const frameId of [1, 2]) {
      picture.push(marker('begin', frameId));
      picture.push(marker('end', frameId));
    }
    drain(picture);
    expect(picture.takeDrawing(0)).toMatchObject({ rectangles: [], frameIds: [1, 2] });
  });

  it('joins neighbours in a row and bounds the number of rectangles', () => {
    const picture = fresh(1000, 1000);
    for (const x of [0, 8, 16]) picture.push(bitmap(rect(x, 0)));
    drain(picture);
    expect(picture.takeDrawing(0)?.rectangles).toEqual([rect(0, 0, 24, 8)]);
    for (let i = 0; i < 200; i++) picture.push(bitmap(rect((i % 20) * 40, Math.floor(i / 20) * 40)));
    drain(picture);
    const { rectangles } = picture.takeDrawing(0)!;
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
  ])('throws on bad %s, once, and keeps nothing of what comes afterwards', (_, bad, error) => {
    const picture = fresh();
    picture.push(bad);
    picture.push(bitmap(rect(0, 0)));
    expect(() => picture.step(0)).toThrow(error);
    expect(picture.isWaiting).toBe(false);
    picture.push(bitmap(rect(0, 0)));
    expect(picture.isWaiting).toBe(false);
    expect(picture.takeDrawing(0)).toBeUndefined();
  });
});
