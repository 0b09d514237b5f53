import { describe, expect, it } from 'vitest';
import type { Rect } from '../../../../../src/protocol/rdp/geometry.ts';
import { MotionFinder, STILL_MS } from '../../../../../src/protocol/rdp/graphics/film/motion-finder.ts';

const SCREEN = { width: 1_280, height: 720 };
const FRAME_MS = 33;

/** A changed rectangle as it is told: cut along the 64×64 grid. */
function tiled({ x, y, width, height }: Rect): Rect[] {
  const areas: Rect[] = [];
  for (let top = y; top < y + height; top = (top & ~63) + 64) {
    for (let left = x; left < x + width; left = (left & ~63) + 64) {
      const right = Math.min(x + width, (left & ~63) + 64);
      const bottom = Math.min(y + height, (top & ~63) + 64);
      areas.push({ x: left, y: top, width: right - left, height: bottom - top });
    }
  }
  return areas;
}

interface Step {
  readonly changed: readonly Rect[];
  readonly copies?: readonly Rect[];
  readonly stillMs?: number;
}

/** What is found after each of the frames, 33 ms apart. */
function foundIn(
  finder: MotionFinder,
  count: number,
  step: (frame: number) => Step,
  startMs = 0,
  frameMs = FRAME_MS,
): (Rect | undefined)[] {
  return Array.from({ length: count }, (_, frame) => {
    const { changed, copies = [], stillMs = 0 } = step(frame);
    return finder.look({ areas: changed.flatMap(tiled), copies, stillMs, nowMs: startMs + frame * frameMs });
  });
}

const VIDEO = { x: 40, y: 209, width: 640, height: 360 };

describe('what moves as a film', () => {
  it('is found at the sixth frame, exactly, and stays the same', () => {
    const found = foundIn(new MotionFinder(SCREEN), 40, () => ({ changed: [VIDEO] }));
    expect(found.findIndex((box) => box !== undefined)).toBe(5);
    // Its edges are even.
    for (const box of found.slice(5)) expect(box).toEqual({ x: 40, y: 208, width: 640, height: 362 });
    expect(new Set(found.slice(5)).size).toBe(1);
  });

  it('may be the whole screen, also one of an odd size', () => {
    const [box] = foundIn(new MotionFinder({ width: 1_279, height: 719 }), 8, () => ({
      changed: [{ x: 0, y: 0, width: 1_279, height: 719 }],
    })).slice(-1);
    expect(box).toEqual({ x: 0, y: 0, width: 1_278, height: 718 });
  });

  it('is not a single column or row, which no encoder takes', () => {
    for (const size of [
      { width: 1, height: 719 },
      { width: 1_279, height: 1 },
    ]) {
      const found = foundIn(new MotionFinder(size), 8, () => ({ changed: [{ x: 0, y: 0, ...size }] }));
      expect(found.filter((box) => box !== undefined)).toEqual([]);
    }
  });

  it('is found although a tile of it rests now and then, and although its edges are calm', () => {
    const found = foundIn(new MotionFinder(SCREEN), 10, (frame) => ({
      changed: [{ ...VIDEO, x: VIDEO.x + (frame % 3) * 4, width: VIDEO.width - (frame % 3) * 4 }],
    }));
    expect(found.at(-1)).toEqual({ x: 40, y: 208, width: 640, height: 362 });
  });

  it('is found beside something that changes twice as often', () => {
    const clock = { x: 900, y: 20, width: 40, height: 30 };
    const found = foundIn(new MotionFinder(SCREEN), 24, (frame) => ({ changed: frame % 2 === 0 ? [VIDEO, clock] : [clock] }), 0, 16);
    expect(found.at(-1)).toEqual({ x: 40, y: 208, width: 640, height: 362 });
  });
});

describe('what is no film', () => {
  const none = (count: number, step: (frame: number) => Step): void =>
    expect(foundIn(new MotionFinder(SCREEN), count, step).filter((box) => box !== undefined)).toEqual([]);

  it('typing and small things that blink', () => none(30, () => ({ changed: [{ x: 100, y: 100, width: 40, height: 20 }] })));

  it('three tiles', () => none(30, () => ({ changed: [{ x: 64, y: 64, width: 192, height: 64 }] })));

  it('tiles here and there', () =>
    none(30, () => ({
      changed: Array.from({ length: 8 }, (_, i) => ({ x: 64 * i, y: 64 * i, width: 64, height: 64 })),
    })));

  it('what scrolls in beside what was copied', () =>
    none(40, () => ({
      changed: [{ x: 0, y: 660, width: 1_280, height: 60 }],
      copies: [{ x: 0, y: 0, width: 1_280, height: 660 }],
    })));

  it('a window that is dragged', () =>
    none(40, (frame) => ({ changed: [{ x: 100 + frame * 12, y: 100 + frame * 6, width: 400, height: 300 }] })));

  it('pictures with a rest before each, however many', () => {
    const slides = (stillMs: number) =>
      foundIn(new MotionFinder(SCREEN), 30, () => ({ changed: [{ x: 0, y: 0, ...SCREEN }], stillMs }), 0, 350);
    expect(slides(STILL_MS).filter((box) => box !== undefined)).toEqual([]);
    // As late on a thin line, but it never rests.
    expect(slides(0).at(-1)).toBeDefined();
  });

  it('a few pictures, one after the other', () => none(5, () => ({ changed: [{ x: 0, y: 0, ...SCREEN }] })));
});

