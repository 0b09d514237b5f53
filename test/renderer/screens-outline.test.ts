import { expect, it } from 'vitest';
import { screensOutline } from '../../src/renderer/screens-outline.ts';

it('stands as the screens do, with a little between them, and nothing is less than nothing', () => {
  const { viewBox, places } = screensOutline([
    { x: -2_000, y: 10, width: 2_000, height: 1_000 },
    { x: 0, y: 20, width: 60, height: 50 },
  ]);
  expect(viewBox).toBe('-2000 10 2060 1000');
  expect(places.map(({ x, y, width, height }) => [x, y, width, height].map(Math.round))).toEqual([
    [-1_938, 72, 1_876, 876],
    [62, 82, 0, 0],
  ]);
});
