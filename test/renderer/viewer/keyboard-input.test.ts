import { describe, expect, it } from 'vitest';
import type { InputEvent, LockKeys } from '../../../src/protocol/rdp/input/events.ts';
import { NO_MODIFIERS } from '../../../src/renderer/viewer/key-meaning.ts';
import { KeyboardInput, type KeyStroke, type Platform } from '../../../src/renderer/viewer/keyboard-input.ts';

const stroke = (code: string, key = code, more: Partial<KeyStroke> = {}): KeyStroke => ({
  code,
  key,
  isComposing: false,
  timeMs: 0,
  modifiers: NO_MODIFIERS,
  ...more,
});
const key = (scancode: number, down: boolean, prefix: 'none' | 'e0' | 'e1' = 'none'): InputEvent => ({
  tag: 'key',
  scancode,
  prefix,
  down,
});
const LOCKS: LockKeys = { scrollLock: false, numLock: true, capsLock: false, kanaLock: false };

const held = (...names: (keyof typeof NO_MODIFIERS)[]): Partial<KeyStroke> => ({
  modifiers: { ...NO_MODIFIERS, ...Object.fromEntries(names.map((name) => [name, true])) },
});
const typed = (text: string): InputEvent[] =>
  Array.from({ length: text.length }, (_, index) => text.charCodeAt(index)).flatMap((codeUnit) => [
    { tag: 'unicode', codeUnit, down: true } as const,
    { tag: 'unicode', codeUnit, down: false } as const,
  ]);

function byPosition(platform: Platform): KeyboardInput {
  const keyboard = new KeyboardInput(platform);
  keyboard.typing = 'positions';
  return keyboard;
}

