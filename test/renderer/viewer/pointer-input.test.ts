import { describe, expect, it } from 'vitest';
import { PointerInput, type WheelTurn } from '../../../src/renderer/viewer/pointer-input.ts';

const at = { x: 10, y: 20 };
const turn = (deltaY: number, more: Partial<WheelTurn> = {}): WheelTurn => ({ deltaX: 0, deltaY, deltaMode: 0, ...more });

describe('pointer input', () => {
  it('sends only the newest position, and none twice', () => {
    const pointer = new PointerInput();
    pointer.move({ x: 1, y: 1 });
    pointer.move({ x: 2, y: 3 });
    expect(pointer.flush()).toEqual([{ tag: 'pointerMove', x: 2, y: 3 }]);
    expect(pointer.flush()).toEqual([]);
    pointer.move({ x: 2, y: 3 });
    expect(pointer.flush()).toEqual([]);
  });

  it('puts a waiting move before the button', () => {
    const pointer = new PointerInput();
    pointer.move({ x: 1, y: 1 });
    expect(pointer.press(0, at)).toEqual([
      { tag: 'pointerMove', ...at },
      { tag: 'pointerButton', button: 'left', down: true, ...at },
    ]);
    expect(pointer.flush()).toEqual([]);
    expect(pointer.press(0, at)).toEqual([]);
  });

  it('knows all five buttons, by number and by bit, and drops others', () => {
    const names = ['left', 'middle', 'right', 'x1', 'x2'];
    for (const [button, bit] of [1, 4, 2, 8, 16].entries()) {
      const pointer = new PointerInput();
      expect(pointer.press(button, at).at(-1)).toMatchObject({ button: names[button], down: true });
      expect(pointer.settle(bit, at)).toEqual([]);
      expect(pointer.settle(31 - bit, at)).toEqual([{ tag: 'pointerButton', button: names[button], down: false, ...at }]);
    }
    expect(new PointerInput().press(5, at)).toEqual([]);
    expect(new PointerInput().press(-1, at)).toEqual([]);
  });

  it('releases what is no longer down, once, and presses nothing by itself', () => {
    const pointer = new PointerInput();
    pointer.press(0, at);
    pointer.press(2, at);
    expect(pointer.settle(1 | 8, { x: 30, y: 40 })).toEqual([
      { tag: 'pointerMove', x: 30, y: 40 },
      { tag: 'pointerButton', button: 'right', down: false, x: 30, y: 40 },
    ]);
    expect(pointer.settle(0, { x: 30, y: 40 })).toEqual([{ tag: 'pointerButton', button: 'left', down: false, x: 30, y: 40 }]);
    expect(pointer.settle(0, at)).toEqual([]);
  });

  it('lets go of every button where the pointer last was', () => {
    const pointer = new PointerInput();
    pointer.press(0, at);
    pointer.press(2, at);
    expect(pointer.releaseAll()).toEqual([
      { tag: 'pointerButton', button: 'left', down: false, ...at },
      { tag: 'pointerButton', button: 'right', down: false, ...at },
    ]);
    expect(pointer.releaseAll()).toEqual([]);
  });

  it('counts notches by wheelDelta where there is one: up and right are positive', () => {
    const pointer = new PointerInput();
    expect(pointer.wheel(turn(-53, { wheelDeltaY: 120 }), at).at(-1)).toEqual({ tag: 'wheel', axis: 'vertical', delta: 120, ...at });
    expect(pointer.wheel(turn(53, { wheelDeltaY: -240 }), at)).toEqual([
      { tag: 'wheel', axis: 'vertical', delta: -120, ...at },
      { tag: 'wheel', axis: 'vertical', delta: -120, ...at },
    ]);
    expect(pointer.wheel(turn(0, { deltaX: 53, wheelDeltaX: -120, wheelDeltaY: 0 }), at)).toEqual([
      { tag: 'wheel', axis: 'horizontal', delta: 120, ...at },
    ]);
  });

  it('counts notches by delta and its unit otherwise', () => {
    const pointer = new PointerInput();
    expect(pointer.wheel(turn(-100), at).at(-1)).toEqual({ tag: 'wheel', axis: 'vertical', delta: 120, ...at });
    expect(pointer.wheel(turn(3, { deltaMode: 1 }), at)).toEqual([{ tag: 'wheel', axis: 'vertical', delta: -120, ...at }]);
    expect(pointer.wheel(turn(1, { deltaMode: 2 }), at)).toEqual([{ tag: 'wheel', axis: 'vertical', delta: -120, ...at }]);
    expect(pointer.wheel(turn(Number.NaN), at)).toEqual([]);
  });

  it('adds small turns up and starts afresh when turned back', () => {
    const pointer = new PointerInput();
    const events = Array.from({ length: 13 }, () => pointer.wheel(turn(0, { deltaY: -10, wheelDeltaY: 30 }), at)).flat();
    expect(events.filter(({ tag }) => tag === 'wheel')).toHaveLength(3);
    expect(pointer.wheel(turn(10, { wheelDeltaY: -119 }), at)).toEqual([]);
    expect(pointer.wheel(turn(10, { wheelDeltaY: -1 }), at)).toHaveLength(1);
  });

  it('bounds a wild spin', () => {
    expect(new PointerInput().wheel(turn(0, { deltaY: -1, wheelDeltaY: 1e9 }), at).length).toBeLessThanOrEqual(11);
  });
});
