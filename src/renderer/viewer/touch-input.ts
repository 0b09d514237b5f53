import type { InputEvent, PointerButton } from '../../protocol/rdp/input/events.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A finger that stays for this long asks for the right button. */
export const LONG_PRESS_MS = 550;
/** Pixels of the screen that a finger may stray without moving. */
const STRAY_PIXELS = 12;
/** Pixels of the screen for one notch of the wheel. */
const NOTCH_PIXELS = 40;
const WHEEL_NOTCH = 120;

/** A finger or the tip of a pen. `at` is where it is on the novice's desktop, `screen` where on the expert's. */
export interface Touch {
  readonly id: number;
  readonly at: Point;
  readonly screen: Point;
}

type Gesture =
  | { readonly tag: 'none' }
  /** One finger is down and has not moved: a tap, a long press, or the beginning of a drag or of two fingers. */
  | { readonly tag: 'one'; readonly first: Touch }
  | { readonly tag: 'drag'; readonly id: number; readonly last: Point }
  /** Two fingers: a tap with both, until they move. */
  | { readonly tag: 'two'; readonly first: Touch; readonly others: ReadonlySet<number>; readonly scrolled: Point; readonly moved: boolean }
  /** What has been done is done; the fingers that are left mean nothing. */
  | { readonly tag: 'over'; readonly ids: ReadonlySet<number> };

/**
 * A touch screen or a pen as the mouse that the novice's desktop has: a tap is a click, a long press and a tap with two fingers are a right
 * click, one finger drags, two scroll. Without the DOM and without a clock: {@link heldLong} is called when the finger has stayed.
 */
export class TouchInput {
  private gesture: Gesture = { tag: 'none' };

  /** Whether {@link heldLong} is due {@link LONG_PRESS_MS} after the finger came, if nothing happens until then. */
  get waitsForLongPress(): boolean {
    return this.gesture.tag === 'one';
  }

  down(touch: Touch): InputEvent[] {
    const { gesture } = this;
    switch (gesture.tag) {
      case 'none':
        this.gesture = { tag: 'one', first: touch };
        return [];
      case 'one':
        this.gesture = { tag: 'two', first: gesture.first, others: new Set([touch.id]), scrolled: gesture.first.screen, moved: false };
        return [];
      case 'two':
        this.gesture = { ...gesture, others: new Set([...gesture.others, touch.id]) };
        return [];
      default:
        return [];
    }
  }

  move(touch: Touch): InputEvent[] {
    const { gesture } = this;
    switch (gesture.tag) {
      case 'one': {
        if (touch.id !== gesture.first.id || distance(touch.screen, gesture.first.screen) < STRAY_PIXELS) return [];
        this.gesture = { tag: 'drag', id: touch.id, last: touch.at };
        return [...button('left', true, gesture.first.at), { tag: 'pointerMove', ...touch.at }];
      }
      case 'drag':
        if (touch.id !== gesture.id) return [];
        this.gesture = { ...gesture, last: touch.at };
        return [{ tag: 'pointerMove', ...touch.at }];
      case 'two':
        return touch.id === gesture.first.id ? this.scroll(gesture, touch) : [];
      default:
        return [];
    }
  }

  up(touch: Touch): InputEvent[] {
    const { gesture } = this;
    switch (gesture.tag) {
      case 'one':
        this.gesture = { tag: 'none' };
        return click('left', gesture.first.at);
      case 'drag':
        if (touch.id !== gesture.id) return [];
        this.gesture = { tag: 'none' };
        return button('left', false, touch.at);
      case 'two': {
        const ids = new Set([gesture.first.id, ...gesture.others]);
        ids.delete(touch.id);
        this.gesture = { tag: 'over', ids };
        return gesture.moved ? [] : click('right', gesture.first.at);
      }
      case 'over': {
        const ids = new Set(gesture.ids);
        ids.delete(touch.id);
        this.gesture = ids.size === 0 ? { tag: 'none' } : { tag: 'over', ids };
        return [];
      }
      case 'none':
        return [];
    }
  }

  /** The finger has stayed where it came. */
  heldLong(): InputEvent[] {
    const { gesture } = this;
    if (gesture.tag !== 'one') return [];
    this.gesture = { tag: 'over', ids: new Set([gesture.first.id]) };
    return click('right', gesture.first.at);
  }

  /** The system has taken the fingers away, or the keyboard has left the picture. */
  releaseAll(): InputEvent[] {
    const { gesture } = this;
    this.gesture = { tag: 'none' };
    return gesture.tag === 'drag' ? button('left', false, gesture.last) : [];
  }

  private scroll(gesture: Extract<Gesture, { tag: 'two' }>, { screen }: Touch): InputEvent[] {
    const vertical = Math.trunc((screen.y - gesture.scrolled.y) / NOTCH_PIXELS);
    const horizontal = Math.trunc((screen.x - gesture.scrolled.x) / NOTCH_PIXELS);
    const moved = gesture.moved || distance(screen, gesture.first.screen) >= STRAY_PIXELS;
    const scrolled = { x: gesture.scrolled.x + horizontal * NOTCH_PIXELS, y: gesture.scrolled.y + vertical * NOTCH_PIXELS };
    this.gesture = { ...gesture, scrolled, moved };
    const { at } = gesture.first;
    const turns = (axis: 'vertical' | 'horizontal', notches: number): InputEvent[] =>
      Array.from({ length: Math.abs(notches) }, () => ({ tag: 'wheel', axis, delta: Math.sign(notches) * WHEEL_NOTCH, ...at }));
    // What is under the fingers goes with them: down shows what is above, and to the right what is to the left.
    const events = [...turns('vertical', vertical), ...turns('horizontal', -horizontal)];
    return events.length > 0 ? [{ tag: 'pointerMove', ...at }, ...events] : [];
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function button(name: PointerButton, down: boolean, at: Point): InputEvent[] {
  return [
    { tag: 'pointerMove', ...at },
    { tag: 'pointerButton', button: name, down, ...at },
  ];
}

function click(name: PointerButton, at: Point): InputEvent[] {
  return [...button(name, true, at), { tag: 'pointerButton', button: name, down: false, ...at }];
}
