import type { InputEvent } from '../../protocol/rdp/input/events.ts';
import type { Platform } from './keyboard-input.ts';
import { picturePoint } from './placement.ts';
import { PointerInput } from './pointer-input.ts';
import { isTouch, listenToTouch, type TouchListenersOptions } from './touch-listeners.ts';

export interface PointerListenersOptions extends TouchListenersOptions {
  readonly platform: Platform;
}

/** The expert's mouse while it is on the picture. */
export interface PointerListeners {
  /** The events that release every button. */
  releaseAll(): InputEvent[];
  /** Forgets what is held, because control was granted or taken back. */
  controlChanged(): void;
}

/** Listens on the element that has the picture's size, until `signal`. */
export function listenToPointer(stage: HTMLElement, options: PointerListenersOptions): PointerListeners {
  const { platform, steering, signal, pictureSize } = options;
  const pointer = new PointerInput();

  function pointOf(event: MouseEvent): { x: number; y: number } {
    const point = { x: event.clientX, y: event.clientY };
    return picturePoint(point, stage.getBoundingClientRect(), pictureSize() ?? { width: 1, height: 1 }, devicePixelRatio);
  }

  const touch = listenToTouch(stage, options, pointOf);

  function press(event: PointerEvent): void {
    if (isTouch(event) || pictureSize() === undefined || !pointer.isDown(event.button, event.buttons)) return;
    options.touched();
    if (!steering.mayInput()) return;
    options.pressing(event);
    stage.setPointerCapture(event.pointerId);
    steering.send(pointer.press(event.button, pointOf(event)));
  }
  stage.addEventListener('pointerdown', press, { signal });

  stage.addEventListener(
    'pointermove',
    (event) => {
      if (isTouch(event)) return;
      // a second button of a mouse comes as a move
      if (event.button >= 0) press(event);
      if (!steering.granted) return;
      options.pointing();
      steering.send(pointer.settle(event.buttons, pointOf(event)));
      pointer.move(pointOf(event));
      steering.sendSoon(() => pointer.flush());
    },
    { signal },
  );
  for (const type of ['pointerup', 'pointerenter', 'lostpointercapture'] as const) {
    stage.addEventListener(type, (event) => isTouch(event) || steering.send(pointer.settle(event.buttons, pointOf(event))), { signal });
  }
  stage.addEventListener('pointercancel', () => steering.send([...touch.releaseAll(), ...pointer.releaseAll()]), { signal });

  stage.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  // The mouse events, not the pointer events, move the focus away and go back and forward with the side buttons
  for (const type of ['mousedown', 'mouseup', 'auxclick'] as const) {
    stage.addEventListener(type, (event) => event.preventDefault(), { signal });
  }

  stage.addEventListener(
    'wheel',
    (event) => {
      if (!steering.granted) return;
      event.preventDefault();
      const { wheelDeltaX, wheelDeltaY } = event as WheelEvent & { readonly wheelDeltaX?: number; readonly wheelDeltaY?: number };
      const turn = { deltaX: event.deltaX, deltaY: event.deltaY, deltaMode: event.deltaMode, wheelDeltaX, wheelDeltaY };
      // Chromium turns Shift + wheel sideways; the novice's programs do that themselves
      const upright = event.shiftKey && event.deltaY === 0 && platform !== 'mac';
      steering.send(
        pointer.wheel(
          upright ? { ...turn, deltaX: 0, deltaY: event.deltaX, wheelDeltaX: 0, wheelDeltaY: wheelDeltaX } : turn,
          pointOf(event),
        ),
      );
    },
    { signal, passive: false },
  );

  return {
    releaseAll: () => [...touch.releaseAll(), ...pointer.releaseAll()],
    controlChanged() {
      touch.releaseAll();
      pointer.forget();
    },
  };
}
