import { type DesktopLayout, hasMonitor } from '../../protocol/rdp/desktop-layout.ts';
import type { Rect, Size } from '../../protocol/rdp/geometry.ts';
import type { FromSteering, ToSteering } from '../../protocol/rdp/graphics/viewer-messages.ts';
import type { PointerShape } from '../../protocol/rdp/pointer-shape.ts';
import type { Platform, Typing } from './keyboard-input.ts';
import { listenToKeyboard } from './keyboard-listeners.ts';
import { aroundPart, placePicture, type Scaling } from './placement.ts';
import { listenToPointer } from './pointer-listeners.ts';
import { PointerMark } from './pointer-mark.ts';
import { cursorStyle, drawPointer, type PointerPicture } from './remote-pointer.ts';
import { SoundPlayer } from './sound/sound-player.ts';
import { Steering } from './steering.ts';
import { createView } from './view.ts';
import type { CodecShares } from './codec-map.ts';
import { drawMarks } from './codec-marks.ts';
import type { FromPictureWorker, CodecsWanted, PictureStart, ViewerFailure } from './worker-messages.ts';

export type { Typing } from './keyboard-input.ts';
export type { Scaling } from './placement.ts';

/** Where one of the monitors is in the picture, in its pixels. */
export type MonitorArea = Rect;

export interface ViewerOptions {
  /** What a screen reader calls the picture. */
  readonly label: string;
  /** What a screen reader says of the picture's keyboard: how to get out. */
  readonly keyboardHint: string;
  readonly scaling: Scaling;
  readonly platform: Platform;
  readonly typing: Typing;
  /** The expert clicked or typed into the picture while control is not granted. */
  readonly onInputWithoutControl: () => void;
  /** The keys that lead out of the picture were pressed. */
  readonly onLeave: () => void;
  /** A text was longer than can be typed at once, and none of it was. */
  readonly onTextTooLong: () => void;
  /** The picture cannot go on: what came could not be decoded. The session should be ended. */
  readonly onFailure: (failure: ViewerFailure) => void;
  /** The picture is divided like this now; none where it is that of one monitor. */
  readonly onMonitors: (monitors: readonly MonitorArea[]) => void;
  /** The novice's sound comes and cannot be played here. */
  readonly onSoundFailure: () => void;
}

/** Both from the main process. */
export interface ViewerPorts {
  /** ToPicture, FromPicture; given away to the viewer's worker. */
  readonly pictures: MessagePort;
  /** ToSteering, FromSteering; stays in the page, so that nothing a person does waits behind decoding. */
  readonly steering: MessagePort;
}

export interface ViewerHandle {
  setScaling(scaling: Scaling): void;
  setTyping(typing: Typing): void;
  /** Presses these keys (UI Events `code`) and releases them, while control is granted; the keyboard goes to the picture. */
  sendKeys(codes: readonly string[]): void;
  /** How loud the novice's computer is heard: from 0, not at all, to 1. */
  setVolume(volume: number): void;
  /** So much sound, in milliseconds, is to lie ahead of what is heard, within bounds: the film is so late. */
  keepSoundAhead(ms: number): void;
  /** Fills the window with this one of the picture's monitors; with the whole picture where it is left out, or not one of them any more. */
  look(monitor: MonitorArea | undefined): void;
  /** Lets go of what is held at the novice's: what is still down here is for this program. */
  releaseKeys(): void;
  /** Hears how much of the picture came how, at once and with every change, until the returned function is called. One listener at a time. */
  watchShares(listener: (shares: CodecShares) => void): () => void;
  /** Shows in colours how each part of the picture came, or no longer. */
  setMarks(on: boolean): void;
  /** Puts the keyboard on the picture. */
  focus(): void;
  /** Lets go of everything held, ends the worker, closes the ports and leaves `host` empty; nothing is called back any more. */
  dispose(): void;
}

