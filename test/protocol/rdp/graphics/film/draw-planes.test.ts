import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filmPicture } from '../../../../../src/protocol/rdp/graphics/film/i420.ts';
import { type DecodedPlanes, drawPlanes } from '../../../../../src/protocol/rdp/graphics/film/draw-planes.ts';
import { bitmapTarget, createSurface } from '../../../../../src/protocol/rdp/graphics/surface.ts';
import { noise } from '../pictures.ts';

const SIZE = { width: 8, height: 4 };

function planesOf(colour: number): DecodedPlanes {
  const pixels = new Uint8Array(SIZE.width * SIZE.height * 4);
  new Int32Array(pixels.buffer).fill(colour);
  const { i420 } = filmPicture({ ...SIZE, stride: SIZE.width * 4, pixels }, { x: 0, y: 0, ...SIZE });
  return {
    ...SIZE,
    bytes: i420,
    y: { offset: 0, stride: 8, step: 1 },
    u: { offset: 32, stride: 4, step: 1 },
    v: { offset: 40, stride: 4, step: 1 },
  };
}

/** The same planes as a hardware decoder gives them: U and V in turn. */
function woven({ bytes }: DecodedPlanes): DecodedPlanes {
  const chroma = Array.from({ length: 8 }, (_, at) => [bytes[32 + at] ?? 0, bytes[40 + at] ?? 0]).flat();
  return {
    ...SIZE,
    bytes: Uint8Array.from([...bytes.subarray(0, 32), ...chroma]),
    y: { offset: 0, stride: 8, step: 1 },
    u: { offset: 32, stride: 8, step: 2 },
    v: { offset: 33, stride: 8, step: 2 },
  };
}

function drawn(planes: DecodedPlanes): Uint8Array {
  const surface = createSurface(SIZE);
  drawPlanes(planes, [{ x: 0, y: 0, ...SIZE }], bitmapTarget(surface, { x: 0, y: 0, ...SIZE }));
  return new Uint8Array(surface.words.buffer);
}

describe('decoded planes', () => {
  it.each([0x000000, 0xffffff, 0x808080, 0x306090, 0xc08040, 0xff0000, 0x00ff00, 0x0000ff, 0x123456, 0xfedcba])(
    'give flat colours back within two levels: %i',
    (colour) => {
      for (const planes of [planesOf(colour), woven(planesOf(colour))]) {
        const [red = 0, green = 0, blue = 0, alpha = 0] = drawn(planes);
        expect(Math.abs(red - (colour >> 16))).toBeLessThanOrEqual(2);
        expect(Math.abs(green - ((colour >> 8) & 255))).toBeLessThanOrEqual(2);
        expect(Math.abs(blue - (colour & 255))).toBeLessThanOrEqual(2);
        expect(alpha).toBe(255);
      }
    },
  );

  it('are drawn where the region is, and nowhere else', () => {
    const surface = createSurface({ width: 16, height: 8 });
    drawPlanes(planesOf(0xffffff), [{ x: 2, y: 1, width: 3, height: 2 }], bitmapTarget(surface, { x: 8, y: 4, ...SIZE }));
    const white = [...surface.words.entries()].filter(([, word]) => word === -1).map(([at]) => at);
    expect(white).toEqual([10, 11, 12].flatMap((x) => [5, 6].map((y) => y * 16 + x)).toSorted((a, b) => a - b));
  });

  it('are refused when there are fewer than the region needs', () => {
    const surface = createSurface(SIZE);
    const target = bitmapTarget(surface, { x: 0, y: 0, ...SIZE });
    const planes = planesOf(0);
    const region = { x: 0, y: 0, ...SIZE };
    expect(() => drawPlanes({ ...planes, bytes: planes.bytes.subarray(0, 47) }, [region], target)).toThrow(
      expect.objectContaining({ code: 'TRUNCATED' }),
    );
    expect(() => drawPlanes({ ...planes, width: 7 }, [region], target)).toThrow(expect.objectContaining({ code: 'TRUNCATED' }));
  });

  it('are the same pixels with kernels and without, in any part of any picture', () => {
    fc.assert(
      fc.property(
        fc.record({ width: fc.integer({ min: 1, max: 90 }), height: fc.integer({ min: 1, max: 60 }) }),
        fc.record({ y: fc.nat(20), chroma: fc.nat(20), before: fc.nat(9), extremes: fc.boolean(), seed: fc.nat() }),
        fc.array(fc.record({ x: fc.nat(), y: fc.nat(), width: fc.nat(), height: fc.nat() }), { minLength: 1, maxLength: 3 }),
        (size, how, wishes) => {
          const [chromaWidth, chromaHeight] = [(size.width + 1) >> 1, (size.height + 1) >> 1];
          const [yStride, chromaStride] = [size.width + how.y, chromaWidth + how.chroma];
          const u = how.before + yStride * size.height;
          const v = u + chromaStride * chromaHeight;
          const next = noise(how.seed + 1);
          const bytes = Uint8Array.from({ length: v + chromaStride * chromaHeight }, () => (how.extremes ? (next() & 1) * 255 : next()));
          const planes = {
            ...size,
            bytes,
            y: { offset: how.before, stride: yStride, step: 1 },
            u: { offset: u, stride: chromaStride, step: 1 },
            v: { offset: v, stride: chromaStride, step: 1 },
          };
          const regions = wishes.map((wish) => {
            const [x, y] = [wish.x % size.width, wish.y % size.height];
            return { x, y, width: 1 + (wish.width % (size.width - x)), height: 1 + (wish.height % (size.height - y)) };
          });
          const [reference, tried] = [createSurface(size), createSurface(size)];
          const whole = { x: 0, y: 0, ...size };
          drawPlanes(planes, regions, bitmapTarget(reference, whole), false);
          drawPlanes(planes, regions, bitmapTarget(tried, whole));
          expect(Buffer.compare(Buffer.from(tried.words.buffer), Buffer.from(reference.words.buffer))).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});
