import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rect } from '../../../../src/protocol/rdp/geometry.ts';
import type { PictureMove, PixelFrame } from '../../../../src/protocol/rdp/graphics/contract.ts';
import { copyOnPicture } from '../../../../src/protocol/rdp/graphics/scroll/screen-copy.ts';
import { ChangedTiles } from '../../../../src/protocol/rdp/graphics/tiles/changed-tiles.ts';
import type { ScreenCopy } from '../../../../src/protocol/rdp/pdu/drawing-orders.ts';
import { inKernels } from './kernels/in-kernels.ts';

const SCREEN = { width: 640, height: 480 } as const;
const WHOLE: Rect = { x: 0, y: 0, ...SCREEN };

/** A window at a place; what is in it depends on `seed` alone. The last one lies in front. */
interface Window extends Rect {
  readonly seed: number;
}

function screen(windows: readonly Window[]): PixelFrame {
  const { width, height } = SCREEN;
  const pixels = new Uint8Array(width * height * 4);
  const words = new Int32Array(pixels.buffer);
  for (let at = 0; at < words.length; at += 1) words[at] = ((at % width) * 5 + Math.floor(at / width) * 3) & 0xff_ffff;
  for (const { x, y, width: columns, height: rows, seed } of windows) {
    for (let row = Math.max(0, -y); row < Math.min(rows, height - y); row += 1) {
      for (let column = Math.max(0, -x); column < Math.min(columns, width - x); column += 1) {
        const ink = Math.imul(seed * 31 + (column >> 1) * 7919 + row * 104_729, 0x9e37_79b1) >>> 9;
        words[(y + row) * width + x + column] = (ink & 7) === 0 ? 0x20_2020 : 0xff_fff0 ^ (seed & 0x3f);
      }
    }
  }
  return { width, height, stride: width * 4, pixels };
}

const moved = (from: Rect, dx: number, dy: number): PictureMove => ({ from, to: { ...from, x: from.x + dx, y: from.y + dy } });
const area = (copies: readonly Rect[]): number => copies.reduce((sum, { width, height }) => sum + width * height, 0);

/** What is copied from one picture to the next; then the picture that a client has, which is as it should be wherever something was copied. */
function copiesBetween(
  before: PixelFrame,
  now: PixelFrame,
  moves: readonly PictureMove[],
  damage: readonly Rect[] = [WHOLE],
): readonly ScreenCopy[] {
  const tiles = new ChangedTiles();
  tiles.update(before, []);
  const copies = tiles.copies(now, damage, moves);
  const client = new Int32Array(before.pixels.slice().buffer);
  const is = new Int32Array(now.pixels.buffer);
  for (const copy of copies) copyOnPicture(client, SCREEN, copy);
  for (const { x, y, width, height } of copies)
    for (let row = y; row < y + height; row += 1)
      for (let column = x; column < x + width; column += 1)
        if (client[row * SCREEN.width + column] !== is[row * SCREEN.width + column]) throw new Error(`wrong at ${column},${row}`);
  return copies;
}

const BELOW: Window = { x: 30, y: 20, width: 300, height: 260, seed: 5 };
const DRAGGED: Window = { x: 100, y: 110, width: 251, height: 173, seed: 11 };
const IN_FRONT: Window = { x: 220, y: 90, width: 100, height: 120, seed: 3 };
const at = (window: Window, dx: number, dy: number): Window => ({ ...window, x: window.x + dx, y: window.y + dy });

