import type { InputEvent, PointerButton } from '../../../protocol/rdp/input/events.ts';
import { macKeycodeOf, type ScancodePrefix } from '../../../protocol/rdp/input/scancodes.ts';
import { Wheel } from '../wheel.ts';

/* CGEvent calls as pure data (CoreGraphics CGEventTypes.h). */

export const MOUSE_EVENT = {
  leftDown: 1,
  leftUp: 2,
  rightDown: 3,
  rightUp: 4,
  moved: 5,
  leftDragged: 6,
  rightDragged: 7,
  otherDown: 25,
  otherUp: 26,
  otherDragged: 27,
} as const;

const FLAG = {
  shift: 0x2_0000,
  control: 0x4_0000,
  alternate: 0x8_0000,
  command: 0x10_0000,
  numericPad: 0x20_0000,
  secondaryFn: 0x80_0000,
} as const;
const MODIFIER: ReadonlyMap<number, number> = new Map([
  [0x38, FLAG.shift],
  [0x3c, FLAG.shift],
  [0x3b, FLAG.control],
  [0x3e, FLAG.control],
  [0x3a, FLAG.alternate],
  [0x3d, FLAG.alternate],
  [0x37, FLAG.command],
  [0x36, FLAG.command],
]);
/**
 * Keys whose events carry kCGEventFlagMaskNumericPad and kCGEventFlagMaskSecondaryFn on real keyboards; Home, End, Page Up, Page Down,
 * Delete and Help carry the second only.
 */
const ARROWS: ReadonlySet<number> = new Set([0x7b, 0x7c, 0x7d, 0x7e]);
const FUNCTION_KEYS: ReadonlySet<number> = new Set([0x72, 0x73, 0x74, 0x75, 0x77, 0x79]);
const KEYPAD: ReadonlySet<number> = new Set([
  0x41, 0x43, 0x45, 0x47, 0x4b, 0x4c, 0x4e, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5b, 0x5c,
]);

const BUTTON_NUMBER: Readonly<Record<PointerButton, number>> = { left: 0, right: 1, middle: 2, x1: 3, x2: 4 };

/**
 * Two clicks within this time and distance are a double click, which injected events have to carry themselves (kCGMouseEventClickState).
 */
const DOUBLE_CLICK_MS = 500;
const DOUBLE_CLICK_POINTS = 4;

export type MacCall =
  | { readonly tag: 'key'; readonly keycode: number; readonly down: boolean; readonly flags: number }
  | { readonly tag: 'unicode'; readonly text: string; readonly down: boolean }
  | {
      readonly tag: 'mouse';
      readonly type: number;
      readonly x: number;
      readonly y: number;
      readonly button: number;
      readonly clicks: number;
      readonly flags: number;
    }
  /** Lines; positive is up and left, as in CoreGraphics. */
  | { readonly tag: 'scroll'; readonly vertical: number; readonly horizontal: number };

/** The key that gives a character on the layout in use. */
export interface MacKey {
  readonly keycode: number;
  readonly shift: boolean;
}

/** A display: where it is in points, and how many pixels of its picture a point has. */
export interface MacScreen {
  readonly left: number;
  readonly top: number;
  readonly pixelsPerPoint: number;
}

/**
 * Turns events into CGEvent calls. Keeps what CoreGraphics wants repeated in each event: held modifiers, the dragging button, the click count.
 * Lock keys are left alone: macOS gives programs no way to switch Caps Lock by an event.
 */
export class MacEvents {
  private readonly keyOf: (character: string) => MacKey | undefined;
  private readonly wheel = new Wheel();
  private readonly heldModifiers = new Set<number>();
  private readonly heldButtons: PointerButton[] = [];
  private highSurrogate = '';
  private click:
    | { readonly button: PointerButton; readonly atMs: number; readonly x: number; readonly y: number; readonly count: number }
    | undefined;

  constructor(keyOf: (character: string) => MacKey | undefined = () => undefined) {
    this.keyOf = keyOf;
  }

  translate(event: InputEvent, screen: MacScreen, nowMs: number): MacCall[] {
    switch (event.tag) {
      case 'key':
        return this.key(event.scancode, event.prefix, event.down);
      case 'unicode':
        return this.unicode(event.codeUnit, event.down);
      case 'pointerMove':
        return [this.moved(event, screen)];
      case 'pointerButton':
        return this.button(event, screen, nowMs);
      case 'wheel': {
        const notches = this.wheel.turn(event.axis, event.delta);
        if (notches === 0) return [];
        return [
          event.axis === 'vertical'
            ? { tag: 'scroll', vertical: notches, horizontal: 0 }
            : { tag: 'scroll', vertical: 0, horizontal: -notches },
        ];
      }
      case 'locks':
        return [];
    }
  }