/** Shows the novice's desktop inside `host` and sends the expert's input, outside any framework. */
export function mountViewer(host: HTMLElement, { pictures, steering: steeringPort }: ViewerPorts, options: ViewerOptions): ViewerHandle {
  const view = createView(host, options.label, options.keyboardHint);
  const { frame, stage, canvas, keys } = view;
  const pointerMark = new PointerMark(view.pointerMark);
  const worker = new Worker(new URL('./viewer.worker.ts', import.meta.url), { type: 'module', name: 'viewer' });
  const ended = new AbortController();
  const { signal } = ended;
  let scaling = options.scaling;
  let size: DesktopLayout | undefined;
  let looking: MonitorArea | undefined;
  let shape: PointerPicture | 'default' | 'hidden' = 'default';
  /** CSS pixels a pixel of the picture. */
  let shownScale = 1 / devicePixelRatio;
  let displayWanted: boolean | undefined;
  const sound = new SoundPlayer(() => options.onSoundFailure());
  let marks: HTMLCanvasElement | undefined;
  let sharesListener: ((shares: CodecShares) => void) | undefined;

  function forward(message: FromSteering): void {
    steeringPort.postMessage(message);
  }

  const steering = new Steering(forward, options.onInputWithoutControl);
  const focus = () => keys.focus({ preventScroll: true });
  const keyboard = listenToKeyboard(keys, {
    platform: options.platform,
    steering,
    signal,
    onLeave: () => options.onLeave(),
    onTextTooLong: () => options.onTextTooLong(),
  });
  keyboard.setTyping(options.typing);
  const pointer = listenToPointer(stage, {
    platform: options.platform,
    steering,
    signal,
    pictureSize: () => size,
    touched: focus,
    pressing: (event) => keyboard.keepStep(event),
    pointing: () => pointerMark.hide(),
  });
  function releaseAll(): void {
    steering.send([...keyboard.releaseAll(), ...pointer.releaseAll()]);
  }
  keys.addEventListener('blur', releaseAll, { signal });
  addEventListener('blur', releaseAll, { signal });

  function place(): void {
    if (size === undefined || signal.aborted) return;
    const room = { width: host.clientWidth, height: host.clientHeight };
    const part = looking !== undefined && hasMonitor(size, looking) ? looking : { x: 0, y: 0, width: size.width, height: size.height };
    const placed = placePicture(part, room, scaling, devicePixelRatio);
    const whole = aroundPart(placed, part, size);
    Object.assign(frame.style, { width: `${placed.width}px`, height: `${placed.height}px` });
    Object.assign(stage.style, { left: `${whole.x}px`, top: `${whole.y}px`, width: `${whole.width}px`, height: `${whole.height}px` });
    canvas.style.imageRendering = placed.rendering;
    const scale = placed.width / part.width;
    pointerMark.setScale(scale, placed.rendering);
    rescaleCursor(scale);
    host.style.overflow = scaling === 'actual' ? 'auto' : 'hidden';
  }

  function rescaleCursor(scale: number): void {
    if (scale === shownScale) return;
    shownScale = scale;
    showCursor();
  }

  function showCursor(): void {
    if (!steering.granted || shape === 'default') stage.style.cursor = 'default';
    else if (shape === 'hidden') stage.style.cursor = 'none';
    else stage.style.cursor = cursorStyle(shape, shownScale, devicePixelRatio);
  }

  function takeShape(next: PointerShape | null | 'default'): void {
    shape = next === null ? 'hidden' : next === 'default' ? 'default' : (drawPointer(next) ?? 'default');
    pointerMark.setShape(typeof shape === 'object' ? shape : undefined);
    showCursor();
  }

  /** Where the novice points, while that is not where the expert points anyway. */
  function markPointer(x: number, y: number): void {
    if (steering.granted && stage.matches(':hover')) pointerMark.hide();
    else pointerMark.moveTo(x, y);
  }

  function takeControl(granted: boolean): void {
    if (granted === steering.granted) return;
    // Where control stays and only the line is silent, this is still sent.
    if (!granted) releaseAll();
    steering.setGranted(granted);
    keyboard.controlChanged();
    pointer.controlChanged();
    pointerMark.hide();
    showCursor();
  }

  worker.onmessage = (event: MessageEvent<FromPictureWorker>) => {
    const message = event.data;
    switch (message.tag) {
      case 'size':
        size = message.size;
        place();
        options.onMonitors((size.monitors ?? []).map(({ area }) => area));
        // What was marked was of another picture.
        if (marks !== undefined) marksOf(marks, size);
        break;
      case 'marks':
        if (marks !== undefined && size !== undefined) drawMarks(marksOf(marks, size), message.marks);
        break;
      case 'shares':
        sharesListener?.(message.shares);
        break;
      case 'failed':
        options.onFailure(message.failure);
        break;
    }
  };
  steeringPort.onmessage = (event: MessageEvent<ToSteering>) => {
    const message = event.data;
    switch (message.tag) {
      case 'pointerShape':
        takeShape(message.shape);
        forward({ tag: 'pointerShown' });
        break;
      case 'pointerPosition':
        markPointer(message.x, message.y);
        forward({ tag: 'pointerShown' });
        break;
      case 'control':
        takeControl(message.granted);
        break;
      case 'sound':
        forward({ tag: 'soundTaken' });
        sound.play(message.sound);
        break;
      case 'soundPaused':
        sound.finish();
        break;
    }
  };
  worker.onerror = (event) => options.onFailure({ code: 'INTERNAL', message: event.message || 'the viewer could not start' });
  const offscreen = canvas.transferControlToOffscreen();
  worker.postMessage({ canvas: offscreen, port: pictures } satisfies PictureStart, [offscreen, pictures]);

  const roomWatch = new ResizeObserver(place);
  roomWatch.observe(host);
  function scaleChanged(): void {
    place();
    showCursor();
  }
  // The zoom, for one.
  addEventListener('resize', scaleChanged, { signal });
  /** A window that comes to another screen keeps its size in CSS pixels: nothing else says that these are others now. */
  function followScreen(): void {
    const isAsNow = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    const onChange = (): void => {
      scaleChanged();
      followScreen();
    };
    isAsNow.addEventListener('change', onChange, { signal, once: true });
  }
  followScreen();

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
    setTyping: (typing) => keyboard.setTyping(typing),
    sendKeys(codes) {
      focus();
      keyboard.sendKeys(codes);
    },
    setVolume: (volume) => sound.setVolume(volume),
    keepSoundAhead: (ms) => sound.wait(ms),
    look(monitor) {
      looking = monitor;
      place();
      host.scrollTo(0, 0);
    },
    releaseKeys: () => steering.send(keyboard.releaseAll()),
    watchShares(listener) {
      sharesListener = listener;
      worker.postMessage({ tag: 'shares', wanted: true } satisfies CodecsWanted);
      return () => {
        if (sharesListener !== listener || signal.aborted) return;
        sharesListener = undefined;
        worker.postMessage({ tag: 'shares', wanted: false } satisfies CodecsWanted);
      };
    },
    setMarks(on) {
      marks?.remove();
      marks = on ? view.overlay() : undefined;
      worker.postMessage({ tag: 'marks', wanted: on } satisfies CodecsWanted);
    },
    focus,
    dispose() {
      if (signal.aborted) return;
      releaseAll();
      ended.abort();
      roomWatch.disconnect();
      // what is still on its way from there is nobody's any more
      worker.onmessage = null;
      worker.onerror = null;
      steeringPort.onmessage = null;
      sound.close();
      // in the middle of a decoding, if need be; the main process closes the other end when the steering port goes
      worker.terminate();
      steeringPort.close();
      view.remove();
    },
  };
}

/** As large as the picture; another size begins anew. */
function marksOf(canvas: HTMLCanvasElement, { width, height }: Size): CanvasRenderingContext2D {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('the marks cannot be drawn');
  return context;
}
