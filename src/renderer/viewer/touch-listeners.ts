import type { Size } from '../../protocol/rdp/geometry.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import type { Steering } from './steering.ts';
import { LONG_PRESS_MS, type Touch, TouchInput } from './touch-input.ts';

export interface TouchListenersOptions {
  readonly steering: Steering;
  readonly signal: AbortSignal;
  /** Undefined while there is no picture. */
  readonly pictureSize: () => Size | undefined;
  /** A button goes down on the picture, whether or not the expert may steer. */
  readonly touched: () => void;
  /** A button goes down that the novice will be told of next. */
  readonly pressing: (event: PointerEvent) => void;
  /** Called when the expert moves the pointer over the picture. */
  readonly pointing: () => void;
}

/** The expert's fingers and pen on the picture. A pen that hovers is a mouse, and so is its button. */
export interface TouchListeners {
  releaseAll(): InputEvent[];
}

/** A finger, or the tip of a pen: anything else is a mouse. */
export function isTouch(event: PointerEvent): boolean {
  if (event.pointerType === 'touch') return true;
  // The tip is bit 1 of `buttons` and button 0; -1 is a move.
  return event.pointerType === 'pen' && (event.button === 0 || (event.button === -1 && (event.buttons & 1) !== 0));
}

/** Listens on the element that has the picture's size, until `signal`. `pointOf` is the event's place on the novice's desktop. */
export function listenToTouch(
  stage: HTMLElement,
  options: TouchListenersOptions,
  pointOf: (event: MouseEvent) => { readonly x: number; readonly y: number },
): TouchListeners {
  const { steering, signal } = options;
  const touch = new TouchInput();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const touchOf = (event: PointerEvent): Touch => ({
    id: event.pointerId,
    at: pointOf(event),
    screen: { x: event.clientX, y: event.clientY },
  });
  const stopTimer = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const act = (events: readonly InputEvent[]): void => {
    steering.send(events);
    if (!touch.waitsForLongPress) stopTimer();
  };
  const on = (type: 'pointerdown' | 'pointermove' | 'pointerup', listen: (event: PointerEvent) => void): void =>
    stage.addEventListener(type, (event) => isTouch(event) && listen(event), { signal });

  on('pointerdown', (event) => {
    if (options.pictureSize() === undefined) return;
    options.touched();
    if (!steering.mayInput()) return;
    options.pressing(event);
    stage.setPointerCapture(event.pointerId);
    act(touch.down(touchOf(event)));
    if (touch.waitsForLongPress) timer = setTimeout(() => act(touch.heldLong()), LONG_PRESS_MS);
  });
  on('pointermove', (event) => {
    if (!steering.granted) return;
    options.pointing();
    act(touch.move(touchOf(event)));
  });
  on('pointerup', (event) => act(touch.up(touchOf(event))));
  signal.addEventListener('abort', stopTimer);
  return {
    releaseAll() {
      stopTimer();
      return touch.releaseAll();
    },
  };
}
