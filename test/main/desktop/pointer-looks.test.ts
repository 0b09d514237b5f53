import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AFTERWARDS_MS, LOOK_INTERVAL_MS, PointerLooks } from '../../../src/main/desktop/x11/pointer-looks.ts';

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

const after = async (ms: number): Promise<void> => void (await vi.advanceTimersByTimeAsync(ms));

it('what has moved is looked at at once, then no more often than it may, and once more in the end', async () => {
  for (let ms = 0; ms < 4 * LOOK_INTERVAL_MS - 10; ms += 1) {
    pointer.now();
    await after(1);
  }
  expect(looks).toBe(4);
  await after(LOOK_INTERVAL_MS);
  expect(looks).toBe(5);
  await after(1_000);
  expect(looks).toBe(5);
});

it('while pictures are read it is looked at along with them and at no other time, and once more after the last', async () => {
  const at: number[] = [];
  for (let picture = 0; picture < 10; picture += 1) {
    const before = looks;
    pointer.along();
    if (looks > before) at.push(picture);
    const along = looks;
    await after(5);
    pointer.maybe();
    await after(28);
    expect(looks).toBe(along);
  }
  expect(at).toEqual([0, 2, 4, 6, 8]);
  await after(AFTERWARDS_MS);
  expect(looks).toBe(6);
  await after(1_000);
  expect(looks).toBe(6);
});

it('while pictures are read a timer runs four times a second, and what moves meanwhile is looked at as soon as without them', async () => {
  const armed = vi.spyOn(globalThis, 'setTimeout');
  for (let picture = 0; picture < 30; picture += 1) {
    pointer.along();
    pointer.maybe();
    await after(33);
  }
  expect(armed.mock.calls.length).toBeLessThan(7);
  pointer.along();
  const along = looks;
  pointer.now();
  await after(LOOK_INTERVAL_MS + 1);
  expect(looks).toBe(along + 1);
});

it('one picture after a rest is reason for a second look before long', async () => {
  pointer.along();
  await after(5);
  pointer.maybe();
  await after(LOOK_INTERVAL_MS);
  expect(looks).toBe(2);
});

it('what has moved a moment after a look is looked at along with the next picture', async () => {
  pointer.along();
  pointer.now();
  expect(looks).toBe(1);
  await after(10);
  pointer.along();
  expect(looks).toBe(2);
});

it('a picture that changed after a rest is reason enough, and nothing is once it is stopped', async () => {
  pointer.maybe();
  expect(looks).toBe(1);
  pointer.maybe();
  pointer.stop();
  await after(1_000);
  pointer.now();
  pointer.along();
  expect(looks).toBe(1);
});

it('it is not asked for again before the answer, however large that is, and once more after it', async () => {
  let asked = 0;
  let answer = (): void => undefined;
  const slow = new PointerLooks(() => {
    asked += 1;
    return new Promise<void>((resolve) => {
      answer = resolve;
    });
  });
  for (let time = 0; time < 10; time += 1) {
    slow.now();
    slow.along();
    await after(LOOK_INTERVAL_MS);
  }
  expect(asked).toBe(1);
  answer();
  await after(0);
  expect(asked).toBe(2);
  answer();
  await after(1_000);
  expect(asked).toBe(2);
  slow.stop();
});
