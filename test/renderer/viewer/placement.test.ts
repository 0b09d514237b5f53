import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { picturePoint, placePicture } from '../../../src/renderer/viewer/placement.ts';

describe('placement', () => {
  it('fits the picture into the room in its own proportions', () => {
    expect(placePicture({ width: 1920, height: 1080 }, { width: 960, height: 900 }, 'fit', 1)).toEqual({
      width: 960,
      height: 540,
      rendering: 'auto',
    });
    expect(placePicture({ width: 800, height: 600 }, { width: 500, height: 1500 }, 'fit', 1)).toMatchObject({ width: 500, height: 375 });
  });

  it.each([
    [1, 800],
    [1.25, 640],
    [1.5, 1_066.67],
    [2, 800],
    [2.5, 960],
    [3, 800],
  ])('makes nothing larger than it is, where the room would allow it, at a scale of %s', (scale, width) => {
    const placed = placePicture({ width: 800, height: 600 }, { width: 5_000, height: 5_000 }, 'fit', scale);
    expect(placed.width).toBeCloseTo(width, 1);
    expect(placed.rendering).toBe('pixelated');
  });

  it('is sharp where a picture pixel is a whole number of screen pixels', () => {
    expect(placePicture({ width: 800, height: 600 }, { width: 800, height: 700 }, 'fit', 1)).toEqual({
      width: 800,
      height: 600,
      rendering: 'pixelated',
    });
    expect(placePicture({ width: 800, height: 600 }, { width: 800, height: 600 }, 'fit', 2).rendering).toBe('pixelated');
    expect(placePicture({ width: 800, height: 600 }, { width: 400, height: 300 }, 'fit', 2).rendering).toBe('pixelated');
    expect(placePicture({ width: 800, height: 600 }, { width: 799, height: 600 }, 'fit', 1).rendering).toBe('auto');
  });

  it('is rather sharp than a little larger', () => {
    const picture = { width: 800, height: 600 };
    const actual = { width: 400, height: 300, rendering: 'pixelated' };
    expect(placePicture(picture, { width: 425, height: 350 }, 'fit', 2)).toEqual(actual);
    expect(placePicture(picture, { width: 450, height: 350 }, 'fit', 2)).toEqual({ width: 450, height: 337.5, rendering: 'auto' });
  });

  it('shows actual size in screen pixels, whatever the room', () => {
    expect(placePicture({ width: 800, height: 600 }, { width: 10, height: 10 }, 'actual', 1)).toEqual({
      width: 800,
      height: 600,
      rendering: 'pixelated',
    });
    expect(placePicture({ width: 800, height: 600 }, { width: 10, height: 10 }, 'actual', 2)).toEqual({
      width: 400,
      height: 300,
      rendering: 'pixelated',
    });
  });

  it('does not vanish in a window without room', () => {
    expect(placePicture({ width: 800, height: 600 }, { width: 0, height: 0 }, 'fit', 1).width).toBe(800);
  });

  it.each([1, 1.25, 1.5, 2])('counts pixels of the screen from where the picture is painted, at a scale of %s', (scale) => {
    const picture = { width: 501, height: 333 };
    // In CSS pixels, as a page hears them: rounded, and begun between two pixels of the screen.
    for (const begin of [99.2, 99.5, 99.8]) {
      const box = { left: begin / scale, top: begin / scale, width: 501 / scale, height: 333 / scale };
      for (const at of [0, 1, 2, 17, 332]) {
        const css = Math.fround((Math.round(begin) + at) / scale);
        expect(picturePoint({ x: css, y: css }, box, picture, scale)).toEqual({ x: at, y: at });
      }
    }
  });

  it('maps each shown pixel to its own and never leaves the picture', () => {
    const picture = { width: 1920, height: 1080 };
    const box = { left: 100, top: 50, width: 960, height: 540 };
    expect(picturePoint({ x: 100, y: 50 }, box, picture, 1)).toEqual({ x: 0, y: 0 });
    expect(picturePoint({ x: 580, y: 320 }, box, picture, 1)).toEqual({ x: 960, y: 540 });
    expect(picturePoint({ x: 1059.9, y: 589.9 }, box, picture, 1)).toEqual({ x: 1919, y: 1079 });
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (x, y) => {
        const point = picturePoint({ x, y }, box, picture, 1);
        expect(point.x).toBeGreaterThanOrEqual(0);
        expect(point.x).toBeLessThan(1920);
        expect(point.y).toBeGreaterThanOrEqual(0);
        expect(point.y).toBeLessThan(1080);
      }),
    );
    expect(picturePoint({ x: 5, y: 5 }, { left: 0, top: 0, width: 0, height: 0 }, picture, 1)).toEqual({ x: 0, y: 0 });
  });
});
