import type { FromViewer } from '../../preload/contract.ts';
import type { PointerShape, Size } from '../../protocol/rdp/graphics/contract.ts';
import type { InputEvent, LockKeys } from '../../protocol/rdp/input/events.ts';
import { KeyboardInput, type KeyResult, type KeyStroke, type Platform } from './keyboard-input.ts';
import { picturePoint, placePicture, type Scaling } from './placement.ts';
import { PointerInput } from './pointer-input.ts';
import { PointerMark } from './pointer-mark.ts';
import { cursorStyle, drawPointer, type PointerPicture } from './remote-pointer.ts';
import type { FromPictureWorker, ToPictureWorker, ViewerFailure, ViewerStatistics } from './worker-messages.ts';

export type { Scaling } from './placement.ts';

export interface ViewerOptions {
  /** What a screen reader calls the picture. */
  readonly label: string;
  readonly scaling: Scaling;
  readonly platform: Platform;
  /** The expert clicked or typed into the picture while control is not granted. */
  readonly onInputWithoutControl: () => void;
  /** About once a second, when it changed. */
  readonly onStatistics?: (statistics: ViewerStatistics) => void;
  /** The novice's desktop, at the start and whenever it changes. */
  readonly onSize?: (size: Size) => void;
  /** The picture cannot go on: what came could not be decoded. The session should be ended. */
  readonly onFailure: (failure: ViewerFailure) => void;
}

export interface ViewerHandle {
  setScaling(scaling: Scaling): void;
  /** Off: keys go to the page. On (the start): they go to the novice, in full screen system keys too where the system allows. */
  setGrabKeyboard(on: boolean): void;
  /** Puts the keyboard on the picture. */
  focus(): void;
  /** Asks the novice's computer for the whole picture again. */
  refresh(): void;
  /** The picture at its own size. Rejects before there is one and after `dispose`. */
  readPixels(): Promise<ImageData>;
  /** Lets go of everything held, ends the worker and leaves `host` empty. The main process closes the port. */
  dispose(): void;
}

/** Not in TypeScript's DOM library: https://wicg.github.io/keyboard-lock/ */
interface KeyboardLock {
  lock(): Promise<void>;
  unlock(): void;
}

/**
 * Shows the novice's desktop inside `host` and sends the expert's input, outside any framework.
 * `port` comes from the main process (ToViewer, FromViewer) and is given away to the viewer's worker.
 */
