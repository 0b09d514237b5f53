import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeQuestion } from '../../../src/main/shell/window-bounds.ts';

const SIZE = { width: 640, height: 650 };
const SCREEN = { x: 0, y: 0, width: 1920, height: 1040 };

const inside = (outer: typeof SCREEN, inner: typeof SCREEN) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;
const holds = ({ x, y, width, height }: typeof SCREEN, at: { x: number; y: number }) =>
  at.x >= x && at.x < x + width && at.y >= y && at.y < y + height;
const apart = (a: typeof SCREEN, b: typeof SCREEN) =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

describe('the place of a question', () => {
  it('is in the middle where nothing is in the way', () => {
    expect(placeQuestion(SIZE, { x: 20, y: 20 }, undefined, SCREEN)).toEqual({ x: 640, y: 195, ...SIZE });
  });

  it('is on the screen, away from the pointer and from the window with Stop, wherever these are', () => {
    const panel = { x: 1524, y: 464, width: 380, height: 560 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1919 }), fc.integer({ min: 0, max: 1039 }), (x, y) => {
        const place = placeQuestion(SIZE, { x, y }, panel, SCREEN);
        expect(inside(SCREEN, place)).toBe(true);
        expect(holds(place, { x, y })).toBe(false);
        expect(apart(place, panel)).toBe(true);
      }),
    );
  });

  it('fits a screen that is smaller than it', () => {
    const small = { x: 100, y: 0, width: 640, height: 360 };
    expect(placeQuestion(SIZE, { x: 400, y: 180 }, { x: 400, y: 100, width: 200, height: 200 }, small)).toEqual({ ...small });
  });

  it.each([
    ['bottom', 560, 0],
    ['top', 8, 8 + 152],
  ])('is lower than it would be, above or below the bar at the %s, rather than under it', (_, at, y) => {
    const screen = { x: 0, y: 0, width: 1280, height: 720 };
    const bar = { x: 8, y: at, width: 1264, height: 152 };
    const place = placeQuestion(SIZE, { x: 640, y: at + 40 }, bar, screen);
    expect(apart(place, bar)).toBe(true);
    expect(place).toMatchObject({ y, height: 520 });
  });

  it('has its answers elsewhere than the button that was just pressed, where the whole cannot be', () => {
    const screen = { x: 0, y: 0, width: 1280, height: 720 };
    const pressed = { x: 466, y: 590 };
    const { x, y, width, height } = placeQuestion(SIZE, pressed, undefined, screen);
    expect(holds({ x, y: y + height - 150, width, height: 150 }, pressed)).toBe(false);
  });
});
