import type { InputEvent, LockKeys } from '../../protocol/rdp/input/events.ts';
import { KeyboardInput, type KeyResult, type KeyStroke, type Platform } from './keyboard-input.ts';
import type { Steering } from './steering.ts';

/** Not in TypeScript's DOM library: https://wicg.github.io/keyboard-lock/ */
interface KeyboardLock {
  lock(): Promise<void>;
  unlock(): void;
}

/** The expert's keyboard while it is on the picture. */
export interface KeyboardListeners {
  /** Sends the lock keys' states of `event` when the novice's may differ. */
  syncLocks(event: MouseEvent): void;
  /** The events that release everything held. */
  releaseAll(): InputEvent[];
  /** Forgets what is held, because control was granted or taken back. */
  controlChanged(): void;
}

/** Listens on the text field that takes the keyboard, until `signal`. */
export function listenToKeyboard(
  keys: HTMLTextAreaElement,
  { platform, steering, signal }: { readonly platform: Platform; readonly steering: Steering; readonly signal: AbortSignal },
): KeyboardListeners {
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

  function onKey(event: KeyboardEvent, act: (stroke: KeyStroke) => KeyResult): void {
    if (!steering.granted) {
      // Tab, Escape and the window's own shortcuts stay the page's
      if (event.type === 'keydown' && event.key.length === 1 && !event.ctrlKey && !event.metaKey) steering.mayInput();
      return;
    }
    syncLocks(event, event.code);
    const { events, handled } = act({ code: event.code, key: event.key, isComposing: event.isComposing, timeMs: event.timeStamp });
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
      if (event.data !== null) steering.send(keyboard.text(event.data));
      event.preventDefault();
    },
    { signal },
  );
  keys.addEventListener(
    'compositionend',
    (event) => {
      steering.send(keyboard.text(event.data));
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
    syncLocks,
    releaseAll: () => keyboard.releaseAll(),
    controlChanged() {
      keyboard.forget();
      claimSystemKeys();
    },
  };
}

function locksOf(event: KeyboardEvent | MouseEvent): LockKeys {
  return {
    scrollLock: event.getModifierState('ScrollLock'),
    numLock: event.getModifierState('NumLock'),
    capsLock: event.getModifierState('CapsLock'),
    kanaLock: event.getModifierState('KanaMode'),
  };
}