export function mountViewer(host: HTMLElement, port: MessagePort, options: ViewerOptions): ViewerHandle {
  const view = createView(host, options.label);
  const { stage, canvas, keys } = view;
  const pointerMark = new PointerMark(view.pointerMark);
  const worker = new Worker(new URL('./viewer.worker.ts', import.meta.url), { type: 'module', name: 'viewer' });
  const keyboard = new KeyboardInput(options.platform);
  const pointer = new PointerInput();
  const ended = new AbortController();
  const { signal } = ended;
  const pixelRequests = new Map<number, { resolve: (image: ImageData) => void; reject: (reason: Error) => void }>();
  let nextRequest = 1;
  let scaling = options.scaling;
  let grabbing = true;
  let control = false;
  let size: Size | undefined;
  let shape: PointerPicture | 'default' | 'hidden' = 'default';
  let moveAsked = false;
  let displayWanted: boolean | undefined;

  function post(message: ToPictureWorker, transfer: Transferable[] = []): void {
    worker.postMessage(message, transfer);
  }
  function forward(message: FromViewer): void {
    post({ tag: 'forward', message });
  }
  function send(events: readonly InputEvent[]): void {
    if (control && events.length > 0) forward({ tag: 'input', events });
  }
  function releaseAll(): void {
    send([...keyboard.releaseAll(), ...pointer.releaseAll()]);
  }

  // --- picture

  const offscreen = canvas.transferControlToOffscreen();
  post({ tag: 'start', canvas: offscreen, port }, [offscreen, port]);

  function place(): void {
    if (size === undefined) return;
    const room = { width: host.clientWidth, height: host.clientHeight };
    const placed = placePicture(size, room, scaling, devicePixelRatio);
    stage.style.width = `${placed.width}px`;
    stage.style.height = `${placed.height}px`;
    canvas.style.imageRendering = placed.rendering;
    pointerMark.setScale(placed.width / size.width);
    host.style.overflow = scaling === 'actual' ? 'auto' : 'hidden';
  }

  function showCursor(): void {
    if (!control || shape === 'default') stage.style.cursor = 'default';
    else if (shape === 'hidden') stage.style.cursor = 'none';
    else stage.style.cursor = cursorStyle(shape, devicePixelRatio);
  }

  function takeShape(next: PointerShape | null | 'default'): void {
    shape = next === null ? 'hidden' : next === 'default' ? 'default' : (drawPointer(next) ?? 'default');
    pointerMark.setShape(typeof shape === 'object' ? shape : undefined);
    showCursor();
  }

  /** Where the novice points, while that is not where the expert points anyway. */
  function markPointer(x: number, y: number): void {
    if (control && stage.matches(':hover')) pointerMark.hide();
    else pointerMark.moveTo(x, y);
  }

  worker.onmessage = (event: MessageEvent<FromPictureWorker>) => {
    const message = event.data;
    switch (message.tag) {
      case 'size':
        size = message.size;
        place();
        options.onSize?.(message.size);
        break;
      case 'pointerShape':
        takeShape(message.shape);
        break;
      case 'pointerPosition':
        markPointer(message.x, message.y);
        break;
      case 'control':
        setControl(message.granted);
        break;
      case 'statistics':
        options.onStatistics?.(message.statistics);
        break;
      case 'pixels': {
        const request = pixelRequests.get(message.request);
        pixelRequests.delete(message.request);
        if (message.size.width === 0) request?.reject(new Error('there is no picture yet'));
        else request?.resolve(new ImageData(message.rgba, message.size.width, message.size.height));
        break;
      }
      case 'failed':
        options.onFailure(message.failure);
        break;
    }
  };
  worker.onerror = (event) => options.onFailure({ code: 'INTERNAL', message: event.message || 'the viewer could not start' });

  const roomWatch = new ResizeObserver(place);
  roomWatch.observe(host);
  // a change of zoom or of screen
  addEventListener(
    'resize',
    () => {
      place();
      showCursor();
    },
    { signal },
  );

  // --- who may steer

  function setControl(granted: boolean): void {
    if (granted === control) return;
    control = granted;
    keyboard.forget();
    pointer.forget();
    pointerMark.hide();
    showCursor();
  }

  /** False, and the hint shown, while control is not granted. */
  function mayInput(): boolean {
    if (!control) options.onInputWithoutControl();
    return control;
  }

  // --- keyboard

  function locksOf(event: KeyboardEvent | MouseEvent): LockKeys {
    return {
      scrollLock: event.getModifierState('ScrollLock'),
      numLock: event.getModifierState('NumLock'),
      capsLock: event.getModifierState('CapsLock'),
      kanaLock: event.getModifierState('KanaMode'),
    };
  }

  let forceLocks = true;
  function syncLocks(event: KeyboardEvent | MouseEvent, code?: string): void {
    // macOS keyboards have no NumLock: telling the novice "off" would turn the keypad into arrows
    const locks = options.platform === 'mac' ? { ...locksOf(event), numLock: true } : locksOf(event);
    const events = keyboard.syncLocks(locks, forceLocks, code);
    if (events.length > 0) forceLocks = false;
    send(events);
  }

  function onKey(event: KeyboardEvent, act: (stroke: KeyStroke) => KeyResult): void {
    if (!grabbing) return;
    if (!control) {
      // Tab, Escape and the window's own shortcuts stay the page's
      if (event.type === 'keydown' && event.key.length === 1 && !event.ctrlKey && !event.metaKey) mayInput();
      return;
    }
    syncLocks(event, event.code);
    const { events, handled } = act({ code: event.code, key: event.key, isComposing: event.isComposing, timeMs: event.timeStamp });
    send(events);
    if (handled) {
      event.preventDefault();
      event.stopPropagation();
    }
  }
  keys.addEventListener('keydown', (event) => onKey(event, (stroke) => keyboard.down(stroke)), { signal });
  keys.addEventListener('keyup', (event) => onKey(event, (stroke) => keyboard.up(stroke)), { signal });
  keys.addEventListener(
    'beforeinput',
    (event) => {
      // text of a composition comes once, with its end
      if (event.isComposing || event.inputType === 'insertCompositionText') return;
      if (control && event.data !== null) send(keyboard.text(event.data));
      event.preventDefault();
    },
    { signal },
  );
  keys.addEventListener(
    'compositionend',
    (event) => {
      if (control) send(keyboard.text(event.data));
      keys.value = '';
    },
    { signal },
  );
  keys.addEventListener(
    'focus',
    () => {
      forceLocks = true;
      lockKeyboard();
    },
    { signal },
  );
  keys.addEventListener('blur', releaseAll, { signal });
  addEventListener('blur', releaseAll, { signal });

  function lockKeyboard(): void {
    const { keyboard: systemKeys } = navigator as Navigator & { readonly keyboard?: KeyboardLock };
    // takes effect in full screen only; refused where the system keeps its keys
    if (grabbing) void systemKeys?.lock().catch(() => undefined);
    else systemKeys?.unlock();
  }

  // --- mouse

  function pointOf(event: MouseEvent): { x: number; y: number } {
    return picturePoint({ x: event.clientX, y: event.clientY }, stage.getBoundingClientRect(), size ?? { width: 1, height: 1 });
  }
  function sendMove(): void {
    moveAsked = false;
    send(pointer.flush());
  }
  stage.addEventListener(
    'pointermove',
    (event) => {
      // a second button of a mouse comes as a move
      if (event.button >= 0) press(event);
      if (!control) return;
      pointerMark.hide();
      send(pointer.settle(event.buttons, pointOf(event)));
      pointer.move(pointOf(event));
      if (moveAsked) return;
      moveAsked = true;
      requestAnimationFrame(sendMove);
    },
    { signal },
  );

  function press(event: PointerEvent): void {
    if (size === undefined || !pointer.isDown(event.button, event.buttons)) return;
    keys.focus({ preventScroll: true });
    if (!mayInput()) return;
    syncLocks(event);
    stage.setPointerCapture(event.pointerId);
    send(pointer.press(event.button, pointOf(event)));
  }
  stage.addEventListener('pointerdown', press, { signal });
  for (const type of ['pointerup', 'pointerenter', 'lostpointercapture'] as const) {
    stage.addEventListener(type, (event) => send(pointer.settle(event.buttons, pointOf(event))), { signal });
  }
  stage.addEventListener('pointercancel', () => send(pointer.releaseAll()), { signal });
  stage.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  // The mouse events, not the pointer events, move the focus away and go back and forward with the side buttons
  for (const type of ['mousedown', 'mouseup', 'auxclick'] as const) {
    stage.addEventListener(type, (event) => event.preventDefault(), { signal });
  }
  stage.addEventListener(
    'wheel',
    (event) => {
      if (!control) return;
      event.preventDefault();
      const { wheelDeltaX, wheelDeltaY } = event as WheelEvent & { readonly wheelDeltaX?: number; readonly wheelDeltaY?: number };
      const turn = { deltaX: event.deltaX, deltaY: event.deltaY, deltaMode: event.deltaMode, wheelDeltaX, wheelDeltaY };
      // Chromium turns Shift + wheel sideways; the novice's programs do that themselves
      const upright = event.shiftKey && event.deltaY === 0 && options.platform !== 'mac';
      send(
        pointer.wheel(
          upright ? { ...turn, deltaX: 0, deltaY: event.deltaX, wheelDeltaX: 0, wheelDeltaY: wheelDeltaX } : turn,
          pointOf(event),
        ),
      );
    },
    { signal, passive: false },
  );

  // --- window

  function tellDisplayWanted(): void {
    const wanted = !document.hidden;
    if (wanted === displayWanted) return;
    // shown is what the other side takes for granted
    if (displayWanted !== undefined || !wanted) forward({ tag: 'displayWanted', wanted });
    displayWanted = wanted;
  }
  document.addEventListener('visibilitychange', tellDisplayWanted, { signal });
  tellDisplayWanted();

  return {
    setScaling(next) {
      scaling = next;
      place();
    },
    setGrabKeyboard(on) {
      if (!on) releaseAll();
      grabbing = on;
      lockKeyboard();
    },
    focus: () => keys.focus({ preventScroll: true }),
    refresh() {
      if (size !== undefined) forward({ tag: 'refresh', areas: [{ x: 0, y: 0, ...size }] });
    },
    readPixels() {
      if (signal.aborted) return Promise.reject(new Error('the viewer is gone'));
      const request = nextRequest++;
      return new Promise((resolve, reject) => {
        pixelRequests.set(request, { resolve, reject });
        post({ tag: 'readPixels', request });
      });
    },
    dispose() {
      if (signal.aborted) return;
      releaseAll();
      ended.abort();
      roomWatch.disconnect();
      // after the last input has been passed on
      post({ tag: 'stop' });
      for (const { reject } of pixelRequests.values()) reject(new Error('the viewer is gone'));
      pixelRequests.clear();
      view.remove();
    },
  };
}

