import { expect, it } from 'vitest';
import { PictureAge } from '../../../src/main/assistance/picture-age.ts';

it('is the time from reading the screen to the acknowledgement, less the way back', () => {
  const age = new PictureAge();
  expect(age.takeMs()).toBeUndefined();
  age.sent(1, 1_000);
  age.sent(2, 1_030);
  age.acknowledged(1, 1_060, 40);
  age.acknowledged(2, 1_110, 40);
  expect(age.takeMs()).toBe(50);
  expect(age.takeMs()).toBeUndefined();
});

it('counts each frame once, those before it never, and none that was forgotten', () => {
  const age = new PictureAge();
  for (const frameId of [1, 2, 3]) age.sent(frameId, frameId * 10);
  age.acknowledged(2, 120, 0);
  age.acknowledged(1, 9_000, 0);
  age.acknowledged(2, 9_000, 0);
  expect(age.takeMs()).toBe(100);
  age.forget();
  age.acknowledged(3, 9_000, 0);
  expect(age.takeMs()).toBeUndefined();
  for (let frameId = 10; frameId < 100; frameId += 1) age.sent(frameId, 0);
  age.acknowledged(20, 500, 0);
  expect(age.takeMs()).toBeUndefined();
});