describe('keyboard input', () => {
  it('sends keys by position where the expert wants that, whatever the layout made of them', () => {
    const keyboard = byPosition('linux');
    expect(keyboard.down(stroke('KeyQ', 'a'))).toEqual({ events: [key(0x10, true)], handled: true });
    expect(keyboard.up(stroke('KeyQ', 'a'))).toEqual({ events: [key(0x10, false)], handled: true });
    expect(keyboard.down(stroke('ArrowLeft')).events).toEqual([key(0x4b, true, 'e0')]);
  });

  it('repeats a held key and releases it once', () => {
    const keyboard = new KeyboardInput('linux');
    keyboard.down(stroke('KeyA'));
    expect(keyboard.down(stroke('KeyA')).events).toEqual([key(0x1e, true)]);
    expect(keyboard.up(stroke('KeyA')).events).toEqual([key(0x1e, false)]);
    expect(keyboard.up(stroke('KeyA'))).toEqual({ events: [], handled: true });
  });

  it('lets go of everything, the newest first, and only once', () => {
    const keyboard = new KeyboardInput('linux');
    for (const code of ['ControlLeft', 'AltLeft', 'Delete']) keyboard.down(stroke(code, code, held('control', 'alt')));
    expect(keyboard.releaseAll()).toEqual([key(0x53, false, 'e0'), key(0x38, false), key(0x1d, false)]);
    expect(keyboard.releaseAll()).toEqual([]);
    expect(keyboard.up(stroke('AltLeft')).events).toEqual([]);
  });

  it('says nothing of held keys once nobody listens', () => {
    const keyboard = new KeyboardInput('linux');
    keyboard.down(stroke('ShiftLeft'));
    keyboard.forget();
    expect(keyboard.releaseAll()).toEqual([]);
  });

  it('leaves what an input method composes, and keys without a position, to become text', () => {
    const keyboard = new KeyboardInput('linux');
    expect(keyboard.down(stroke('KeyN', 'Process'))).toEqual({ events: [], handled: false });
    expect(keyboard.down(stroke('KeyN', 'n', { isComposing: true }))).toEqual({ events: [], handled: false });
    expect(keyboard.down(stroke('', 'é'))).toEqual({ events: [], handled: false });
    expect(keyboard.down(stroke('BrightnessUp'))).toEqual({ events: [], handled: false });
    expect(keyboard.text('é😀\n')).toEqual([
      { tag: 'unicode', codeUnit: 0xe9, down: true },
      { tag: 'unicode', codeUnit: 0xe9, down: false },
      { tag: 'unicode', codeUnit: 0xd83d, down: true },
      { tag: 'unicode', codeUnit: 0xd83d, down: false },
      { tag: 'unicode', codeUnit: 0xde00, down: true },
      { tag: 'unicode', codeUnit: 0xde00, down: false },
      key(0x1c, true),
      key(0x1c, false),
    ]);
    expect(keyboard.text('x'.repeat(10_000))).toHaveLength(20_000);
  });

  it('releases a key that went down before a composition began', () => {
    const keyboard = new KeyboardInput('linux');
    keyboard.down(stroke('ShiftLeft'));
    expect(keyboard.up(stroke('ShiftLeft', 'Shift', { isComposing: true })).events).toEqual([key(0x2a, false)]);
  });

  it('takes back the ControlLeft that Windows makes out of AltGr, but not one that was held', () => {
    const keyboard = byPosition('windows');
    keyboard.down(stroke('ControlLeft', 'Control', { timeMs: 1000 }));
    expect(keyboard.down(stroke('AltRight', 'AltGraph', { timeMs: 1000.4 })).events).toEqual([key(0x1d, false), key(0x38, true, 'e0')]);
    expect(keyboard.up(stroke('ControlLeft', 'Control', { timeMs: 1100 })).events).toEqual([]);
    expect(keyboard.up(stroke('AltRight', 'AltGraph', { timeMs: 1100 })).events).toEqual([key(0x38, false, 'e0')]);
    keyboard.down(stroke('ControlLeft', 'Control', { timeMs: 2000 }));
    expect(keyboard.down(stroke('AltRight', 'AltGraph', { timeMs: 2300, ...held('control', 'alt', 'altGraph') })).events).toEqual([
      key(0x38, true, 'e0'),
    ]);
  });

  it('on macOS turns CapsLock into a whole press and releases what Command hid', () => {
    const keyboard = new KeyboardInput('mac');
    expect(keyboard.down(stroke('CapsLock')).events).toEqual([key(0x3a, true), key(0x3a, false)]);
    expect(keyboard.up(stroke('CapsLock')).events).toEqual([key(0x3a, true), key(0x3a, false)]);
    keyboard.typing = 'positions';
    keyboard.down(stroke('MetaLeft', 'Meta', held('meta')));
    keyboard.down(stroke('KeyC', 'c', held('meta')));
    expect(keyboard.up(stroke('MetaLeft', 'Meta')).events).toEqual([key(0x5b, false, 'e0'), key(0x2e, false)]);
  });

  it('tells lock keys on focus and whenever they differ, but not while one moves', () => {
    const keyboard = new KeyboardInput('linux');
    expect(keyboard.syncLocks(LOCKS, true)).toEqual([{ tag: 'locks', locks: LOCKS }]);
    expect(keyboard.syncLocks(LOCKS, false)).toEqual([]);
    expect(keyboard.syncLocks(LOCKS, true)).toHaveLength(1);
    const caps = { ...LOCKS, capsLock: true };
    expect(keyboard.syncLocks(caps, false, 'CapsLock')).toEqual([]);
    expect(keyboard.syncLocks(caps, false, 'KeyA')).toEqual([{ tag: 'locks', locks: caps }]);
    keyboard.forget();
    expect(keyboard.syncLocks(caps, false)).toHaveLength(1);
  });

  it('sends PrintScreen where Windows tells only that it came up', () => {
    const both = [key(0x37, true, 'e0'), key(0x37, false, 'e0')];
    expect(new KeyboardInput('windows').up(stroke('PrintScreen'))).toEqual({ events: both, handled: true });
    for (const platform of ['windows', 'linux'] as const) {
      const keyboard = new KeyboardInput(platform);
      expect([...keyboard.down(stroke('PrintScreen')).events, ...keyboard.up(stroke('PrintScreen')).events]).toEqual(both);
    }
    expect(new KeyboardInput('linux').up(stroke('PrintScreen')).events).toEqual([]);
  });

  it('sends Pause as its sequence', () => {
    const keyboard = new KeyboardInput('linux');
    expect(keyboard.down(stroke('Pause')).events).toHaveLength(4);
    expect(keyboard.up(stroke('Pause'))).toEqual({ events: [], handled: true });
  });
});

describe('what a key means here', () => {
  it.each([
    ['CapsLock', 'Control', key(0x1d, true)],
    ['CapsLock', 'Escape', key(0x01, true)],
    ['ControlLeft', 'CapsLock', key(0x3a, true)],
    ['AltLeft', 'Meta', key(0x38, true)],
    ['MetaLeft', 'Alt', key(0x38, true)],
    ['ControlRight', 'Control', key(0x1d, true, 'e0')],
  ] as const)('counts: %s as %s', (code, meaning, event) => {
    expect(new KeyboardInput('linux').down(stroke(code, meaning)).events).toEqual([event]);
  });

  it('is released as it was pressed, and not before the other key that means the same', () => {
    const keyboard = new KeyboardInput('linux');
    keyboard.down(stroke('CapsLock', 'Control', held('control')));
    keyboard.down(stroke('ControlLeft', 'Control', held('control')));
    expect(keyboard.up(stroke('CapsLock', 'Control', held('control'))).events).toEqual([]);
    expect(keyboard.up(stroke('ControlLeft', 'Control')).events).toEqual([key(0x1d, false)]);
  });

  it('may be nothing at the other end', () => {
    expect(new KeyboardInput('linux').down(stroke('CapsLock', 'Compose'))).toEqual({ events: [], handled: false });
  });
});

