import { describe, expect, it } from 'vitest';
import {
  codeOf,
  keyEvents,
  macKeycodeOf,
  PauseReader,
  PHYSICAL_KEYS,
  scancodeOf,
  x11KeycodeOf,
  type Scancode,
} from '../../../../src/protocol/rdp/input/scancodes.ts';

const plain = (scancode: number): Scancode => ({ scancode, prefix: 'none' });
const extended = (scancode: number): Scancode => ({ scancode, prefix: 'e0' });

/** From the specifications of the three systems: scancode, X11 keycode under the evdev rules, kVK_ code. */
const KNOWN: readonly [string, Scancode, number, number | undefined][] = [
  ['Escape', plain(0x01), 9, 0x35],
  ['Digit1', plain(0x02), 10, 0x12],
  ['Digit0', plain(0x0b), 19, 0x1d],
  ['Backspace', plain(0x0e), 22, 0x33],
  ['Tab', plain(0x0f), 23, 0x30],
  ['KeyQ', plain(0x10), 24, 0x0c],
  ['Enter', plain(0x1c), 36, 0x24],
  ['ControlLeft', plain(0x1d), 37, 0x3b],
  ['KeyA', plain(0x1e), 38, 0x00],
  ['Backquote', plain(0x29), 49, 0x32],
  ['ShiftLeft', plain(0x2a), 50, 0x38],
  ['Backslash', plain(0x2b), 51, 0x2a],
  ['KeyZ', plain(0x2c), 52, 0x06],
  ['KeyM', plain(0x32), 58, 0x2e],
  ['ShiftRight', plain(0x36), 62, 0x3c],
  ['NumpadMultiply', plain(0x37), 63, 0x43],
  ['AltLeft', plain(0x38), 64, 0x3a],
  ['Space', plain(0x39), 65, 0x31],
  ['CapsLock', plain(0x3a), 66, 0x39],
  ['F1', plain(0x3b), 67, 0x7a],
  ['F10', plain(0x44), 76, 0x6d],
  ['NumLock', plain(0x45), 77, 0x47],
  ['ScrollLock', plain(0x46), 78, undefined],
  ['Numpad7', plain(0x47), 79, 0x59],
  ['Numpad0', plain(0x52), 90, 0x52],
  ['NumpadDecimal', plain(0x53), 91, 0x41],
  ['IntlBackslash', plain(0x56), 94, 0x0a],
  ['F11', plain(0x57), 95, 0x67],
  ['F12', plain(0x58), 96, 0x6f],
  ['IntlRo', plain(0x73), 97, 0x5e],
  ['Convert', plain(0x79), 100, undefined],
  ['KanaMode', plain(0x70), 101, undefined],
  ['NonConvert', plain(0x7b), 102, undefined],
  ['NumpadEnter', extended(0x1c), 104, 0x4c],
  ['ControlRight', extended(0x1d), 105, 0x3e],
  ['NumpadDivide', extended(0x35), 106, 0x4b],
  ['PrintScreen', extended(0x37), 107, undefined],
  ['AltRight', extended(0x38), 108, 0x3d],
  ['Home', extended(0x47), 110, 0x73],
  ['ArrowUp', extended(0x48), 111, 0x7e],
  ['PageUp', extended(0x49), 112, 0x74],
  ['ArrowLeft', extended(0x4b), 113, 0x7b],
  ['ArrowRight', extended(0x4d), 114, 0x7c],
  ['End', extended(0x4f), 115, 0x77],
  ['ArrowDown', extended(0x50), 116, 0x7d],
  ['PageDown', extended(0x51), 117, 0x79],
  ['Insert', extended(0x52), 118, 0x72],
  ['Delete', extended(0x53), 119, 0x75],
  ['AudioVolumeMute', extended(0x20), 121, 0x4a],
  ['AudioVolumeDown', extended(0x2e), 122, 0x49],
  ['AudioVolumeUp', extended(0x30), 123, 0x48],
  ['Pause', { scancode: 0x1d, prefix: 'e1' }, 127, undefined],
  ['Lang1', plain(0x72), 130, 0x68],
  ['IntlYen', plain(0x7d), 132, 0x5d],
  ['MetaLeft', extended(0x5b), 133, 0x37],
  ['MetaRight', extended(0x5c), 134, 0x36],
  ['ContextMenu', extended(0x5d), 135, 0x6e],
  ['MediaTrackNext', extended(0x19), 171, undefined],
  ['MediaPlayPause', extended(0x22), 172, undefined],
  ['MediaTrackPrevious', extended(0x10), 173, undefined],
];

