import type { InputEvent, LockKeys } from '../../protocol/rdp/input/events.ts';
import { keyEvents, scancodeOf } from '../../protocol/rdp/input/scancodes.ts';

export type Platform = 'mac' | 'windows' | 'linux';

/** The parts of a KeyboardEvent that matter. */
export interface KeyStroke {
  readonly code: string;
  readonly key: string;
  readonly isComposing: boolean;
  /** `event.timeStamp`, ms. */
  readonly timeMs: number;
}

/** `handled`: keep the page from acting on the stroke. Strokes that are not handled may still become text. */
export interface KeyResult {
  readonly events: readonly InputEvent[];
  readonly handled: boolean;
}

const NOT_OURS: KeyResult = { events: [], handled: false };
const LOCK_CODES: ReadonlySet<string> = new Set(['CapsLock', 'NumLock', 'ScrollLock', 'KanaMode']);
/** Windows makes a ControlLeft out of AltGr in the same instant. */
const ALT_GRAPH_CONTROL_MS = 2;
const MAX_TEXT_UNITS = 4096;

/**
 * Keyboard strokes as RDP input, without the DOM. Keys travel by position (`code`), so that the novice's own layout decides what they mean;
 * text that comes from no key (input methods, dictation, emoji pickers) travels as Unicode.
 */
export class KeyboardInput {
  private readonly platform: Platform;
  private readonly held = new Set<string>();
  private controlDownMs = -Infinity;
  private locks: LockKeys | undefined;

  constructor(platform: Platform) {
    this.platform = platform;
  }

  down(stroke: KeyStroke): KeyResult {
    if (isForInputMethod(stroke) || scancodeOf(stroke.code) === undefined) return NOT_OURS;
    if (this.platform === 'mac' && stroke.code === 'CapsLock') return { events: pressed(stroke.code), handled: true };
    const events: InputEvent[] = [];
    if (stroke.code === 'ControlLeft' && !this.held.has('ControlLeft')) this.controlDownMs = stroke.timeMs;
    if (
      stroke.code === 'AltRight' &&
      stroke.key === 'AltGraph' &&
      stroke.timeMs - this.controlDownMs <= ALT_GRAPH_CONTROL_MS &&
      this.held.delete('ControlLeft')
    ) {
      events.push(...keyEvents('ControlLeft', false));
    }
    this.held.add(stroke.code);
    events.push(...keyEvents(stroke.code, true));
    return { events, handled: true };
  }

  up(stroke: KeyStroke): KeyResult {
    if (this.platform === 'mac' && stroke.code === 'CapsLock') return { events: pressed(stroke.code), handled: true };
    // Windows keeps the press of this one to itself
    if (this.platform === 'windows' && stroke.code === 'PrintScreen' && !this.held.has(stroke.code))
      return { events: pressed(stroke.code), handled: true };
    // a key pressed before we listened, or already let go, is not ours to release
    if (!this.held.delete(stroke.code)) return { events: [], handled: scancodeOf(stroke.code) !== undefined && !isForInputMethod(stroke) };
    const events = keyEvents(stroke.code, false);
    // macOS tells nothing of keys released while Command is down
    if (this.platform === 'mac' && stroke.code.startsWith('Meta')) events.push(...this.releaseAll());
    return { events, handled: true };
  }

  /** Text that no key stands for, as UTF-16 code units. */
  text(text: string): InputEvent[] {
    const events: InputEvent[] = [];
    const length = Math.min(text.length, MAX_TEXT_UNITS);
    for (let i = 0; i < length; i++) {
      const codeUnit = text.charCodeAt(i);
      if (codeUnit === 0x0a) {
        events.push(...pressed('Enter'));
      } else {
        events.push({ tag: 'unicode', codeUnit, down: true }, { tag: 'unicode', codeUnit, down: false });
      }
    }
    return events;
  }

  /** The events that release everything held, last pressed first. */
  releaseAll(): InputEvent[] {
    const codes = Array.from(this.held).toReversed();
    this.held.clear();
    return codes.flatMap((code) => keyEvents(code, false));
  }

  /** Forgets what is held without releasing it, when events would not reach the novice any more. */
  forget(): void {
    this.held.clear();
    this.locks = undefined;
  }

  /**
   * The lock keys as the expert's keyboard has them, when the novice's must be told: always with `force` (focus), else when they differ from
   * what was told last. `code` is the key of the event at hand: while a lock key itself moves, its state is not yet certain.
   */
  syncLocks(now: LockKeys, force: boolean, code?: string): InputEvent[] {
    if (code !== undefined && LOCK_CODES.has(code)) return [];
    const told = this.locks;
    const same =
      told !== undefined &&
      told.capsLock === now.capsLock &&
      told.numLock === now.numLock &&
      told.scrollLock === now.scrollLock &&
      told.kanaLock === now.kanaLock;
    if (same && !force) return [];
    this.locks = now;
    return [{ tag: 'locks', locks: now }];
  }
}

function isForInputMethod(stroke: KeyStroke): boolean {
  return stroke.isComposing || stroke.key === 'Process' || stroke.code === '';
}

function pressed(code: string): InputEvent[] {
  return [...keyEvents(code, true), ...keyEvents(code, false)];
}
