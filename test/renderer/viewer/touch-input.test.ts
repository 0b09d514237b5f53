import { describe, expect, it } from 'vitest';
import { type Touch, TouchInput } from '../../../src/renderer/viewer/touch-input.ts';
import type { InputEvent } from '../../../src/protocol/rdp/input/events.ts';

/** A picture at half its size: what is 10 pixels on the screen is 20 on the desktop. */
const finger = (id: number, x: number, y: number): Touch => ({ id, at: { x: x * 2, y: y * 2 }, screen: { x, y } });
const move = (x: number, y: number): InputEvent => ({ tag: 'pointerMove', x, y });
const button = (name: 'left' | 'right', down: boolean, x: number, y: number): InputEvent => ({
  tag: 'pointerButton',
  button: name,
  down,
  x,
  y,
});
const wheel = (axis: 'vertical' | 'horizontal', delta: number, x: number, y: number): InputEvent => ({ tag: 'wheel', axis, delta, x, y });

describe('touch input', () => {
  it('drags with one finger from where it came, once it has left that place', () => {
    const touch = new TouchInput();
    expect(touch.down(finger(1, 10, 10))).toEqual([]);
    expect(touch.waitsForLongPress).toBe(true);
    expect(touch.move(finger(1, 12, 12))).toEqual([]);
    expect(touch.move(finger(1, 40, 10))).toEqual([move(20, 20), button('left', true, 20, 20), move(80, 20)]);
    expect(touch.waitsForLongPress).toBe(false);
    expect(touch.heldLong()).toEqual([]);
    expect(touch.down(finger(2, 90, 90))).toEqual([]);
    expect(touch.up(finger(1, 50, 10))).toEqual([move(100, 20), button('left', false, 100, 20)]);
  });

  it('scrolls with two, a notch for each part of the way, and does not click then', () => {
    const touch = new TouchInput();
    touch.down(finger(1, 50, 50));
    touch.down(finger(2, 90, 50));
    expect(touch.move(finger(1, 50, 70))).toEqual([]);
    expect(touch.move(finger(1, 50, 135))).toEqual([move(100, 100), wheel('vertical', 120, 100, 100), wheel('vertical', 120, 100, 100)]);
    expect(touch.move(finger(2, 90, 500))).toEqual([]);
    expect(touch.move(finger(1, 92, 135))).toEqual([move(100, 100), wheel('horizontal', -120, 100, 100)]);
    expect(touch.up(finger(1, 92, 135))).toEqual([]);
    expect(touch.move(finger(2, 10, 10))).toEqual([]);
    expect(touch.up(finger(2, 90, 50))).toEqual([]);
    touch.down(finger(3, 1, 1));
    expect(touch.up(finger(3, 1, 1))).toEqual([move(2, 2), button('left', true, 2, 2), button('left', false, 2, 2)]);
  });

  it('lets go of what it drags when the fingers are taken away', () => {
    const touch = new TouchInput();
    touch.down(finger(1, 10, 10));
    touch.move(finger(1, 40, 10));
    expect(touch.releaseAll()).toEqual([move(80, 20), button('left', false, 80, 20)]);
    expect(touch.releaseAll()).toEqual([]);
    expect(touch.up(finger(1, 40, 10))).toEqual([]);
  });
});
