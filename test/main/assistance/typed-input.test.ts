import { describe, expect, it } from 'vitest';
import { TypedInput, typedIn } from '../../../src/main/assistance/typed-input.ts';
import type { InputEvent } from '../../../src/protocol/rdp/input/events.ts';

const SHIFT = 42;
const key = (scancode: number, down: boolean): InputEvent => ({ tag: 'key', scancode, prefix: 'none', down });
const move: InputEvent = { tag: 'pointerMove', x: 1, y: 2 };
const click: InputEvent = { tag: 'pointerButton', button: 'left', down: true, x: 1, y: 2 };

describe('what was typed on a connection that broke', () => {
  it('only keys count, and what has come is not typed again', () => {
    const typed = new TypedInput();
    const events = [key(30, true), move, key(30, false), click, key(31, true), key(31, false)];
    typed.sent(events);
    expect(typedIn(events)).toBe(4);
    expect(typed.missing(4)).toEqual([]);
    expect(typed.missing(2)).toEqual([key(31, true), key(31, false)]);
    expect(typed.missing(0)).toEqual([key(30, true), key(30, false), key(31, true), key(31, false)]);
    // A count that cannot be is nobody's.
    expect(typed.missing(5)).toEqual([]);
  });

  it('with the modifiers that it was typed with, and nothing stays down', () => {
    const typed = new TypedInput();
    typed.sent([key(SHIFT, true), key(30, true), key(30, false), key(31, true)]);
    expect(typed.missing(3)).toEqual([key(SHIFT, true), key(31, true), key(31, false), key(SHIFT, false)]);
    // A key that came down and whose release is missing was let go of: it is not pressed once more.
    typed.sent([key(31, false), key(SHIFT, false)]);
    expect(typed.missing(4)).toEqual([]);
  });

  it('what was typed long ago has come, whatever the other side counts', () => {
    const typed = new TypedInput();
    for (let round = 0; round < 1_000; round += 1) typed.sent([key(30, true), key(30, false)]);
    expect(typed.missing(3)).toEqual([]);
    expect(typed.missing(1_998)).toEqual([key(30, true), key(30, false)]);
  });
});
