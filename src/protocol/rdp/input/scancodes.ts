import type { InputEvent } from './events.ts';

export type ScancodePrefix = 'none' | 'e0' | 'e1';

/** A key as RDP sends it: set 1 scancode and its prefix ([MS-RDPBCGR] 2.2.8.1.1.3.1.1.1 keyCode, KBDFLAGS_EXTENDED, KBDFLAGS_EXTENDED1). */
export interface Scancode {
  readonly scancode: number;
  readonly prefix: ScancodePrefix;
}

/** X11 keycodes are evdev key codes plus this (the "evdev" keycodes of xkeyboard-config). */
const X11_OFFSET = 8;

/**
 * The one table of physical keys: name (UI Events `code`), set 1 scancode (0xe0.. and 0xe1.. carry the prefix), Linux evdev key code,
 * macOS virtual key code (-1: that keyboard has no such key).
 */
const KEYS: readonly (readonly [code: string, scancode: number, evdev: number, mac: number])[] = [
  ['Escape', 0x01, 1, 0x35],
  ['Digit1', 0x02, 2, 0x12],
  ['Digit2', 0x03, 3, 0x13],
  ['Digit3', 0x04, 4, 0x14],
  ['Digit4', 0x05, 5, 0x15],
  ['Digit5', 0x06, 6, 0x17],
  ['Digit6', 0x07, 7, 0x16],
  ['Digit7', 0x08, 8, 0x1a],
  ['Digit8', 0x09, 9, 0x1c],
  ['Digit9', 0x0a, 10, 0x19],
  ['Digit0', 0x0b, 11, 0x1d],
  ['Minus', 0x0c, 12, 0x1b],
  ['Equal', 0x0d, 13, 0x18],
  ['Backspace', 0x0e, 14, 0x33],
  ['Tab', 0x0f, 15, 0x30],
  ['KeyQ', 0x10, 16, 0x0c],
  ['KeyW', 0x11, 17, 0x0d],
  ['KeyE', 0x12, 18, 0x0e],
  ['KeyR', 0x13, 19, 0x0f],
  ['KeyT', 0x14, 20, 0x11],
  ['KeyY', 0x15, 21, 0x10],
  ['KeyU', 0x16, 22, 0x20],
  ['KeyI', 0x17, 23, 0x22],
  ['KeyO', 0x18, 24, 0x1f],
  ['KeyP', 0x19, 25, 0x23],
  ['BracketLeft', 0x1a, 26, 0x21],
  ['BracketRight', 0x1b, 27, 0x1e],
  ['Enter', 0x1c, 28, 0x24],
  ['ControlLeft', 0x1d, 29, 0x3b],
  ['KeyA', 0x1e, 30, 0x00],
  ['KeyS', 0x1f, 31, 0x01],
  ['KeyD', 0x20, 32, 0x02],
  ['KeyF', 0x21, 33, 0x03],
  ['KeyG', 0x22, 34, 0x05],
  ['KeyH', 0x23, 35, 0x04],
  ['KeyJ', 0x24, 36, 0x26],
  ['KeyK', 0x25, 37, 0x28],
  ['KeyL', 0x26, 38, 0x25],
  ['Semicolon', 0x27, 39, 0x29],
  ['Quote', 0x28, 40, 0x27],
  ['Backquote', 0x29, 41, 0x32],
  ['ShiftLeft', 0x2a, 42, 0x38],
  ['Backslash', 0x2b, 43, 0x2a],
  ['KeyZ', 0x2c, 44, 0x06],
  ['KeyX', 0x2d, 45, 0x07],
  ['KeyC', 0x2e, 46, 0x08],
  ['KeyV', 0x2f, 47, 0x09],
  ['KeyB', 0x30, 48, 0x0b],
  ['KeyN', 0x31, 49, 0x2d],
  ['KeyM', 0x32, 50, 0x2e],
  ['Comma', 0x33, 51, 0x2b],
  ['Period', 0x34, 52, 0x2f],
  ['Slash', 0x35, 53, 0x2c],
  ['ShiftRight', 0x36, 54, 0x3c],
  ['NumpadMultiply', 0x37, 55, 0x43],
  ['AltLeft', 0x38, 56, 0x3a],
  ['Space', 0x39, 57, 0x31],
  ['CapsLock', 0x3a, 58, 0x39],
  ['F1', 0x3b, 59, 0x7a],
  ['F2', 0x3c, 60, 0x78],
  ['F3', 0x3d, 61, 0x63],
  ['F4', 0x3e, 62, 0x76],
  ['F5', 0x3f, 63, 0x60],
  ['F6', 0x40, 64, 0x61],
  ['F7', 0x41, 65, 0x62],
  ['F8', 0x42, 66, 0x64],
  ['F9', 0x43, 67, 0x65],
  ['F10', 0x44, 68, 0x6d],
  ['NumLock', 0x45, 69, 0x47],
  ['ScrollLock', 0x46, 70, -1],
  ['Numpad7', 0x47, 71, 0x59],
  ['Numpad8', 0x48, 72, 0x5b],
  ['Numpad9', 0x49, 73, 0x5c],
  ['NumpadSubtract', 0x4a, 74, 0x4e],
  ['Numpad4', 0x4b, 75, 0x56],
  ['Numpad5', 0x4c, 76, 0x57],
  ['Numpad6', 0x4d, 77, 0x58],
  ['NumpadAdd', 0x4e, 78, 0x45],
  ['Numpad1', 0x4f, 79, 0x53],
  ['Numpad2', 0x50, 80, 0x54],
  ['Numpad3', 0x51, 81, 0x55],
  ['Numpad0', 0x52, 82, 0x52],
  ['NumpadDecimal', 0x53, 83, 0x41],
  ['IntlBackslash', 0x56, 86, 0x0a],
  ['F11', 0x57, 87, 0x67],
  ['F12', 0x58, 88, 0x6f],
  ['NumpadEqual', 0x59, 117, 0x51],
  ['F13', 0x64, 183, 0x69],
  ['F14', 0x65, 184, 0x6b],
  ['F15', 0x66, 185, 0x71],
  ['F16', 0x67, 186, 0x6a],
  ['F17', 0x68, 187, 0x40],
  ['F18', 0x69, 188, 0x4f],
  ['F19', 0x6a, 189, 0x50],
  ['F20', 0x6b, 190, 0x5a],
  ['F21', 0x6c, 191, -1],
  ['F22', 0x6d, 192, -1],
  ['F23', 0x6e, 193, -1],
  ['F24', 0x76, 194, -1],
  ['KanaMode', 0x70, 93, -1],
  ['Lang2', 0x71, 123, 0x66],
  ['Lang1', 0x72, 122, 0x68],
  ['IntlRo', 0x73, 89, 0x5e],
  ['Lang4', 0x77, 91, -1],
  ['Lang3', 0x78, 90, -1],
  ['Convert', 0x79, 92, -1],
  ['NonConvert', 0x7b, 94, -1],
  ['IntlYen', 0x7d, 124, 0x5d],
  ['NumpadComma', 0x7e, 121, 0x5f],

  ['Undo', 0xe008, 131, -1],
  ['Paste', 0xe00a, 135, -1],
  ['MediaTrackPrevious', 0xe010, 165, -1],
  ['Cut', 0xe017, 137, -1],
  ['Copy', 0xe018, 133, -1],
  ['MediaTrackNext', 0xe019, 163, -1],
  ['NumpadEnter', 0xe01c, 96, 0x4c],
  ['ControlRight', 0xe01d, 97, 0x3e],
  ['AudioVolumeMute', 0xe020, 113, 0x4a],
  ['LaunchApp2', 0xe021, 140, -1],
  ['MediaPlayPause', 0xe022, 164, -1],
  ['MediaStop', 0xe024, 166, -1],
  ['Eject', 0xe02c, 161, -1],
  ['AudioVolumeDown', 0xe02e, 114, 0x49],
  ['AudioVolumeUp', 0xe030, 115, 0x48],
  ['BrowserHome', 0xe032, 172, -1],
  ['NumpadDivide', 0xe035, 98, 0x4b],
  ['PrintScreen', 0xe037, 99, -1],
  ['AltRight', 0xe038, 100, 0x3d],
  ['Help', 0xe03b, 138, -1],
  ['Home', 0xe047, 102, 0x73],
  ['ArrowUp', 0xe048, 103, 0x7e],
  ['PageUp', 0xe049, 104, 0x74],
  ['ArrowLeft', 0xe04b, 105, 0x7b],
  ['ArrowRight', 0xe04d, 106, 0x7c],
  ['End', 0xe04f, 107, 0x77],
  ['ArrowDown', 0xe050, 108, 0x7d],
  ['PageDown', 0xe051, 109, 0x79],
  ['Insert', 0xe052, 110, 0x72],
  ['Delete', 0xe053, 111, 0x75],
  ['MetaLeft', 0xe05b, 125, 0x37],
  ['MetaRight', 0xe05c, 126, 0x36],
  ['ContextMenu', 0xe05d, 127, 0x6e],
  ['Power', 0xe05e, 116, -1],
  ['Sleep', 0xe05f, 142, -1],
  ['WakeUp', 0xe063, 143, -1],
  ['BrowserSearch', 0xe065, 217, -1],
  ['BrowserFavorites', 0xe066, 156, -1],
  ['BrowserRefresh', 0xe067, 173, -1],
  ['BrowserStop', 0xe068, 128, -1],
  ['BrowserForward', 0xe069, 159, -1],
  ['BrowserBack', 0xe06a, 158, -1],
  ['LaunchApp1', 0xe06b, 157, -1],
  ['LaunchMail', 0xe06c, 155, -1],
  ['MediaSelect', 0xe06d, 226, -1],

  ['Pause', 0xe11d, 119, -1],
];