describe('scancodes', () => {
  it.each(KNOWN)('%s', (code, key, x11, mac) => {
    expect(scancodeOf(code)).toEqual(key);
    expect(codeOf(key)).toBe(code);
    expect(x11KeycodeOf(key)).toBe(x11);
    expect(macKeycodeOf(key)).toBe(mac);
  });

  it('has every key once in each direction', () => {
    const scancodes = PHYSICAL_KEYS.map((code) => JSON.stringify(scancodeOf(code)));
    expect(new Set(scancodes).size).toBe(PHYSICAL_KEYS.length);
    const x11 = PHYSICAL_KEYS.map((code) => x11KeycodeOf(scancodeOf(code)!));
    expect(new Set(x11).size).toBe(PHYSICAL_KEYS.length);
    for (const keycode of x11) expect(keycode).toBeLessThanOrEqual(255);
    const mac = PHYSICAL_KEYS.map((code) => macKeycodeOf(scancodeOf(code)!)).filter((keycode) => keycode !== undefined);
    expect(new Set(mac).size).toBe(mac.length);
    for (const code of PHYSICAL_KEYS) expect(codeOf(scancodeOf(code)!)).toBe(code);
  });

  it('covers letters, digits, function keys and the keypad', () => {
    for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') expect(scancodeOf(`Key${letter}`)).toBeDefined();
    for (let i = 0; i < 10; i++) for (const row of ['Digit', 'Numpad']) expect(scancodeOf(`${row}${i}`)).toBeDefined();
    for (let i = 1; i <= 24; i++) expect(scancodeOf(`F${i}`)).toBeDefined();
    expect(scancodeOf('')).toBeUndefined();
    expect(scancodeOf('Unidentified')).toBeUndefined();
  });

  it('knows further names and codes of a key', () => {
    expect(scancodeOf('OSLeft')).toEqual(extended(0x5b));
    expect(codeOf(plain(0x54))).toBe('PrintScreen');
    expect(codeOf(extended(0x46))).toBe('Pause');
    expect(codeOf(extended(0x2a))).toBeUndefined();
  });

  it('presses Pause as the sequence the specification asks for, and reads it back as one key', () => {
    const sequence = keyEvents('Pause', true);
    expect(sequence).toEqual([
      { tag: 'key', scancode: 0x1d, prefix: 'e1', down: true },
      { tag: 'key', scancode: 0x45, prefix: 'none', down: true },
      { tag: 'key', scancode: 0x1d, prefix: 'e1', down: false },
      { tag: 'key', scancode: 0x45, prefix: 'none', down: false },
    ]);
    expect(keyEvents('Pause', false)).toEqual([]);
    const reader = new PauseReader();
    const injected = sequence.flatMap((event) => (event.tag === 'key' ? [reader.read(event, event.down)] : []));
    expect(injected.map((key) => key && codeOf(key))).toEqual(['Pause', undefined, 'Pause', undefined]);
  });

  it('reads Pause sent with its halves together, and leaves NumLock alone', () => {
    const reader = new PauseReader();
    expect(reader.read({ scancode: 0x1d, prefix: 'e1' }, true)).toBeDefined();
    expect(reader.read({ scancode: 0x1d, prefix: 'e1' }, false)).toBeDefined();
    expect(reader.read(plain(0x45), true)).toBeUndefined();
    expect(reader.read(plain(0x45), false)).toBeUndefined();
    expect(reader.read(plain(0x45), true)).toEqual(plain(0x45));
    expect(reader.read(plain(0x45), false)).toEqual(plain(0x45));
  });

  it('does not wait for a half that never comes', () => {
    const reader = new PauseReader();
    reader.read({ scancode: 0x1d, prefix: 'e1' }, true);
    reader.read(plain(0x1e), true);
    expect(reader.read(plain(0x45), true)).toEqual(plain(0x45));
  });

  it('sends ordinary keys as they are', () => {
    expect(keyEvents('KeyA', true)).toEqual([{ tag: 'key', scancode: 0x1e, prefix: 'none', down: true }]);
    expect(keyEvents('Delete', false)).toEqual([{ tag: 'key', scancode: 0x53, prefix: 'e0', down: false }]);
    expect(keyEvents('Nonsense', true)).toEqual([]);
  });
});
