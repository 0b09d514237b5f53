import { scancodeOf } from '../../protocol/rdp/input/scancodes.ts';

/** Which modifiers a keyboard or mouse event says are held. */
export interface HeldModifiers {
  readonly shift: boolean;
  readonly control: boolean;
  readonly alt: boolean;
  readonly altGraph: boolean;
  readonly meta: boolean;
}

export const NO_MODIFIERS: HeldModifiers = { shift: false, control: false, alt: false, altGraph: false, meta: false };

/** The keys (UI Events `code`) that a `KeyboardEvent.key` may come from; the first where another key means the same here. */
const CODES_BY_KEY: ReadonlyMap<string, readonly string[]> = new Map([
  ['Shift', ['ShiftLeft', 'ShiftRight']],
  ['Control', ['ControlLeft', 'ControlRight']],
  ['Alt', ['AltLeft', 'AltRight']],
  ['AltGraph', ['AltRight']],
  ['Meta', ['MetaLeft', 'MetaRight']],
  ['CapsLock', ['CapsLock']],
  ['NumLock', ['NumLock']],
  ['ScrollLock', ['ScrollLock']],
]);
const MODIFIER_POSITIONS: ReadonlySet<string> = new Set([...CODES_BY_KEY.values()].flat());

/**
 * The key that has the same meaning on a usual keyboard, as `KeyboardEvent.code`: for modifiers and locks what a key means here counts, not
 * where it lies (a Caps Lock that is a Control here, or an Escape). Undefined for keys that only mean something here, such as Compose.
 */
export function meantCode(code: string, key: string): string | undefined {
  // X11 calls Alt with Shift held Meta.
  if (code.startsWith('Alt') && key === 'Meta') return code;
  const codes = CODES_BY_KEY.get(key);
  if (codes !== undefined) return codes.includes(code) ? code : codes[0];
  if (code === 'NumLock' || code === 'ScrollLock' || !MODIFIER_POSITIONS.has(code) || key === 'Unidentified') return code;
  return scancodeOf(key) === undefined ? undefined : key;
}

/** Whether `held` leaves it open that this key, if it is a modifier, is still down. */
export function mayBeHeld(code: string, held: HeldModifiers): boolean {
  if (code.startsWith('Shift')) return held.shift;
  if (code.startsWith('Control')) return held.control;
  if (code.startsWith('Alt')) return held.alt || held.altGraph;
  return !code.startsWith('Meta') || held.meta;
}

/** Whether a key gives a character rather than a command or a movement. Keypad digits do not: programs tell them from the others. */
export function isCharacter(code: string, key: string): boolean {
  if (code === 'Space' || (code.startsWith('Numpad') && code !== 'NumpadDecimal')) return false;
  const [first, ...rest] = key;
  return first !== undefined && rest.length === 0 && (first.codePointAt(0) ?? 0) > 0x20;
}

/** Whether a character is one that shortcuts are named after. */
export function isPlainLatin(key: string): boolean {
  return /^[!-~]$/.test(key);
}
