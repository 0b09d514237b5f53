import type { InputEvent, PointerButton } from '../../protocol/rdp/input/events.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

const WHEEL_NOTCH = 120;
/** One notch in the three units of WheelEvent.deltaMode: pixels, lines, pages. */
const NOTCH_BY_MODE = [100, 3, 1] as const;
/** Bound on the notches of one event. */
const MAX_NOTCHES = 10;

/** By MouseEvent.button; `bit` is its place in MouseEvent.buttons. */
const BUTTONS: readonly { readonly name: PointerButton; readonly bit: number }[] = [
  { name: 'left', bit: 1 },
  { name: 'middle', bit: 4 },
  { name: 'right', bit: 2 },
  { name: 'x1', bit: 8 },
  { name: 'x2', bit: 16 },
];

/** The parts of a WheelEvent that matter; `wheelDelta…` are there in Chromium and count 120 a notch, positive is up or left. */
export interface WheelTurn {
  readonly deltaX: number;
  readonly deltaY: number;
  readonly deltaMode: number;
  readonly wheelDeltaX?: number | undefined;
  readonly wheelDeltaY?: number | undefined;
}

/** Mouse as RDP input, without the DOM: points are pixels of the novice's desktop. */
export class PointerInput {
  private readonly held = new Set<PointerButton>();
  private pending: Point | undefined;
  private last: Point | undefined;
  private verticalRest = 0;
  private horizontalRest = 0;

  /** Kept until {@link flush}: only the newest position of a picture counts. */
  move(point: Point): void {
    this.pending = point;
  }

  /** The move that waits, if it leads anywhere. */
  flush(): InputEvent[] {
    const point = this.pending;
    this.pending = undefined;
    if (point === undefined || (this.last?.x === point.x && this.last.y === point.y)) return [];
    this.last = point;
    return [{ tag: 'pointerMove', x: point.x, y: point.y }];
  }

  /** Whether MouseEvent.buttons has this MouseEvent.button. */
  isDown(button: number, buttons: number): boolean {
    return (buttons & (BUTTONS[button]?.bit ?? 0)) !== 0;
  }

  /** `button` is MouseEvent.button. A waiting move goes first. */
  press(button: number, point: Point): InputEvent[] {
    const name = BUTTONS[button]?.name;
    if (name === undefined || this.held.has(name)) return [];
    this.held.add(name);
    this.pending = point;
    return [...this.flush(), { tag: 'pointerButton', button: name, down: true, ...point }];
  }

  /**
   * Releases what is no longer down; `buttons` is MouseEvent.buttons. A release outside the window may be seen late or not at all,
   * so every mouse event is good for this; none is good for a press, which may have been meant for something else.
   */
  settle(buttons: number, point: Point): InputEvent[] {
    const gone = BUTTONS.filter(({ name, bit }) => this.held.has(name) && (buttons & bit) === 0);
    if (gone.length === 0) return [];
    this.pending = point;
    const events = this.flush();
    for (const { name } of gone) {
      this.held.delete(name);
      events.push({ tag: 'pointerButton', button: name, down: false, ...point });
    }
    return events;
  }

  /** Whole notches of 120, the rest kept for the next turn. */
  wheel(turn: WheelTurn, point: Point): InputEvent[] {
    const vertical = this.notches('verticalRest', units(turn.deltaY, turn.deltaMode, turn.wheelDeltaY));
    const horizontal = this.notches('horizontalRest', units(turn.deltaX, turn.deltaMode, turn.wheelDeltaX));
    if (vertical === 0 && horizontal === 0) return [];
    this.pending = point;
    const events = this.flush();
    for (let i = Math.abs(vertical); i > 0; i--)
      events.push({ tag: 'wheel', axis: 'vertical', delta: Math.sign(vertical) * WHEEL_NOTCH, ...point });
    // to the right is positive in RDP and negative in wheelDeltaX
    for (let i = Math.abs(horizontal); i > 0; i--)
      events.push({ tag: 'wheel', axis: 'horizontal', delta: -Math.sign(horizontal) * WHEEL_NOTCH, ...point });
    return events;
  }

  /** The events that release every button, at the pointer's last position. */
  releaseAll(): InputEvent[] {
    const { x, y } = this.last ?? { x: 0, y: 0 };
    const events = [...this.held].map((button): InputEvent => ({ tag: 'pointerButton', button, down: false, x, y }));
    this.forget();
    return events;
  }

  /** Forgets what is held without releasing it, when events would not reach the novice any more. */
  forget(): void {
    this.held.clear();
    this.pending = undefined;
    this.verticalRest = 0;
    this.horizontalRest = 0;
  }

  private notches(rest: 'verticalRest' | 'horizontalRest', amount: number): number {
    if (amount === 0) return 0;
    // turning back starts afresh
    const before = this[rest] * amount < 0 ? 0 : this[rest];
    const sum = before + amount;
    const whole = Math.trunc(sum / WHEEL_NOTCH);
    this[rest] = sum - whole * WHEEL_NOTCH;
    return Math.max(-MAX_NOTCHES, Math.min(MAX_NOTCHES, whole));
  }
}

/** In wheel units, positive is up or left. */
function units(delta: number, mode: number, wheelDelta: number | undefined): number {
  if (wheelDelta !== undefined && Number.isFinite(wheelDelta) && (wheelDelta !== 0 || delta === 0)) return wheelDelta;
  const amount = (-delta * WHEEL_NOTCH) / (NOTCH_BY_MODE[mode] ?? NOTCH_BY_MODE[0]);
  return Number.isFinite(amount) ? amount : 0;
}
