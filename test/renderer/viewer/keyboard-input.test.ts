import { describe, expect, it } from 'vitest';
import type { InputEvent, LockKeys } from '../../../src/protocol/rdp/input/events.ts';
import { KeyboardInput, type KeyStroke } from '../../../src/renderer/viewer/keyboard-input.ts';

const stroke = (code: string, key = code, more: Partial<KeyStroke> = {}): KeyStroke => ({
  code,
  key,
  isComposing: false,
  timeMs: 0,
  ...more,
});
const key = (scancode: number, down: boolean, prefix: 'none' | 'e0' | 'e1' = 'none'): InputEvent => ({
  tag: 'key',
  scancode,
  prefix,
  down,
});
const LOCKS: LockKeys = { scrollLock: false, numLock: true, capsLock: false, kanaLock: false };

describe('keyboard input', () => {
  it('sends keys by position, whatever the layout made of them', () => {
    const keyboard = new KeyboardInput('linux');
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
    for (const code of ['ControlLeft', 'AltLeft', 'Delete']) keyboard.down(stroke(code));
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
    expect(keyboard.text('x'.repeat(100_000)).length).toBeLessThanOrEqual(8192);
  });

  it('releases a key that went down before a composition began', () => {
    const keyboard = new KeyboardInput('linux');
    keyboard.down(stroke('ShiftLeft'));
    expect(keyboard.up(stroke('ShiftLeft', 'Shift', { isComposing: true })).events).toEqual([key(0x2a, false)]);
  });

  it('takes back the ControlLeft that Windows makes out of AltGr, but not one that was held', () => {
    const keyboard = new KeyboardInput('windows');
    keyboard.down(stroke('ControlLeft', 'Control', { timeMs: 1000 }));
    expect(keyboard.down(stroke('AltRight', 'AltGraph', { timeMs: 1000.4 })).events).toEqual([key(0x1d, false), key(0x38, true, 'e0')]);
    expect(keyboard.up(stroke('ControlLeft', 'Control', { timeMs: 1100 })).events).toEqual([]);
    expect(keyboard.up(stroke('AltRight', 'AltGraph', { timeMs: 1100 })).events).toEqual([key(0x38, false, 'e0')]);
    keyboard.down(stroke('ControlLeft', 'Control', { timeMs: 2000 }));
    expect(keyboard.down(stroke('AltRight', 'AltGraph', { timeMs: 2300 })).events).toEqual([key(0x38, true, 'e0')]);
  });

  it('on macOS turns CapsLock into a whole press and releases what Command hid', () => {
    const keyboard = new KeyboardInput('mac');
    expect(keyboard.down(stroke('CapsLock')).events).toEqual([key(0x3a, true), key(0x3a, false)]);
    expect(keyboard.up(stroke('CapsLock')).events).toEqual([key(0x3a, true), key(0x3a, false)]);
    keyboard.down(stroke('MetaLeft'));
    keyboard.down(stroke('KeyC'));
    expect(keyboard.up(stroke('MetaLeft')).events).toEqual([key(0x5b, false, 'e0'), key(0x2e, false)]);
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
