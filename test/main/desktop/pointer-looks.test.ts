import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LOOK_INTERVAL_MS, PointerLooks } from '../../../src/main/desktop/x11/pointer-looks.ts';

let looks: number;
let pointer: PointerLooks;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  looks = 0;
  pointer = new PointerLooks(async () => {
    looks += 1;
  });
});
afterEach(() => {
  pointer.stop();
  vi.useRealTimers();
});

const after = (ms: number): void => void vi.advanceTimersByTime(ms);

it('what has moved is looked at at once, then no more often than it may, and once more in the end', () => {
  for (let ms = 0; ms < 4 * LOOK_INTERVAL_MS - 10; ms += 1) {
    pointer.now();
    after(1);
  }
  expect(looks).toBe(4);
  after(LOOK_INTERVAL_MS);
  expect(looks).toBe(5);
  after(1_000);
  expect(looks).toBe(5);
});

it('while pictures are read it is looked at along with them and at no other time, and once more after the last', () => {
  const at: number[] = [];
  for (let picture = 0; picture < 10; picture += 1) {
    const before = looks;
    pointer.along();
    if (looks > before) at.push(picture);
    const along = looks;
    after(5);
    pointer.maybe();
    after(28);
    expect(looks).toBe(along);
  }
  expect(at).toEqual([0, 2, 4, 6, 8]);
  after(LOOK_INTERVAL_MS);
  expect(looks).toBe(6);
  after(1_000);
  expect(looks).toBe(6);
});

it('what has moved a moment after a look is looked at along with the next picture', () => {
  pointer.along();
  pointer.now();
  expect(looks).toBe(1);
  after(10);
  pointer.along();
  expect(looks).toBe(2);
});

it('a picture that changed after a rest is reason enough, and nothing is once it is stopped', () => {
  pointer.maybe();
  expect(looks).toBe(1);
  pointer.maybe();
  pointer.stop();
  after(1_000);
  pointer.now();
  pointer.along();
  expect(looks).toBe(1);
});
