import type { InputEvent, LockKeys } from '../../protocol/rdp/input/events.ts';
import { keyEvents, scancodeOf } from '../../protocol/rdp/input/scancodes.ts';
import { type HeldModifiers, isCharacter, isPlainLatin, mayBeHeld, meantCode } from './key-meaning.ts';

export type Platform = 'mac' | 'windows' | 'linux';

/** Whether a key that gives a character travels as that character or as its position on the keyboard. */
export type Typing = 'text' | 'positions';

/** The parts of a KeyboardEvent that matter. */
export interface KeyStroke {
  readonly code: string;
  readonly key: string;
  readonly isComposing: boolean;
  /** `event.timeStamp`, ms. */
  readonly timeMs: number;
  readonly modifiers: HeldModifiers;
}

/** `handled`: keep the page from acting on the stroke. Strokes that are not handled may still become text. */
export interface KeyResult {
  readonly events: readonly InputEvent[];
  readonly handled: boolean;
}

const NOT_OURS: KeyResult = { events: [], handled: false };
const SWALLOWED: KeyResult = { events: [], handled: true };
const LOCK_CODES: ReadonlySet<string> = new Set(['CapsLock', 'NumLock', 'ScrollLock', 'KanaMode']);
/** Windows makes a ControlLeft out of AltGr in the same instant. */
const ALT_GRAPH_CONTROL_MS = 2;
/** UTF-16 units of a text that is typed at once. */
export const MAX_TEXT_UNITS = 65_536;

/**
 * Keyboard strokes as RDP input, without the DOM. What gives a character travels as that character, so that it arrives as the expert sees it
 * whatever the novice's layout is; everything else travels by what it means or where it lies. See decision 0016.
 */
export class KeyboardInput {
  private readonly platform: Platform;
  /** What was sent down, by the key under the expert's hand. */
  private readonly held = new Map<string, string>();
  private controlDownMs = -Infinity;
  private locks: LockKeys | undefined;
  typing: Typing = 'text';

  constructor(platform: Platform) {
    this.platform = platform;
  }

  down(stroke: KeyStroke): KeyResult {
    if (isForInputMethod(stroke) || scancodeOf(stroke.code) === undefined) return NOT_OURS;
    const code = meantCode(stroke.code, stroke.key);
    if (code === undefined) return NOT_OURS;
    if (this.platform === 'mac' && code === 'CapsLock') return { events: pressed(code), handled: true };
    const events = this.settle(stroke.modifiers, stroke.code);
    if (code === 'ControlLeft' && !this.held.has(stroke.code)) this.controlDownMs = stroke.timeMs;
    if (
      code === 'AltRight' &&
      stroke.key === 'AltGraph' &&
      stroke.timeMs - this.controlDownMs <= ALT_GRAPH_CONTROL_MS &&
      this.held.delete('ControlLeft')
    ) {
      events.push(...keyEvents('ControlLeft', false));
    }
    if (this.typing === 'text') {
      // A dead key becomes a character with the one after it.
      if (stroke.key === 'Dead') return { events, handled: false };
      // At the novice's it may be Alt; the characters that it gives travel by themselves.
      if (stroke.key === 'AltGraph') return { events, handled: true };
      if (this.travelsAsText(code, stroke)) return { events: [...events, ...this.character(stroke)], handled: true };
    }
    this.held.set(stroke.code, code);
    events.push(...keyEvents(code, true));
    return { events, handled: true };
  }

  up(stroke: KeyStroke): KeyResult {
    const code = meantCode(stroke.code, stroke.key);
    if (this.platform === 'mac' && code === 'CapsLock') return { events: pressed(code), handled: true };
    // Windows keeps the press of this one to itself
    if (this.platform === 'windows' && stroke.code === 'PrintScreen' && !this.held.has(stroke.code))
      return { events: pressed(stroke.code), handled: true };
    const events = this.release(stroke.code);
    // a key pressed before we listened, or already let go, is not ours to release
    if (events === undefined) return scancodeOf(stroke.code) !== undefined && !isForInputMethod(stroke) ? SWALLOWED : NOT_OURS;
    // macOS tells nothing of keys released while Command is down
    if (this.platform === 'mac' && stroke.code.startsWith('Meta')) events.push(...this.releaseAll());
    return { events, handled: true };
  }

  /** Text that no key stands for, as UTF-16 code units; at most {@link MAX_TEXT_UNITS}. */
  text(text: string): InputEvent[] {
    const events: InputEvent[] = [];
    for (let i = 0; i < text.length; i++) {
      const codeUnit = text.charCodeAt(i);
      if (codeUnit === 0x0a) {
        events.push(...pressed('Enter'));
      } else {
        events.push({ tag: 'unicode', codeUnit, down: true }, { tag: 'unicode', codeUnit, down: false });
      }
    }
    return events;
  }

  /**
   * Releases the modifiers that are down at the novice's and, by an event at hand, not here: a window that lost the keyboard heard nothing of
   * their release. `code` is the key of that event, which speaks for itself.
   */
  settle(modifiers: HeldModifiers, code?: string): InputEvent[] {
    const gone = Array.from(this.held).filter(([pressedCode, sent]) => pressedCode !== code && !mayBeHeld(sent, modifiers));
    return gone.flatMap(([pressedCode]) => this.release(pressedCode) ?? []);
  }

  /** The events that release everything held, last pressed first. */
  releaseAll(): InputEvent[] {
    const codes = new Set(Array.from(this.held.values()).toReversed());
    this.held.clear();
    return [...codes].flatMap((code) => keyEvents(code, false));
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

  /** With Control, Alt or Meta a plain Latin letter names the shortcut; of any other character its key does. */
  private travelsAsText(code: string, { key, modifiers }: KeyStroke): boolean {
    if (!isCharacter(code, key)) return false;
    // Option is to macOS what AltGr is elsewhere, and Windows reports AltGr as Control with Alt besides.
    const alt = modifiers.alt && this.platform !== 'mac';
    const command = !modifiers.altGraph && (modifiers.control || alt || modifiers.meta);
    return !command || isPlainLatin(key);
  }

  private character({ key, modifiers }: KeyStroke): InputEvent[] {
    // Option has chosen the character; at the novice's it would be Alt.
    const option = this.platform === 'mac' && modifiers.alt && !modifiers.meta && !modifiers.control;
    const released = option
      ? Array.from(this.held.keys()).flatMap((code) => (code.startsWith('Alt') ? (this.release(code) ?? []) : []))
      : [];
    return [...released, ...this.text(key)];
  }

  /** Undefined when this key has not been sent down. No events while another key that means the same is down. */
  private release(pressedCode: string): InputEvent[] | undefined {
    const code = this.held.get(pressedCode);
    if (code === undefined) return undefined;
    this.held.delete(pressedCode);
    return Array.from(this.held.values()).includes(code) ? [] : keyEvents(code, false);
  }
}

function isForInputMethod(stroke: KeyStroke): boolean {
  return stroke.isComposing || stroke.key === 'Process' || stroke.code === '';
}

function pressed(code: string): InputEvent[] {
  return [...keyEvents(code, true), ...keyEvents(code, false)];
}
