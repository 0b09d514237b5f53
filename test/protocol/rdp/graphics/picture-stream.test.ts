import { describe, expect, it } from 'vitest';
import type { GraphicsSettings, PixelFrame } from '../../../../src/protocol/rdp/graphics/contract.ts';
import { PictureStream } from '../../../../src/protocol/rdp/graphics/picture-stream.ts';

const SETTINGS: GraphicsSettings = { codec: 'planar', scrollCopies: false, skipAlpha: true, frameMarkers: true, maxPduBytes: 16_000 };
const SIZE = { width: 128, height: 96 };
const WHOLE = { x: 0, y: 0, ...SIZE };

const picture = (): PixelFrame & { pixels: Uint8Array } => ({
  ...SIZE,
  stride: SIZE.width * 4,
  pixels: new Uint8Array(SIZE.width * SIZE.height * 4),
});
const area = (rects: readonly { width: number; height: number }[]) => rects.reduce((sum, rect) => sum + rect.width * rect.height, 0);

describe('the stream of pictures to one client', () => {
  it('starts with a whole frame, then has only what changed inside the damage', () => {
    const stream = new PictureStream(SIZE);
    expect(stream.configured).toBe(false);
    stream.configure(SETTINGS, 3);
    expect(stream.dueAnyway).toBe(true);
    const frame = picture();
    expect(area(stream.changes(frame, []).areas)).toBe(128 * 96);
    expect(stream.dueAnyway).toBe(false);
    expect(stream.changes(frame, [WHOLE]).areas).toEqual([]);
    frame.pixels[(70 * 128 + 100) * 4] = 255;
    expect(stream.changes(frame, [{ x: 0, y: 0, width: 10, height: 10 }]).areas).toEqual([]);
    const changed = stream.changes(frame, [WHOLE]);
    expect(area(changed.areas)).toBe(4);
    const first = stream.encode(frame, changed);
    expect(first).toMatchObject({ generation: 3, frameId: 1, changedPixels: 4 });
    expect(stream.encode(frame, changed).frameId).toBe(2);
  });

  it('repeats what is asked for again, cut to the picture, and all of it when that is more than all', () => {
    const stream = new PictureStream(SIZE);
    stream.configure(SETTINGS, 1);
    const frame = picture();
    stream.changes(frame, []);
    stream.refresh([
      { x: -10, y: -10, width: 20, height: 20 },
      { x: 500, y: 0, width: 5, height: 5 },
    ]);
    expect(stream.dueAnyway).toBe(true);
    expect(stream.changes(frame, []).areas).toEqual([{ x: 0, y: 0, width: 10, height: 10 }]);
    stream.refresh([{ x: 500, y: 500, width: 5, height: 5 }]);
    expect(stream.dueAnyway).toBe(false);
    stream.refresh(Array.from({ length: 4 }, () => WHOLE));
    expect(area(stream.changes(frame, []).areas)).toBe(128 * 96);
  });

  it('gathers no wishes without end while nobody takes a picture', () => {
    const stream = new PictureStream(SIZE);
    stream.configure(SETTINGS, 1);
    stream.changes(picture(), []);
    const pixel = { x: 1, y: 1, width: 1, height: 1 };
    for (let count = 0; count < 255; count += 1) stream.refresh([pixel]);
    expect(stream.changes(picture(), []).areas).toEqual(Array.from({ length: 255 }, () => pixel));
    for (let count = 0; count < 3_000; count += 1) stream.refresh([pixel]);
    expect(stream.changes(picture(), []).areas).toEqual([
      { x: 0, y: 0, width: 64, height: 64 },
      { x: 64, y: 0, width: 64, height: 64 },
      { x: 0, y: 64, width: 64, height: 32 },
      { x: 64, y: 64, width: 64, height: 32 },
    ]);
    expect(stream.dueAnyway).toBe(false);
  });

  it('is whole again after new settings and after a new size', () => {
    const stream = new PictureStream(SIZE);
    stream.configure(SETTINGS, 1);
    stream.changes(picture(), []);
    stream.configure(SETTINGS, 2);
    expect(area(stream.changes(picture(), []).areas)).toBe(128 * 96);
    stream.resize({ width: 64, height: 64 });
    expect(area(stream.changes({ width: 64, height: 64, stride: 256, pixels: new Uint8Array(64 * 256) }, []).areas)).toBe(64 * 64);
  });

  it('refuses to encode before it has settings', () => {
    expect(() => new PictureStream(SIZE).encode(picture(), { copies: [], areas: [WHOLE] })).toThrow(
      expect.objectContaining({ code: 'ILLEGAL_TRANSITION' }),
    );
  });
});
