import { describe, expect, it } from 'vitest';
import { InputQueue } from '../../../src/main/desktop/input-queue.ts';
import type { InputEvent } from '../../../src/protocol/rdp/input/events.ts';

const text: InputEvent = { tag: 'unicode', codeUnit: 0x61, down: true };
const move: InputEvent = { tag: 'pointerMove', x: 1, y: 2 };
const wheel: InputEvent = { tag: 'wheel', axis: 'vertical', delta: 120, x: 0, y: 0 };
const press: InputEvent = { tag: 'pointerButton', button: 'left', down: true, x: 1, y: 2 };
const control: InputEvent = { tag: 'key', scancode: 0x1d, prefix: 'none', down: true };

describe('input that waits', () => {
  it('lets moves and the wheel pass text by, but no move pass a button and no wheel a key', () => {
    const queue = new InputQueue();
    const may = () => [move, wheel, press, text].map((event) => queue.mayOvertake(event));
    queue.push(text);
    expect(may()).toEqual([true, true, false, false]);
    queue.push(control);
    expect(may()).toEqual([true, false, false, false]);
    queue.push(press);
    expect(may()).toEqual([false, false, false, false]);
    for (const event of [text, control, press]) {
      expect(queue.first).toBe(event);
      queue.done();
    }
    expect(queue.first).toBeUndefined();
    expect(may()).toEqual([false, false, false, false]);
  });

  it('keeps moves in order where no text waits, and forgets those that a later one has passed', () => {
    const queue = new InputQueue();
    queue.push(move);
    expect(queue.mayOvertake(move)).toBe(false);
    queue.push(text);
    queue.push({ ...move });
    queue.push(press);
    expect(queue.first).toBe(move);
    queue.begin();
    queue.overtake();
    expect(queue.first).toBe(move);
    // The one under way is carried out; of the others only what is no move.
    queue.done();
    expect(queue.first).toBe(text);
    queue.done();
    expect(queue.first).toBe(press);
    queue.done();
    queue.push(move);
    expect(queue.first).toBe(move);
  });

  it('keeps a long text whole and in order, and refuses aloud what nobody types', () => {
    const queue = new InputQueue();
    const count = 5_000;
    for (let codeUnit = 0; codeUnit < count; codeUnit += 1) queue.push({ tag: 'unicode', codeUnit, down: true });
    for (let codeUnit = 0; codeUnit < count; codeUnit += 1) {
      expect(queue.first).toMatchObject({ codeUnit });
      queue.done();
    }
    const flood = () => {
      for (let number = 0; number < 300_000; number += 1) queue.push(text);
    };
    expect(flood).toThrow(expect.objectContaining({ code: 'LOST' }));
    queue.clear();
    expect(queue.mayOvertake(move)).toBe(false);
  });
});
