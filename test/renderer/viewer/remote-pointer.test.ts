import { expect, it } from 'vitest';
import { cursorScale, cursorScales } from '../../../src/renderer/viewer/remote-pointer.ts';

it.each([
  ['as large as the picture around it', 32, 2, 1, 2],
  ['on a dense screen too', 32, 1, 2, 2],
  ['a shrunk picture shrinks a large pointer', 96, 0.5, 1, 0.5],
  ['but none so far that it is hard to see', 24, 0.5, 1, 20 / 24],
  ['and none is made larger for that', 16, 0.25, 1, 1],
  ['on a dense screen in screen pixels', 64, 0.25, 2, 40 / 64],
  ['almost the same is left sharp', 32, 1.03, 1, 1],
  ['never larger than Chromium shows', 384, 1, 1, 128 / 384],
  ['however large the picture is', 64, 4, 1, 2],
])('%s', (_what, side, shownScale, devicePixelRatio, scale) => {
  expect(cursorScale(side, shownScale, devicePixelRatio)).toBeCloseTo(scale, 6);
});

it.each([
  ['another one, where it reaches beyond the window', 64, 1, 1, [1, 0.5]],
  ['as large there on a dense screen', 96, 1, 2, [2, 64 / 96]],
  ['itself where it is no larger than that', 32, 1, 1, [1]],
  ['itself where it is shown no larger than that', 96, 0.3, 1, [0.3]],
])('is %s', (_what, side, shownScale, devicePixelRatio, scales) => {
  expect(cursorScales(side, shownScale, devicePixelRatio)).toEqual(scales);
});