describe('a window that has moved', () => {
  it.each([
    [13, 7],
    [-13, -9],
    [40, -30],
    [-1, 22],
    [9, 0],
    [-70, 0],
    [0, 90],
  ])('by %i,%i is copied, nearly all of it', (dx, dy) => {
    const copies = copiesBetween(screen([BELOW, DRAGGED]), screen([BELOW, at(DRAGGED, dx, dy)]), [moved(DRAGGED, dx, dy)]);
    expect(area(copies)).toBeGreaterThan(0.98 * DRAGGED.width * DRAGGED.height);
    expect(area(copies)).toBeLessThanOrEqual(DRAGGED.width * DRAGGED.height);
    expect(copies.length).toBeLessThan(8);
  });

  it('is not copied where nobody says that it has moved sideways', () => {
    expect(copiesBetween(screen([BELOW, DRAGGED]), screen([BELOW, at(DRAGGED, 13, 7)]), [])).toEqual([]);
  });

  it('is copied around what lies in front of it', () => {
    const now = [BELOW, at(DRAGGED, 15, 12), IN_FRONT];
    const copies = copiesBetween(screen([BELOW, DRAGGED, IN_FRONT]), screen(now), [moved(DRAGGED, 15, 12)]);
    expect(area(copies)).toBeGreaterThan(0.2 * DRAGGED.width * DRAGGED.height);
    // What comes out from under the window in front is nowhere on the client's screen.
    expect(area(copies)).toBeLessThan(0.8 * DRAGGED.width * DRAGGED.height);
  });

  it('is not copied where it has not changed anything, hidden behind others', () => {
    const front: Window = { ...WHOLE, seed: 0 };
    const windows = (dx: number) => screen([at(DRAGGED, dx, 0), front]);
    expect(copiesBetween(windows(0), windows(20), [moved(DRAGGED, 20, 0)])).toEqual([]);
  });

  it('is copied as far as it is and was on the screen', () => {
    for (const [dx, dy] of [
      [-260, -150],
      [400, 300],
    ] as const) {
      const out = at(DRAGGED, dx, dy);
      const copies = copiesBetween(screen([out]), screen([at(out, -Math.sign(dx) * 20, 8)]), [moved(out, -Math.sign(dx) * 20, 8)]);
      expect(area(copies)).toBeGreaterThan(5_000);
    }
  });

  it.each([
    { dx: 20, dy: 24, only: { x: 64, y: 160 }, count: 5 },
    { dx: -20, dy: -24, only: { x: 128, y: 60 }, count: 5 },
    { dx: 0, dy: 24, only: { x: 64, y: 160 }, count: 4 },
    { dx: 0, dy: -24, only: { x: 64, y: 60 }, count: 4 },
  ])('by $dx,$dy is exact where columns beside each other have moved in some of the same rows', ({ dx, dy, only, count }) => {
    const window: Window = { ...WHOLE, seed: 7 };
    const now = screen([at(window, dx, dy)]);
    const words = new Int32Array(now.pixels.buffer);
    words.fill(0x12_3456, 100 * SCREEN.width + 64, 100 * SCREEN.width + 192);
    words.fill(0x12_3456, only.y * SCREEN.width + only.x, only.y * SCREEN.width + only.x + 64);
    const damage = [{ x: 64, y: 30, width: 128, height: 200 }];
    expect(copiesBetween(screen([window]), now, [moved(window, dx, dy)], damage)).toHaveLength(count);
  });

  it.each([20, 0])('by %i,24 is copied on both sides of columns that have changed', (dx) => {
    const window: Window = { ...WHOLE, seed: 7 };
    const now = screen([at(window, dx, 24)]);
    const words = new Int32Array(now.pixels.buffer);
    for (let y = 0; y < 300; y += 1) words.fill(y, y * SCREEN.width + 128, y * SCREEN.width + 192);
    const damage = [{ x: 64, y: 30, width: 192, height: 200 }];
    expect(copiesBetween(screen([window]), now, [moved(window, dx, 24)], damage).map(({ x, width }) => ({ x, width }))).toEqual(
      (dx > 0 ? [192, 64] : [64, 192]).map((x) => ({ x, width: 64 })),
    );
  });

  it('is found among several moves that are told of it, and so are several windows, one over the other', () => {
    const [one, other] = [at(DRAGGED, 21, -8), at(IN_FRONT, -14, 33)];
    const told = [moved(DRAGGED, 12, -5), moved(DRAGGED, 21, -8), moved(DRAGGED, 30, -11), moved(IN_FRONT, -14, 33)];
    const copies = copiesBetween(screen([BELOW, DRAGGED, IN_FRONT]), screen([BELOW, one, other]), told);
    for (const [dx, dy] of [
      [21, -8],
      [-14, 33],
    ])
      expect(area(copies.filter(({ x, y, fromX, fromY }) => x - fromX === dx && y - fromY === dy))).toBeGreaterThan(9_000);
  });

  it('is copied once, by what explains most of it, whatever explains its blank part as well', () => {
    const blank = { x: DRAGGED.x, y: DRAGGED.y + 60, width: DRAGGED.width, height: DRAGGED.height - 60 };
    const frame = (dx: number, dy: number): PixelFrame => {
      const painted = screen([at(DRAGGED, dx, dy)]);
      const words = new Int32Array(painted.pixels.buffer);
      for (let row = blank.y + dy; row < blank.y + dy + blank.height; row += 1)
        words.fill(0xff_ffff, row * SCREEN.width + blank.x + dx, row * SCREEN.width + blank.x + dx + blank.width);
      return painted;
    };
    const told = [moved(DRAGGED, 30, 40), moved(DRAGGED, 21, 33), moved(DRAGGED, 10, 20)];
    const copies = copiesBetween(frame(0, 0), frame(21, 33), told);
    const isMoved = ({ x, y, fromX, fromY }: ScreenCopy) => x - fromX === 21 && y - fromY === 33;
    expect(copies.every(isMoved)).toBe(true);
    expect(area(copies)).toBeGreaterThan(0.98 * DRAGGED.width * DRAGGED.height);
  });

  it('is found among the first sixteen that are told, and where it is worth a copy', () => {
    const copied = (window: Window, ...before: readonly PictureMove[]) =>
      copiesBetween(screen([window]), screen([at(window, 20, 10)]), [...before, moved(window, 20, 10)]).length > 0;
    const others = Array.from({ length: 16 }, (_, index) => moved(DRAGGED, 40 + index, 30));
    expect(copied(DRAGGED, ...others.slice(1))).toBe(true);
    expect(copied(DRAGGED, ...others)).toBe(false);
    expect(copied({ ...DRAGGED, x: 128, width: 84, height: 64 })).toBe(true);
    expect(copied({ ...DRAGGED, x: 128, width: 84, height: 48 })).toBe(false);
  });

  it('keeps its top left part where its size has changed, too', () => {
    const to = { ...at(DRAGGED, 25, 10), width: 300, height: 120 };
    const copies = copiesBetween(screen([DRAGGED]), screen([to]), [{ from: DRAGGED, to }]);
    expect(area(copies)).toBeGreaterThan(0.95 * DRAGGED.width * to.height);
  });

  it('is looked for only where something may have changed', () => {
    const damage = [{ x: 0, y: 0, width: 640, height: 200 }];
    const copies = copiesBetween(screen([DRAGGED]), screen([at(DRAGGED, 20, 10)]), [moved(DRAGGED, 20, 10)], damage);
    for (const { y, height } of copies) expect(y + height).toBeLessThanOrEqual(204);
    expect(copies).not.toEqual([]);
  });

  it('is found alike in the kernels, and whatever is told leaves nothing wrong', () => {
    const place = fc.record({
      x: fc.integer({ min: -90, max: 600 }),
      y: fc.integer({ min: -90, max: 440 }),
      width: fc.integer({ min: 1, max: 400 }),
      height: fc.integer({ min: 1, max: 300 }),
    });
    const step = fc.integer({ min: -70, max: 70 });
    let copied = 0;
    fc.assert(
      fc.property(
        fc.array(fc.record({ place, seed: fc.nat(50), dx: step, dy: step, told: fc.constantFrom('so', 'so', 'otherwise', 'not') }), {
          minLength: 1,
          maxLength: 4,
        }),
        (windows) => {
          const before = screen(windows.map((window) => ({ ...window.place, seed: window.seed })));
          const now = screen(windows.map((window) => ({ ...at({ ...window.place, seed: window.seed }, window.dx, window.dy) })));
          const moves = windows.flatMap((window) => {
            if (window.told === 'not') return [];
            const move = moved(window.place, window.dx, window.dy);
            return window.told === 'so' ? [move] : [{ from: move.from, to: { ...move.to, x: move.to.x + 3 } }];
          });
          const copies = copiesBetween(before, now, moves);
          copied += copies.length;
          const tiles = new ChangedTiles();
          const reference = new ChangedTiles();
          const memory = inKernels(before);
          tiles.update(memory, []);
          reference.update(before, []);
          inKernels(now, memory);
          expect(tiles.copies(memory, [WHOLE], moves)).toEqual(copies);
          reference.copies(now, [WHOLE], moves);
          expect(tiles.update(memory, [WHOLE])).toEqual(reference.update(now, [WHOLE]));
        },
      ),
      { numRuns: 60 },
    );
    expect(copied).toBeGreaterThan(10);
  });
});