/** Other names of the same key: what older engines and other systems call it. */
const ALIASES: readonly (readonly [alias: string, code: string])[] = [
  ['OSLeft', 'MetaLeft'],
  ['OSRight', 'MetaRight'],
  ['VolumeMute', 'AudioVolumeMute'],
  ['VolumeDown', 'AudioVolumeDown'],
  ['VolumeUp', 'AudioVolumeUp'],
  ['HangulMode', 'Lang1'],
  ['Hanja', 'Lang2'],
];

/** Further scancodes that keyboards and peers send for a key of the table: Alt+PrintScreen (SysRq), Ctrl+Pause (Break). */
const OTHER_SCANCODES: readonly (readonly [scancode: number, code: string])[] = [
  [0x54, 'PrintScreen'],
  // Windows' tables have NumLock at this position.
  [0xe045, 'NumLock'],
  [0xe046, 'Pause'],
];

function packed({ scancode, prefix }: Scancode): number {
  return prefix === 'none' ? scancode : prefix === 'e0' ? 0xe000 | scancode : 0xe100 | scancode;
}

function unpacked(value: number): Scancode {
  const high = value >> 8;
  return { scancode: value & 0xff, prefix: high === 0xe0 ? 'e0' : high === 0xe1 ? 'e1' : 'none' };
}

