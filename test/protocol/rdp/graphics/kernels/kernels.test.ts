/* The kernels beside the TypeScript that they stand for: the same bytes, whatever the picture. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rect } from '../../../../../src/protocol/rdp/geometry.ts';
import type { PixelFrame } from '../../../../../src/protocol/rdp/graphics/contract.ts';
import { intersection } from '../../../../../src/protocol/rdp/graphics/tiles/areas.ts';
import { PictureKernels } from '../../../../../src/protocol/rdp/graphics/kernels/picture-kernels.ts';
import { frameWords } from '../../../../../src/protocol/rdp/graphics/pixel-words.ts';
import { oneColour } from '../../../../../src/protocol/rdp/graphics/channel/one-colour.ts';
import { MAX_PLANAR_TILE_BYTES, PlanarEncoder } from '../../../../../src/protocol/rdp/graphics/planar/planar-encoder.ts';
import { ChangedTiles } from '../../../../../src/protocol/rdp/graphics/tiles/changed-tiles.ts';
import { noise, paint, pictures } from '../pictures.ts';
import { inKernels } from './in-kernels.ts';

/** A picture that differs from `frame` in some rectangles of noise, in rows that have moved, and in fourth bytes everywhere. */
function altered(frame: PixelFrame, changes: readonly Rect[], scrolled: number, seed: number): PixelFrame {
  const next = noise(seed);
  const pixels = frame.pixels.slice();
  if (scrolled > 0 && scrolled < frame.height) pixels.copyWithin(0, scrolled * frame.stride, frame.height * frame.stride);
  for (let y = 0; y < frame.height; y++) for (let x = 0; x < frame.width; x++) pixels[y * frame.stride + x * 4 + 3] = next();
  for (const rect of changes) {
    for (let y = rect.y; y < Math.min(frame.height, rect.y + rect.height); y++) {
      for (let x = rect.x; x < Math.min(frame.width, rect.x + rect.width); x++) pixels[y * frame.stride + x * 4 + (next() & 3)] = next();
    }
  }
  return { ...frame, pixels };
}

/** `before` with these areas of `after`; rows without gaps. */
function within(before: PixelFrame, after: PixelFrame, areas: readonly Rect[]): PixelFrame {
  const { width, height } = before;
  const pixels = new Uint8Array(width * height * 4);
  const row = (of: PixelFrame, x: number, y: number, count: number) =>
    of.pixels.subarray(y * of.stride + x * 4, y * of.stride + (x + count) * 4);
  for (let y = 0; y < height; y++) pixels.set(row(before, 0, y, width), y * width * 4);
  for (const area of areas)
    for (let y = area.y; y < area.y + area.height; y++) pixels.set(row(after, area.x, y, area.width), (y * width + area.x) * 4);
  return { width, height, stride: width * 4, pixels };
}

/** The one that {@link PictureKernels.ahead} names, for these areas. */
function nextPicture(kernels: PictureKernels, areas: readonly Rect[]): PixelFrame {
  const { width, height, pages, picturesAt } = kernels;
  const at = picturesAt[kernels.ahead(areas)];
  return { width, height, stride: width * 4, pixels: pages.subarray(at, at + width * height * 4) };
}

function colours(frame: PixelFrame): Int32Array {
  const { words, stride } = frameWords(frame);
  return Int32Array.from({ length: frame.width * frame.height }, (_, at) => {
    const row = Math.floor(at / frame.width);
    return (words[row * stride + at - row * frame.width] ?? 0) & 0xff_ffff;
  });
}

const rects = fc.array(
  fc.record({
    x: fc.integer({ min: 0, max: 240 }),
    y: fc.integer({ min: 0, max: 240 }),
    width: fc.integer({ min: 1, max: 90 }),
    height: fc.integer({ min: 1, max: 90 }),
  }),
  { maxLength: 5 },
);
const anyDamage = fc.array(
  fc.record({
    x: fc.integer({ min: -80, max: 300 }),
    y: fc.integer({ min: -80, max: 300 }),
    width: fc.integer({ min: 0, max: 400 }),
    height: fc.integer({ min: 0, max: 400 }),
  }),
  { maxLength: 4 },
);