interface View {
  /** As large as the picture is shown. */
  readonly stage: HTMLDivElement;
  readonly canvas: HTMLCanvasElement;
  /** Takes the keyboard: a text field, so that input methods work. */
  readonly keys: HTMLTextAreaElement;
  readonly pointerMark: HTMLDivElement;
  remove(): void;
}

function createView(host: HTMLElement, label: string): View {
  const stage = document.createElement('div');
  const canvas = document.createElement('canvas');
  const keys = document.createElement('textarea');
  const pointerMark = document.createElement('div');
  Object.assign(stage.style, { position: 'relative', margin: 'auto', flex: 'none', touchAction: 'none', userSelect: 'none' });
  Object.assign(canvas.style, { display: 'block', width: '100%', height: '100%' });
  Object.assign(keys.style, {
    position: 'absolute',
    inset: '0',
    width: '1px',
    height: '1px',
    padding: '0',
    border: '0',
    opacity: '0',
    resize: 'none',
    pointerEvents: 'none',
    caretColor: 'transparent',
  });
  Object.assign(pointerMark.style, { position: 'absolute', left: '0', top: '0', transformOrigin: '0 0', pointerEvents: 'none' });
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  keys.setAttribute('aria-label', label);
  keys.setAttribute('autocomplete', 'off');
  keys.setAttribute('autocapitalize', 'off');
  keys.spellcheck = false;
  stage.append(canvas, pointerMark, keys);
  const before = { display: host.style.display, overflow: host.style.overflow };
  // the automatic margin centres the picture where there is room and keeps its corner in reach where there is not
  host.style.display = 'flex';
  host.append(stage);
  return {
    stage,
    canvas,
    keys,
    pointerMark,
    remove() {
      stage.remove();
      Object.assign(host.style, before);
    },
  };
}