const SCANCODE_BY_CODE = new Map<string, Scancode>(KEYS.map(([code, scancode]) => [code, unpacked(scancode)]));
for (const [alias, code] of ALIASES) {
  const key = SCANCODE_BY_CODE.get(code);
  if (key !== undefined) SCANCODE_BY_CODE.set(alias, key);
}

const CODE_BY_SCANCODE = new Map<number, string>(KEYS.map(([code, scancode]) => [scancode, code]));
for (const [scancode, code] of OTHER_SCANCODES) CODE_BY_SCANCODE.set(scancode, code);

const X11_BY_CODE = new Map<string, number>(KEYS.map(([code, , evdev]) => [code, evdev + X11_OFFSET]));
const MAC_BY_CODE = new Map<string, number>(KEYS.filter(([, , , mac]) => mac >= 0).map(([code, , , mac]) => [code, mac]));

/** Names of all keys in the table (UI Events `code`). */
export const PHYSICAL_KEYS: readonly string[] = KEYS.map(([code]) => code);

/** The scancode of a key named as in `KeyboardEvent.code`. Pause is e1 1d: send it with {@link keyEvents}. */
export function scancodeOf(code: string): Scancode | undefined {
  return SCANCODE_BY_CODE.get(code);
}

/** The name of the key a scancode stands for, as `KeyboardEvent.code`. */
export function codeOf(key: Scancode): string | undefined {
  return CODE_BY_SCANCODE.get(packed(key));
}

/** X11 keycode (evdev + 8) of a scancode. */
export function x11KeycodeOf(key: Scancode): number | undefined {
  const code = codeOf(key);
  return code === undefined ? undefined : X11_BY_CODE.get(code);
}

/** macOS virtual key code (kVK_…) of a scancode. */
export function macKeycodeOf(key: Scancode): number | undefined {
  const code = codeOf(key);
  return code === undefined ? undefined : MAC_BY_CODE.get(code);
}

/**
 * The events that press or release a key named as in `KeyboardEvent.code`; none for a key outside the table.
 * Pause has no release of its own: its press is the whole sequence of [MS-RDPBCGR] 2.2.8.1.1.3.1.1.1 (KBDFLAGS_EXTENDED1).
 */
export function keyEvents(code: string, down: boolean): InputEvent[] {
  const key = SCANCODE_BY_CODE.get(code);
  if (key === undefined) return [];
  if (key.prefix !== 'e1') return [{ tag: 'key', ...key, down }];
  if (!down) return [];
  return [
    { tag: 'key', scancode: 0x1d, prefix: 'e1', down: true },
    { tag: 'key', scancode: 0x45, prefix: 'none', down: true },
    { tag: 'key', scancode: 0x1d, prefix: 'e1', down: false },
    { tag: 'key', scancode: 0x45, prefix: 'none', down: false },
  ];
}

/**
 * Filters key events for an injector: each comes back unchanged, except that the second half of Pause
 * (0x45, which alone is NumLock) is swallowed, so that e1 1d alone stands for Pause.
 */
export class PauseReader {
  private pressing = false;
  private releasing = false;

  /** The key to inject, or undefined when the event was the second half of Pause. */
  read(key: Scancode, down: boolean): Scancode | undefined {
    if (key.prefix === 'e1' && key.scancode === 0x1d) {
      if (down) this.pressing = true;
      else this.releasing = true;
      return key;
    }
    if (key.prefix !== 'e0' && key.scancode === 0x45) {
      const half = down ? this.pressing : this.releasing;
      if (down) this.pressing = false;
      else this.releasing = false;
      if (half) return undefined;
    } else if (down) {
      this.pressing = false;
      this.releasing = false;
    }
    return key;
  }
}