describe('what changed', () => {
  it('is the same in the kernels, over several pictures, with any damage', () => {
    fc.assert(
      fc.property(
        pictures(240),
        fc.array(fc.record({ rects, scrolled: fc.constantFrom(0, 0, 3, 17), seed: fc.nat(), damage: anyDamage, whole: fc.boolean() }), {
          minLength: 1,
          maxLength: 4,
        }),
        (first, steps) => {
          const reference = new ChangedTiles();
          const tried = new ChangedTiles();
          const memory = inKernels(first);
          expect(tried.update(memory, [])).toEqual(reference.update(first, []));
          let frame = first;
          for (const { rects: changes, scrolled, seed, damage, whole } of steps) {
            frame = altered(frame, changes, scrolled, seed);
            inKernels(frame, memory);
            const where = whole ? [{ x: 0, y: 0, width: frame.width, height: frame.height }] : damage;
            expect(tried.copies(memory, where)).toEqual(reference.copies(frame, where));
            expect(tried.update(memory, where)).toEqual(reference.update(frame, where));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is the same where pictures change places, whatever of each is written, ahead or in vain, and whether it is looked at or not', () => {
    let dropped = 0;
    let aheads = 0;
    fc.assert(
      fc.property(
        pictures(240),
        fc.array(
          fc.record({
            rects,
            scrolled: fc.constantFrom(0, 0, 3, 17),
            seed: fc.nat(),
            damage: anyDamage,
            seen: fc.constantFrom(true, true, false),
            isAhead: fc.boolean(),
            isKey: fc.constantFrom(false, false, true),
          }),
          { minLength: 2, maxLength: 8 },
        ),
        (first, steps) => {
          const reference = new ChangedTiles();
          const tried = new ChangedTiles();
          const memory = inKernels(first);
          const whole = { x: 0, y: 0, width: first.width, height: first.height };
          reference.update(first, []);
          tried.update(memory, []);
          let frame = first;
          let readAll = false;
          let last: readonly Rect[] = [];
          for (const { rects: changes, scrolled, seed, damage, seen, isAhead, isKey } of steps) {
            if (isKey) for (const tiles of [reference, tried]) tiles.forget();
            // What is not damaged has not changed.
            const areas = readAll ? [whole] : damage.flatMap((rect) => intersection(rect, whole) ?? []);
            if (isAhead && memory.kernels !== undefined) {
              const picture = nextPicture(memory.kernels, last);
              picture.pixels.set(within(picture, altered(frame, last, 5, seed), last).pixels);
              aheads += last.length;
            }
            last = areas;
            frame = within(frame, altered(frame, changes, scrolled, seed), areas);
            memory.kernels?.turn(areas);
            memory.pixels.set(within({ ...memory, pixels: memory.pixels }, frame, areas).pixels);
            // As whoever reads does that has thrown a picture away.
            readAll = !seen;
            if (!seen) {
              dropped += 1;
              continue;
            }
            expect(tried.copies(memory, areas)).toEqual(reference.copies(frame, areas));
            expect(tried.update(memory, areas)).toEqual(reference.update(frame, areas));
            expect(colours(memory)).toEqual(colours(frame));
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(dropped).toBeGreaterThan(50);
    expect(aheads).toBeGreaterThan(100);
  });

  it('is in whole pages with the pictures, each where it is said to be next, and with nothing else', () => {
    for (const [width, height] of [
      [1, 1],
      [1279, 719],
      [1280, 720],
      [128, 128],
    ] as const) {
      const kernels = PictureKernels.open({ width, height })!;
      const { pages, picturesAt, pixels } = kernels;
      expect([pages.buffer, pages.byteOffset % 65_536, pages.length % 65_536, picturesAt[1] % 65_536]).toEqual([pixels.buffer, 0, 0, 0]);
      expect(picturesAt[1]).toBeGreaterThanOrEqual(pixels.length);
      expect(pages.length - picturesAt[1]).toBeGreaterThanOrEqual(pixels.length);
      const place = (of: { readonly byteOffset: number }): number => picturesAt.indexOf(of.byteOffset - pages.byteOffset);
      const [first, second] = [place(kernels.pixels), place(kernels.previous)];
      expect([first, second].toSorted()).toEqual([0, 1]);
      // Nobody has looked at it: it is written over.
      expect(kernels.ahead([])).toBe(first);
      kernels.taken(true);
      expect(kernels.ahead([])).toBe(second);
      kernels.turn([]);
      expect([place(kernels.pixels), kernels.ahead([])]).toEqual([second, second]);

      // All that works in the memory keeps off the rest of the pages.
      pages.fill(0x77);
      kernels.takeChanged(0, 0, Math.min(64, width), 1, []);
      kernels.changedBox([{ x: 0, y: 0, width, height }], 1);
      kernels.toI420({ x: 0, y: 0, width, height }, { width: Math.ceil(width / 16) * 16, height: Math.ceil(height / 16) * 16 });
      kernels.put({ x: 0, y: 0, width, height }, (into) => into.fill(0x77));
      kernels.copyToBefore({ x: 0, y: 0, width, height });
      expect(pages.every((byte) => byte === 0x77)).toBe(true);
    }
  });

  it('is copied alike where it scrolled, up and down, in windows anywhere', () => {
    let copies = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 70, max: 300 }),
        fc.integer({ min: 90, max: 300 }),
        fc.integer({ min: -60, max: 60 }),
        fc.nat(90),
        fc.nat(60),
        fc.nat(),
        rects,
        (width, height, shift, left, bar, seed, changes) => {
          const next = noise(seed);
          const lines = Array.from({ length: 512 }, () => (next() & 1 ? next() : 0xff_ffff));
          const screen = (scrolled: number) =>
            paint(width, height, (x, y) =>
              x < left || y < bar
                ? 0x20_4060
                : lines[(y + scrolled + 256) & 511]! ^ (lines[(x * 7 + ((y + scrolled) >> 2)) & 511]! & 0x0f_0f0f),
            );
          const before = screen(0);
          // Again by as many rows, then by others.
          const steps = [shift, 2 * shift, shift + 5].map((scrolled) => altered(screen(scrolled), changes, 0, seed + scrolled));
          const whole = [{ x: 0, y: 0, width, height }];
          // Both where what changed is taken over and where the pictures change places.
          for (const turning of [false, true]) {
            const reference = new ChangedTiles();
            const tried = new ChangedTiles();
            const memory = inKernels(before);
            reference.update(before, []);
            tried.update(memory, []);
            for (const now of steps) {
              if (turning) memory.kernels?.turn(whole);
              inKernels(now, memory);
              const wanted = reference.copies(now, whole);
              copies += wanted.length;
              expect(tried.copies(memory, whole)).toEqual(wanted);
              expect(tried.update(memory, whole)).toEqual(reference.update(now, whole));
              if (turning) memory.kernels?.turn([]);
              expect(colours(memory)).toEqual(colours(now));
              expect(tried.update(memory, whole)).toEqual([]);
            }
          }
        },
      ),
      { numRuns: 100 },
    );
    expect(copies).toBeGreaterThan(100);
  });

  it('is taken over inside the picture only, whatever the area is', () => {
    const frame = paint(70, 70, (x, y) => x + y * 256);
    const memory = inKernels(frame);
    const { kernels } = memory;
    if (kernels === undefined) throw new Error('no kernels');
    kernels.previous.fill(0x11_2233);
    for (const area of [
      { x: -30, y: 60, width: 33, height: 40 },
      { x: 68, y: -9, width: 5_000_000, height: 10 },
      { x: 0, y: 70, width: 70, height: 900_000 },
    ])
      kernels.copyToBefore(area);
    const wanted = Int32Array.from({ length: 70 * 70 }, (_, at) => {
      const [x, y] = [at % 70, Math.floor(at / 70)];
      return (x < 3 && y >= 60) || (x >= 68 && y < 1) ? kernels.words[at]! : 0x11_2233;
    });
    expect(kernels.previous).toEqual(wanted);
    expect(kernels.words).toEqual(inKernels(frame).kernels?.words);
  });

  it('is put in its place from rows without gaps, in slices, and nowhere outside of the picture', () => {
    const rect = fc.record({
      x: fc.integer({ min: -1, max: 200 }),
      y: fc.integer({ min: -1, max: 900 }),
      width: fc.integer({ min: 0, max: 210 }),
      height: fc.integer({ min: 0, max: 900 }),
    });
    const [width, height] = [200, 900];
    const source = new Uint8Array(width * height * 4);
    for (let at = 0; at < source.length; at += 1) source[at] = (at * 31 + (at >> 8)) & 255;
    let slices = 0;
    fc.assert(
      fc.property(rect, (area) => {
        const { kernels } = inKernels(paint(width, height, () => 0x11_2233));
        if (kernels === undefined) throw new Error('no kernels');
        const wanted = kernels.pixels.slice();
        const read = (into: Uint8Array, from: number): void => {
          if (from > 0) slices += 1;
          into.set(source.subarray(from, from + into.length));
        };
        const isInside = area.x >= 0 && area.y >= 0 && area.width > 0 && area.x + area.width <= width && area.y + area.height <= height;
        if (isInside)
          for (let row = 0; row < area.height; row += 1)
            wanted.set(source.subarray(row * area.width * 4, (row + 1) * area.width * 4), ((area.y + row) * width + area.x) * 4);
        if (isInside) kernels.put(area, read);
        else expect(() => kernels.put(area, read)).toThrow(RangeError);
        expect(Buffer.compare(kernels.pixels, wanted)).toBe(0);
      }),
      { numRuns: 100, examples: [[{ x: 0, y: 0, width, height }], [{ x: 3, y: 7, width: 190, height: 800 }]] },
    );
    expect(slices).toBeGreaterThan(3);
  });

  it('is everything in another memory of the same size, or after memory of one’s own', () => {
    const frame = paint(70, 70, () => 0x12_3456);
    const tiles = new ChangedTiles();
    const everything = tiles.update(frame, []);
    expect(everything).toHaveLength(4);
    expect(tiles.update(inKernels(frame), [])).toEqual(everything);
    expect(tiles.update(inKernels(frame), [])).toEqual(everything);
    expect(tiles.update(frame, [])).toEqual(everything);
  });
});

describe('planar tiles', () => {
  it('have the same bytes from the kernels, and are refused at the same limit', () => {
    const reference = new Uint8Array(MAX_PLANAR_TILE_BYTES + 7);
    const tried = new Uint8Array(MAX_PLANAR_TILE_BYTES + 7);
    fc.assert(
      fc.property(pictures(64), fc.boolean(), fc.integer({ min: 0, max: 7 }), fc.nat(20_000), (frame, skipAlpha, start, someLimit) => {
        const encoder = new PlanarEncoder(skipAlpha);
        const words = [frameWords(frame), frameWords(inKernels(frame))] as const;
        for (const limit of [MAX_PLANAR_TILE_BYTES, someLimit]) {
          const { width, height } = frame;
          const end = encoder.encode(words[0], 0, 0, width, height, reference, start, limit);
          expect(encoder.encode(words[1], 0, 0, width, height, tried, start, limit)).toBe(end);
          if (end >= 0) expect(Buffer.compare(tried.subarray(start, end), reference.subarray(start, end))).toBe(0);
        }
        const whole = encoder.encode(words[0], 0, 0, frame.width, frame.height, reference, 0, MAX_PLANAR_TILE_BYTES);
        expect(encoder.encode(words[1], 0, 0, frame.width, frame.height, tried, 0, whole)).toBe(-1);
        expect(encoder.encode(words[1], 0, 0, frame.width, frame.height, tried, 0, whole + 1)).toBe(whole);
      }),
      { numRuns: 300 },
    );
  });

  it('have the same bytes anywhere in a picture, from the bottom and from the top', () => {
    const reference = new Uint8Array(MAX_PLANAR_TILE_BYTES);
    const tried = new Uint8Array(MAX_PLANAR_TILE_BYTES);
    fc.assert(
      fc.property(
        pictures(200),
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 64 }),
        fc.constantFrom('bottomUp' as const, 'topDown' as const),
        (frame, x, y, w, h, rows) => {
          const at = { x: x % frame.width, y: y % frame.height };
          const width = Math.min(w, frame.width - at.x);
          const height = Math.min(h, frame.height - at.y);
          const encoder = new PlanarEncoder(true, rows);
          const end = encoder.encode(frameWords(frame), at.x, at.y, width, height, reference, 0, MAX_PLANAR_TILE_BYTES);
          const tryEnd = encoder.encode(frameWords(inKernels(frame)), at.x, at.y, width, height, tried, 0, MAX_PLANAR_TILE_BYTES);
          expect(tryEnd).toBe(end);
          expect(Buffer.compare(tried.subarray(0, end), reference.subarray(0, end))).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('at the bottom right of the largest allowed picture stay inside the memory', () => {
    const kernels = PictureKernels.open({ width: 8192, height: 1100 })!;
    kernels.words.fill(0x55);
    const out = new Uint8Array(MAX_PLANAR_TILE_BYTES);
    expect(kernels.encodePlanar(8191, 1099, 1, 1, true, 'bottomUp', out, 0, 100)).toBeGreaterThan(0);
    expect(kernels.encodePlanar(8128, 1036, 64, 64, false, 'bottomUp', out, 0, MAX_PLANAR_TILE_BYTES)).toBeGreaterThan(0);
  });
});

it('an area of one colour is the same in the kernels, wherever in it another pixel is', () => {
  fc.assert(
    fc.property(pictures(80), fc.nat(), fc.nat(), fc.nat(), fc.nat(), fc.boolean(), (shape, x, y, w, h, flat) => {
      const frame = { ...shape, pixels: shape.pixels.slice() };
      const at = { x: x % frame.width, y: y % frame.height };
      const area = { ...at, width: 1 + (w % (frame.width - at.x)), height: 1 + (h % (frame.height - at.y)) };
      // The fourth bytes stay as they are, which do not count.
      for (let row = 0; row < frame.height; row++)
        for (let column = 0; column < frame.width; column++)
          frame.pixels.fill(0x5a, row * frame.stride + column * 4, row * frame.stride + column * 4 + 3);
      const other = (at.y + (h % area.height)) * frame.stride + (at.x + (w % area.width)) * 4 + (w % 3);
      if (!flat) frame.pixels[other] = 0x5b;
      const expected = oneColour(frameWords(frame), area);
      expect(oneColour(frameWords(inKernels(frame)), area)).toBe(expected);
      expect(expected === undefined).toBe(!flat && area.width * area.height > 1);
    }),
    { numRuns: 300 },
  );
});

it('a memory that cannot be had is no error: there are simply no kernels', () => {
  expect(PictureKernels.open({ width: 60_000, height: 60_000 })).toBeUndefined();
  expect(PictureKernels.open({ width: 8, height: 8 })).toBeDefined();
});