  private key(scancode: number, prefix: ScancodePrefix, down: boolean): MacCall[] {
    const keycode = macKeycodeOf({ scancode, prefix });
    if (keycode === undefined) return [];
    if (MODIFIER.has(keycode)) {
      if (down) this.heldModifiers.add(keycode);
      else this.heldModifiers.delete(keycode);
    }
    const arrow = ARROWS.has(keycode);
    const extra = (arrow || KEYPAD.has(keycode) ? FLAG.numericPad : 0) | (arrow || FUNCTION_KEYS.has(keycode) ? FLAG.secondaryFn : 0);
    return [{ tag: 'key', keycode, down, flags: this.flags() | extra }];
  }

  private unicode(codeUnit: number, down: boolean): MacCall[] {
    const unit = String.fromCharCode(codeUnit);
    if (codeUnit >= 0xd800 && codeUnit <= 0xdbff) {
      if (down) this.highSurrogate = unit;
      return [];
    }
    if (codeUnit >= 0xdc00 && codeUnit <= 0xdfff) {
      const high = this.highSurrogate;
      this.highSurrogate = '';
      if (!down || high === '') return [];
      return typed(high + unit);
    }
    this.highSurrogate = '';
    if (!down) return [];
    return this.shortcut(unit) ?? typed(unit);
  }

  /** A character with Command, Control or Option held is a key, because a character by itself makes no shortcut. */
  private shortcut(character: string): MacCall[] | undefined {
    const held = this.flags();
    const key = (held & (FLAG.command | FLAG.control | FLAG.alternate)) === 0 ? undefined : this.keyOf(character);
    if (key === undefined) return undefined;
    const flags = held | (key.shift ? FLAG.shift : 0);
    return [true, false].map((down) => ({ tag: 'key', keycode: key.keycode, down, flags }));
  }

  private moved(at: { readonly x: number; readonly y: number }, screen: MacScreen): MacCall {
    const dragging = this.heldButtons[0];
    const type =
      dragging === undefined
        ? MOUSE_EVENT.moved
        : dragging === 'left'
          ? MOUSE_EVENT.leftDragged
          : dragging === 'right'
            ? MOUSE_EVENT.rightDragged
            : MOUSE_EVENT.otherDragged;
    return { tag: 'mouse', type, ...points(at, screen), button: BUTTON_NUMBER[dragging ?? 'left'], clicks: 0, flags: this.flags() };
  }

  private button(event: Extract<InputEvent, { tag: 'pointerButton' }>, screen: MacScreen, nowMs: number): MacCall[] {
    const { button, down } = event;
    const at = points(event, screen);
    const index = this.heldButtons.indexOf(button);
    if (down === index >= 0) return [];
    if (down) {
      this.heldButtons.push(button);
      const last = this.click;
      const again =
        last !== undefined &&
        last.button === button &&
        nowMs - last.atMs <= DOUBLE_CLICK_MS &&
        Math.abs(last.x - at.x) <= DOUBLE_CLICK_POINTS &&
        Math.abs(last.y - at.y) <= DOUBLE_CLICK_POINTS;
      this.click = { button, atMs: nowMs, ...at, count: again ? last.count + 1 : 1 };
    } else this.heldButtons.splice(index, 1);
    const type =
      button === 'left'
        ? down
          ? MOUSE_EVENT.leftDown
          : MOUSE_EVENT.leftUp
        : button === 'right'
          ? down
            ? MOUSE_EVENT.rightDown
            : MOUSE_EVENT.rightUp
          : down
            ? MOUSE_EVENT.otherDown
            : MOUSE_EVENT.otherUp;
    const clicks = this.click?.button === button ? this.click.count : 1;
    return [{ tag: 'mouse', type, ...at, button: BUTTON_NUMBER[button], clicks, flags: this.flags() }];
  }

  private flags(): number {
    let flags = 0;
    for (const keycode of this.heldModifiers) flags |= MODIFIER.get(keycode) ?? 0;
    return flags;
  }
}

/** Pixels of the shared display as points of the desktop. */
export function points(at: { readonly x: number; readonly y: number }, screen: MacScreen): { readonly x: number; readonly y: number } {
  return { x: screen.left + at.x / screen.pixelsPerPoint, y: screen.top + at.y / screen.pixelsPerPoint };
}

/** The other way round, to the nearest pixel. */
export function pixels(at: { readonly x: number; readonly y: number }, screen: MacScreen): { readonly x: number; readonly y: number } {
  return { x: Math.round((at.x - screen.left) * screen.pixelsPerPoint), y: Math.round((at.y - screen.top) * screen.pixelsPerPoint) };
}

function typed(text: string): MacCall[] {
  return [
    { tag: 'unicode', text, down: true },
    { tag: 'unicode', text, down: false },
  ];
}