describe('the end of a film', () => {
  function playing(): MotionFinder {
    const finder = new MotionFinder(SCREEN);
    expect(foundIn(finder, 12, () => ({ changed: [VIDEO] })).at(-1)).toBeDefined();
    return finder;
  }
  const LAST_MS = 11 * FRAME_MS;

  it('comes when it has rested, and not before, and it says when to look', () => {
    const finder = playing();
    expect(finder.dueMs).toBe(LAST_MS + STILL_MS);
    expect(STILL_MS).toBeLessThan(300);
    const rest = { areas: [], copies: [] };
    expect(finder.look({ ...rest, nowMs: LAST_MS + STILL_MS - 1 })).toBeDefined();
    expect(finder.look({ ...rest, nowMs: LAST_MS + STILL_MS })).toBeUndefined();
    expect(finder.dueMs).toBeUndefined();
  });

  it('comes although something else goes on', () => {
    const finder = playing();
    const found = foundIn(finder, 12, () => ({ changed: [{ x: 900, y: 20, width: 40, height: 30 }] }), LAST_MS + FRAME_MS);
    expect(found[5]).toBeDefined();
    expect(found.at(-1)).toBeUndefined();
  });

  it('comes when it has grown cheap', () => {
    const found = foundIn(playing(), 20, () => ({ changed: [{ x: 100, y: 300, width: 64, height: 40 }] }), LAST_MS + FRAME_MS);
    expect(found[5]).toBeDefined();
    expect(found.at(-1)).toBeUndefined();
  });

  it('comes at once when its page is scrolled', () => {
    const copies = [{ x: 0, y: 100, width: 1_280, height: 500 }];
    expect(foundIn(playing(), 1, () => ({ changed: [VIDEO], copies }), LAST_MS + FRAME_MS)).toEqual([undefined]);
  });

  it('is followed by another one that is just as hard to find', () => {
    const finder = playing();
    const copies = [{ x: 0, y: 100, width: 1_280, height: 500 }];
    foundIn(finder, 1, () => ({ changed: [VIDEO], copies }), LAST_MS + FRAME_MS);
    const again = foundIn(finder, 12, () => ({ changed: [VIDEO] }), LAST_MS + 2 * FRAME_MS);
    expect(again.findIndex((box) => box !== undefined)).toBe(5);
  });
});

describe('the rectangle of a film', () => {
  const whole = { x: 0, y: 0, ...SCREEN };
  function afterwards(changed: readonly Rect[]): (Rect | undefined)[] {
    const finder = new MotionFinder(SCREEN);
    foundIn(finder, 12, () => ({ changed: [VIDEO] }));
    return foundIn(finder, 30, () => ({ changed }), 12 * FRAME_MS);
  }

  it('grows when the film does, once', () => {
    const boxes = afterwards([whole]);
    expect(boxes.at(-1)).toEqual(whole);
    expect(new Set(boxes).size).toBe(2);
  });

  it('stays while a part of it moves', () => {
    expect(new Set(afterwards([{ ...VIDEO, height: 250 }])).size).toBe(1);
  });

  it('does not follow something smaller elsewhere', () => {
    expect(new Set(afterwards([VIDEO, { x: 800, y: 500, width: 256, height: 180 }])).size).toBe(1);
  });
});

it('a film goes on while something scrolls beside it', () => {
  const finder = new MotionFinder(SCREEN);
  foundIn(finder, 12, () => ({ changed: [VIDEO] }));
  const scrolled = {
    changed: [VIDEO, { x: 680, y: 500, width: 300, height: 69 }],
    copies: [{ x: 680, y: 209, width: 300, height: 291 }],
  };
  const boxes = foundIn(finder, 30, () => scrolled, 12 * FRAME_MS);
  expect(new Set(boxes).size).toBe(1);
  expect(boxes[0]).toBeDefined();
});