describe('a modifier whose release was not heard', () => {
  it('is let go of before the next key', () => {
    const keyboard = new KeyboardInput('linux');
    keyboard.down(stroke('AltLeft', 'Alt', held('alt')));
    keyboard.down(stroke('Tab', 'Tab', held('alt')));
    keyboard.up(stroke('Tab', 'Tab', held('alt')));
    expect(keyboard.down(stroke('KeyF', 'f')).events).toEqual([key(0x38, false), ...typed('f')]);
  });

  it('is let go of before a click, and only what the click does not say is held', () => {
    const keyboard = new KeyboardInput('linux');
    keyboard.down(stroke('AltLeft', 'Alt', held('alt')));
    keyboard.down(stroke('ShiftLeft', 'Shift', held('alt', 'shift')));
    expect(keyboard.settle({ ...NO_MODIFIERS, shift: true })).toEqual([key(0x38, false)]);
    expect(keyboard.settle(NO_MODIFIERS)).toEqual([key(0x2a, false)]);
    expect(keyboard.settle(NO_MODIFIERS)).toEqual([]);
  });
});

describe('text', () => {
  it('arrives as the expert sees it on the keyboard, whatever lies where', () => {
    const keyboard = new KeyboardInput('linux');
    expect(keyboard.down(stroke('KeyY', 'z'))).toEqual({ events: typed('z'), handled: true });
    expect(keyboard.down(stroke('KeyY', 'z')).events).toEqual(typed('z'));
    expect(keyboard.up(stroke('KeyY', 'z'))).toEqual({ events: [], handled: true });
    expect(keyboard.down(stroke('BracketLeft', 'ü')).events).toEqual(typed('ü'));
    expect(keyboard.down(stroke('ShiftLeft', 'Shift', held('shift'))).events).toEqual([key(0x2a, true)]);
    expect(keyboard.down(stroke('Digit7', '/', held('shift'))).events).toEqual(typed('/'));
  });

  it('takes what AltGr gives, and AltGr itself nowhere', () => {
    for (const platform of ['linux', 'windows'] as const) {
      const keyboard = new KeyboardInput(platform);
      const windows = platform === 'windows' ? (['control', 'alt'] as const) : [];
      if (platform === 'windows') keyboard.down(stroke('ControlLeft', 'Control', held('control')));
      const altGraph = keyboard.down(stroke('AltRight', 'AltGraph', held('altGraph', ...windows))).events;
      expect(altGraph).toEqual(platform === 'windows' ? [key(0x1d, false)] : []);
      expect(keyboard.down(stroke('KeyQ', '@', held('altGraph', ...windows))).events).toEqual(typed('@'));
      expect(keyboard.up(stroke('AltRight', 'AltGraph')).events).toEqual([]);
    }
    const mac = new KeyboardInput('mac');
    mac.down(stroke('AltLeft', 'Alt', held('alt')));
    expect(mac.down(stroke('KeyL', '@', held('alt'))).events).toEqual([key(0x38, false), ...typed('@')]);
  });

  it('leaves a dead key to the page, which makes a character of it', () => {
    expect(new KeyboardInput('linux').down(stroke('Equal', 'Dead'))).toEqual({ events: [], handled: false });
  });

  it('names a shortcut by its letter, and by its key where the letter is not Latin', () => {
    const keyboard = new KeyboardInput('linux');
    keyboard.down(stroke('ControlLeft', 'Control', held('control')));
    expect(keyboard.down(stroke('KeyY', 'z', held('control'))).events).toEqual(typed('z'));
    expect(keyboard.down(stroke('KeyC', 'с', held('control'))).events).toEqual([key(0x2e, true)]);
  });

  it('is not what the keypad’s digits and the space bar are', () => {
    const keyboard = new KeyboardInput('linux');
    expect(keyboard.down(stroke('Numpad7', '7')).events).toEqual([key(0x47, true)]);
    expect(keyboard.down(stroke('NumpadDecimal', ',')).events).toEqual(typed(','));
    expect(keyboard.down(stroke('Space', ' ')).events).toEqual([key(0x39, true)]);
  });
});
