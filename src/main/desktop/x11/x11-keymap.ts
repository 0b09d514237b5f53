import { reply, type X11Connection } from './x11-connection.ts';

/* Keysyms and modifier bits from X11/keysymdef.h and the X11 protocol, appendix A. */
const KEYSYM_UNICODE = 0x0100_0000;
const SHIFT_L = 0xffe1;
const SHIFT_R = 0xffe2;
const NUM_LOCK = 0xff7f;
const SCROLL_LOCK = 0xff14;
const CAPS_LOCK = 0xffe5;
/** ISO_Level3_Shift (AltGr), ISO_Level5_Shift and Mode_switch: keys that choose another character of a key. */
const LEVEL_KEYSYMS = [0xfe03, 0xfe11, 0xff7e];
/** Control characters that are keys. */
const CONTROL_KEYSYMS: ReadonlyMap<number, number> = new Map([
  [0x08, 0xff08],
  [0x09, 0xff09],
  [0x0a, 0xff0d],
  [0x0d, 0xff0d],
  [0x1b, 0xff1b],
  [0x7f, 0xffff],
]);

export const SHIFT_MASK = 1;
export const LOCK_MASK = 2;

/** Modifier rows of GetModifierMapping. */
const SHIFT_ROW = 0;
const LOCK_ROW = 1;

export interface LockKey {
  readonly keycode: number;
  /** Bit of the modifier state that the key switches. */
  readonly mask: number;
}

/** A snapshot of the server's keyboard map. */
export interface X11Keymap {
  readonly minKeycode: number;
  /** Keysyms of each keycode from `minKeycode` on: columns 0 and 1 are group 1 without and with Shift. */
  readonly rows: readonly (readonly number[])[];
  readonly shift: number | undefined;
  /** Both Shift keys, left and right, that the map has. */
  readonly shifts: readonly number[];
  readonly capsLock: LockKey | undefined;
  readonly numLock: LockKey | undefined;
  readonly scrollLock: LockKey | undefined;
  /** Keycodes that are modifiers; the server never repeats them. */
  readonly modifiers: ReadonlySet<number>;
  /** Bits of the modifier state that choose another character of a key, Shift and Lock not among them. */
  readonly levelMask: number;
  /** Keycodes without any keysym, for characters that the map does not have. */
  readonly spare: readonly number[];
}

/** MappingNotify's requests (X11 protocol, section 11). */
const MAPPING_MODIFIER = 0;
const MAPPING_KEYBOARD = 1;
/** `xkbType` of NewKeyboardNotify and MapNotify, and the parts of the map that are read here: types, keysyms, modifiers. */
const NEW_KEYBOARD_NOTIFY = 0;
const MAP_NOTIFY = 1;
const MAP_PARTS = 7;

/** Calls `changed` when another layout is set, and for keysyms of our own too. A client that knows XKEYBOARD is not sent the core event. */
export async function watchKeymap(connection: X11Connection, changed: () => void): Promise<void> {
  connection.onEvent((event) => {
    const core = event.name === 'MappingNotify' && (event.request === MAPPING_KEYBOARD || event.request === MAPPING_MODIFIER);
    if (core || event.xkbType === NEW_KEYBOARD_NOTIFY || event.xkbType === MAP_NOTIFY) changed();
  });
  const xkb = await connection.extension('xkb');
  if (xkb === undefined) return;
  const { NewKeyboardNotify, MapNotify } = xkb.EventType;
  xkb.SelectEvents(xkb.UseCoreKbd, NewKeyboardNotify | MapNotify, 0, NewKeyboardNotify, MAP_PARTS, MAP_PARTS, {});
}

export async function readKeymap(connection: X11Connection): Promise<X11Keymap> {
  const { min_keycode: first, max_keycode: last } = connection.display;
  const rows = await reply<number[][]>((done) => connection.client.GetKeyboardMapping(first, last - first + 1, done));
  const modifiers = await reply<number[][]>((done) => connection.client.GetModifierMapping(done));
  return keymapFrom(first, rows, modifiers);
}

export function keymapFrom(minKeycode: number, rows: readonly (readonly number[])[], modifiers: readonly (readonly number[])[]): X11Keymap {
  const hasKeysym = (keycode: number, keysym: number) => rows[keycode - minKeycode]?.includes(keysym) === true;
  const lock = (keysym: number): LockKey | undefined => {
    for (const [row, keycodes] of modifiers.entries()) {
      const keycode = keycodes.find((code) => code !== 0 && hasKeysym(code, keysym));
      if (keycode !== undefined) return { keycode, mask: 1 << row };
    }
    return undefined;
  };
  const lockKeycode = modifiers[LOCK_ROW]?.find((code) => code !== 0 && hasKeysym(code, CAPS_LOCK));
  const shifts = (modifiers[SHIFT_ROW] ?? []).filter((code) => code !== 0 && (hasKeysym(code, SHIFT_L) || hasKeysym(code, SHIFT_R)));
  const spare: number[] = [];
  for (const [index, row] of rows.entries()) if (row.every((keysym) => keysym === 0)) spare.push(minKeycode + index);
  let levelMask = 0;
  for (const [row, keycodes] of modifiers.entries())
    if (keycodes.some((code) => code !== 0 && LEVEL_KEYSYMS.some((keysym) => hasKeysym(code, keysym)))) levelMask |= 1 << row;
  return {
    minKeycode,
    rows,
    modifiers: new Set(modifiers.flat().filter((code) => code !== 0)),
    levelMask,
    shift: shifts[0],
    shifts,
    capsLock: lockKeycode === undefined ? undefined : { keycode: lockKeycode, mask: LOCK_MASK },
    numLock: lock(NUM_LOCK),
    scrollLock: lock(SCROLL_LOCK),
    spare,
  };
}

/** The keysym of a Unicode character (X11 protocol, appendix A: Latin-1 is itself, the rest is 0x01000000 + code point). */
export function keysymOf(codePoint: number): number {
  const control = CONTROL_KEYSYMS.get(codePoint);
  if (control !== undefined) return control;
  if ((codePoint >= 0x20 && codePoint <= 0x7e) || (codePoint >= 0xa0 && codePoint <= 0xff)) return codePoint;
  return KEYSYM_UNICODE + codePoint;
}

/** The key of group 1 that gives this keysym, and whether with Shift. `borrowed` keys are skipped: this injector remaps them. */
export function findKey(
  keymap: X11Keymap,
  keysym: number,
  borrowed: ReadonlySet<number>,
): { readonly keycode: number; readonly shift: boolean } | undefined {
  for (const shift of [false, true]) {
    const index = keymap.rows.findIndex(
      (row, at) => (shift ? row[1] === keysym && row[0] !== keysym : row[0] === keysym) && !borrowed.has(keymap.minKeycode + at),
    );
    if (index >= 0) return { keycode: keymap.minKeycode + index, shift };
  }
  return undefined;
}

/** Whether Caps Lock changes the character. */
export function hasCase(codePoint: number): boolean {
  const text = String.fromCodePoint(codePoint);
  return text.toLowerCase() !== text.toUpperCase();
}
