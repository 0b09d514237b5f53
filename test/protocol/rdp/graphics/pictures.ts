import * as fc from 'fast-check';
import type { PixelFrame } from '../../../../src/protocol/rdp/graphics/contract.ts';
import { createSurface, type BitmapTarget, type Surface } from '../../../../src/protocol/rdp/graphics/surface.ts';

/** A BGRX frame whose pixel at x,y is `colour(x, y)` as 0xRRGGBB; `padding` bytes follow each row. */
export function paint(width: number, height: number, colour: (x: number, y: number) => number, padding = 0): PixelFrame {
  const stride = width * 4 + padding;
  const pixels = new Uint8Array(stride * height).fill(0x5a);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = colour(x, y);
      pixels.set([value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, 0x5a], y * stride + x * 4);
    }
  }
  return { width, height, stride, pixels };
}

/** What a surface showing exactly `frame` holds. */
export function rgbaOf(frame: PixelFrame): Int32Array {
  const words = new Int32Array(frame.width * frame.height);
  for (let y = 0; y < frame.height; y++) {
    for (let x = 0; x < frame.width; x++) {
      const at = y * frame.stride + x * 4;
      const [blue, green, red] = frame.pixels.subarray(at, at + 3);
      words[y * frame.width + x] = 0xff00_0000 | (blue! << 16) | (green! << 8) | red!;
    }
  }
  return words;
}

export function wholeTarget(surface: Surface): BitmapTarget {
  return { words: surface.words, stride: surface.width, offset: 0, columns: surface.width, rows: surface.height };
}

export function surfaceOf(width: number, height: number): Surface {
  return createSurface({ width, height });
}

/** Deterministic noise. */
export function noise(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff_ffff;
  };
}

/** Desktop-like, noisy and degenerate pictures of any size up to `maxSide`. */
export function pictures(maxSide: number): fc.Arbitrary<PixelFrame> {
  return fc
    .record({
      width: fc.integer({ min: 1, max: maxSide }),
      height: fc.integer({ min: 1, max: maxSide }),
      kind: fc.constantFrom('noise', 'solid', 'rows', 'columns', 'few', 'grey', 'blocks', 'extremes', 'oneChannel'),
      seed: fc.integer({ min: 1, max: 0x7fff_ffff }),
      padding: fc.constantFrom(0, 4, 3),
    })
    .map(({ width, height, kind, seed, padding }) => {
      const next = noise(seed);
      const palette = Array.from({ length: 256 }, next);
      switch (kind) {
        case 'noise':
          return paint(width, height, next, padding);
        case 'solid':
          return paint(width, height, () => palette[0]!, padding);
        case 'rows':
          return paint(width, height, (_, y) => palette[y & 0xff]!, padding);
        case 'columns':
          return paint(width, height, (x) => palette[x & 0xff]!, padding);
        case 'few':
          return paint(width, height, () => palette[next() & 1]!, padding);
        case 'grey':
          return paint(width, height, () => (next() & 0x0f) * 0x01_0101, padding);
        case 'blocks':
          return paint(width, height, (x, y) => palette[((x >> 3) * 31 + (y >> 2)) & 0xff]!, padding);
        case 'oneChannel':
          // one colour changes from row to row, the others repeat
          return paint(width, height, (_, y) => 0x40_4040 ^ ((y & 7) << [0, 8, 16][seed % 3]!), padding);
        case 'extremes':
          return paint(width, height, () => (next() & 1 ? 0xff_00ff : 0x00_ff80), padding);
      }
    });
}
