import type { InputEvent, LockKeys } from '../../protocol/rdp/input/events.ts';
import { KeyboardInput, type KeyResult, type KeyStroke, MAX_TEXT_UNITS, type Platform, type Typing } from './keyboard-input.ts';
import type { HeldModifiers } from './key-meaning.ts';
import { keyEvents } from '../../protocol/rdp/input/scancodes.ts';
import type { Steering } from './steering.ts';

/** Not in TypeScript's DOM library: https://wicg.github.io/keyboard-lock/ */
interface KeyboardLock {
  lock(): Promise<void>;
  unlock(): void;
}

/** The expert's keyboard while it is on the picture. */
export interface KeyboardListeners {
  /** Sends the lock keys' states of `event` when the novice's may differ, and releases the modifiers that it says are not held. */
  keepStep(event: MouseEvent): void;
  /** Presses these keys (UI Events `code`) one after the other and releases them, the last first. */
  sendKeys(codes: readonly string[]): void;
  setTyping(typing: Typing): void;
  /** The events that release everything held. */
  releaseAll(): InputEvent[];
  /** Forgets what is held, because control was granted or taken back. */
  controlChanged(): void;
}

export interface KeyboardListenersOptions {
  readonly platform: Platform;
  readonly steering: Steering;
  readonly signal: AbortSignal;
  /** The keys that lead out of the picture were pressed; everything has been released. */
  readonly onLeave: () => void;
  /** A text was longer than can be typed at once, and none of it was. */
  readonly onTextTooLong: () => void;
}

/** Control, Alt and Home, which Remote Desktop clients have always had for it; also without control, so that the keys do what they are said to do. */
export function leadsOut(event: KeyboardEvent): boolean {
  return event.ctrlKey && event.altKey && (event.code === 'Home' || event.key === 'Home');
}

/** Listens on the text field that takes the keyboard, until `signal`. */
export function listenToKeyboard(keys: HTMLTextAreaElement, options: KeyboardListenersOptions): KeyboardListeners {
  const { platform, steering, signal } = options;
  const keyboard = new KeyboardInput(platform);
  const { keyboard: systemKeys } = navigator as Navigator & { readonly keyboard?: KeyboardLock };
  let forceLocks = true;
  let focused = false;

  /** The system's own keys (full screen only, and refused where the system keeps them) are for the novice, or stay where they are. */
  function claimSystemKeys(): void {
    if (focused && steering.granted && !signal.aborted) void systemKeys?.lock().catch(() => undefined);
    else systemKeys?.unlock();
  }

  function syncLocks(event: KeyboardEvent | MouseEvent, code?: string): void {
    // macOS keyboards have no NumLock: telling the novice "off" would turn the keypad into arrows
    const locks = platform === 'mac' ? { ...locksOf(event), numLock: true } : locksOf(event);
    const events = keyboard.syncLocks(locks, forceLocks, code);
    if (events.length > 0) forceLocks = false;
    steering.send(events);
  }

  function sendText(text: string): void {
    if (text.length > MAX_TEXT_UNITS) options.onTextTooLong();
    else steering.send(keyboard.text(text));
  }

  function onKey(event: KeyboardEvent, act: (stroke: KeyStroke) => KeyResult): void {
    if (leadsOut(event)) {
      event.preventDefault();
      event.stopPropagation();
      if (event.type !== 'keydown') return;
      steering.send(keyboard.releaseAll());
      options.onLeave();
      return;
    }
    if (!steering.granted) {
      // Tab, Escape and the window's own shortcuts stay the page's
      if (event.type === 'keydown' && event.key.length === 1 && !event.ctrlKey && !event.metaKey) steering.mayInput();
      return;
    }
    syncLocks(event, event.code);
    const { code, key, isComposing, timeStamp } = event;
    const { events, handled } = act({ code, key, isComposing, timeMs: timeStamp, modifiers: modifiersOf(event) });
    steering.send(events);
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
      if (event.data !== null) sendText(event.data);
      event.preventDefault();
    },
    { signal },
  );
  keys.addEventListener(
    'compositionend',
    (event) => {
      sendText(event.data);
      keys.value = '';
    },
    { signal },
  );
  keys.addEventListener(
    'focus',
    () => {
      forceLocks = true;
      focused = true;
      claimSystemKeys();
    },
    { signal },
  );
  keys.addEventListener(
    'blur',
    () => {
      focused = false;
      claimSystemKeys();
    },
    { signal },
  );
  signal.addEventListener('abort', claimSystemKeys);

  return {
    keepStep(event) {
      syncLocks(event);
      steering.send(keyboard.settle(modifiersOf(event)));
    },
    sendKeys(codes) {
      const up = codes.toReversed();
      const released = keyboard.releaseAll();
      steering.send([...released, ...codes.flatMap((code) => keyEvents(code, true)), ...up.flatMap((code) => keyEvents(code, false))]);
    },
    setTyping(typing) {
      keyboard.typing = typing;
    },
    releaseAll: () => keyboard.releaseAll(),
    controlChanged() {
      keyboard.forget();
      claimSystemKeys();
    },
  };
}

function modifiersOf(event: KeyboardEvent | MouseEvent): HeldModifiers {
  const { shiftKey: shift, ctrlKey: control, altKey: alt, metaKey: meta } = event;
  return { shift, control, alt, altGraph: event.getModifierState('AltGraph'), meta };
}

function locksOf(event: KeyboardEvent | MouseEvent): LockKeys {
  return {
    scrollLock: event.getModifierState('ScrollLock'),
    numLock: event.getModifierState('NumLock'),
    capsLock: event.getModifierState('CapsLock'),
    kanaLock: event.getModifierState('KanaMode'),
  };
}
