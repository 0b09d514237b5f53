import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeldInput } from '../../../src/main/desktop/held-input.ts';
import { MacEvents, MOUSE_EVENT, type MacScreen, pixels, points } from '../../../src/main/desktop/macos/mac-events.ts';
import { macSupport } from '../../../src/main/desktop/macos/macos-input.ts';
import { INPUT_BYTES, inputRecords, packInputRecords, type WindowsScreen } from '../../../src/main/desktop/windows/send-input-records.ts';
import { WindowsText } from '../../../src/main/desktop/windows/windows-text.ts';
import type { InputEvent } from '../../../src/protocol/rdp/input/events.ts';

const NO_LOCKS = { scrollLock: false, numLock: false, capsLock: false, kanaLock: false };
const SCREEN: WindowsScreen = {
  virtualLeft: -1920,
  virtualTop: 0,
  virtualWidth: 3840,
  virtualHeight: 1080,
  swapButtons: false,
  locks: NO_LOCKS,
};
const key = (scancode: number, prefix: 'none' | 'e0' | 'e1', down: boolean): InputEvent => ({ tag: 'key', scancode, prefix, down });

describe('SendInput records', () => {
  it('carries scancodes as they are, extended ones marked, Unicode by code unit', () => {
    expect(inputRecords(key(0x1e, 'none', true), SCREEN)).toEqual([{ type: 'keyboard', vk: 0, scan: 0x1e, flags: 0x8 }]);
    expect(inputRecords(key(0x48, 'e0', false), SCREEN)).toEqual([{ type: 'keyboard', vk: 0, scan: 0x48, flags: 0x8 | 0x2 | 0x1 }]);
    expect(inputRecords(key(0x1d, 'e1', true), SCREEN)).toEqual([{ type: 'keyboard', vk: 0x13, scan: 0, flags: 0 }]);
    expect(inputRecords({ tag: 'unicode', codeUnit: 0xd83d, down: false }, SCREEN)).toEqual([
      { type: 'keyboard', vk: 0, scan: 0xd83d, flags: 0x4 | 0x2 },
    ]);
  });

  it('reaches exactly the pixel meant on any virtual desktop', () => {
    fc.assert(
      fc.property(fc.integer({ min: 640, max: 16_384 }), fc.integer({ min: -600, max: 0 }), fc.nat(), (virtualWidth, virtualLeft, any) => {
        const x = any % (virtualWidth + virtualLeft);
        const [record] = inputRecords({ tag: 'pointerMove', x, y: 5 }, { ...SCREEN, virtualLeft, virtualWidth });
        if (record?.type !== 'mouse') throw new Error('not a mouse record');
        expect(Math.floor((record.dx * virtualWidth) / 65_536) + virtualLeft).toBe(x);
        expect(record.flags).toBe(0xc001);
      }),
    );
  });

  it('presses buttons, the x buttons by number, swapped when the person has swapped them', () => {
    const press = (button: 'left' | 'x2', swapButtons = false) =>
      inputRecords({ tag: 'pointerButton', button, down: true, x: 0, y: 0 }, { ...SCREEN, swapButtons })[0];
    expect(press('left')).toMatchObject({ flags: 0xc003, mouseData: 0 });
    expect(press('left', true)).toMatchObject({ flags: 0xc009 });
    expect(press('x2')).toMatchObject({ flags: 0xc081, mouseData: 2 });
  });

  it('turns both wheels by the delta itself, wherever the event says', () => {
    expect(inputRecords({ tag: 'wheel', axis: 'vertical', delta: -40, x: 0, y: 0 }, SCREEN)[0]).toMatchObject({
      flags: 0x0800,
      mouseData: -40,
    });
    expect(inputRecords({ tag: 'wheel', axis: 'horizontal', delta: 120, x: 0, y: 0 }, SCREEN)[0]).toMatchObject({
      flags: 0x1000,
      mouseData: 120,
    });
  });

  it('taps only the lock keys that are not as wished', () => {
    const records = inputRecords(
      { tag: 'locks', locks: { ...NO_LOCKS, capsLock: true, numLock: true } },
      { ...SCREEN, locks: { ...NO_LOCKS, numLock: true } },
    );
    expect(records).toEqual([
      { type: 'keyboard', vk: 0x14, scan: 0, flags: 0 },
      { type: 'keyboard', vk: 0x14, scan: 0, flags: 2 },
    ]);
  });

  it('packs INPUT as 64-bit Windows lays it out', () => {
    const bytes = packInputRecords([
      { type: 'mouse', dx: 1, dy: 2, mouseData: -120, flags: 0x8801 },
      { type: 'keyboard', vk: 0, scan: 0x1234, flags: 0x4 },
    ]);
    expect(bytes.length).toBe(2 * INPUT_BYTES);
    const hex = Buffer.from(bytes).toString('hex');
    expect(hex.slice(0, 80)).toBe(`0000000000000000010000000200000088ffffff01880000${'0'.repeat(32)}`);
    expect(hex.slice(80)).toBe(`01000000000000000000341204000000${'0'.repeat(48)}`);
  });
});

describe('characters on Windows', () => {
  // VkKeyScanEx on a US layout: z, and the plus above the equals sign.
  const keyOf = (codeUnit: number) =>
    codeUnit === 0x7a ? { vk: 0x5a, scan: 0x2c, shift: false } : codeUnit === 0x2b ? { vk: 0xbb, scan: 0x0d, shift: true } : undefined;
  const character = (codeUnit: number, down = true): InputEvent => ({ tag: 'unicode', codeUnit, down });
  const vks = (text: WindowsText, event: InputEvent) =>
    text.records(event, keyOf)?.map((record) => (record.type === 'keyboard' ? [record.vk, record.flags] : []));

  it('are keys of this layout while Control is held, with Shift where it takes one', () => {
    const text = new WindowsText();
    expect(vks(text, key(0x1d, 'none', true))).toBeUndefined();
    expect([vks(text, character(0x7a)), vks(text, character(0x7a, false))]).toEqual([
      [
        [0x5a, 0],
        [0x5a, 2],
      ],
      [],
    ]);
    const plus = [
      [0xbb, 0],
      [0xbb, 2],
    ];
    expect(vks(text, character(0x2b))).toEqual([[0x10, 0], ...plus, [0x10, 2]]);
    text.records(key(0x36, 'none', true), keyOf);
    expect(vks(text, character(0x2b))).toEqual(plus);
  });

  it('are characters without it, and where no key gives them', () => {
    const text = new WindowsText();
    expect(vks(text, character(0x7a))).toBeUndefined();
    text.records(key(0x1d, 'none', true), keyOf);
    expect([vks(text, character(0x6f22)), vks(text, character(0x6f22, false))]).toEqual([undefined, undefined]);
    text.records(key(0x1d, 'none', false), keyOf);
    expect(vks(text, character(0x7a))).toBeUndefined();
  });
});

describe('CGEvent calls', () => {
  const retina: MacScreen = { left: 0, top: 0, pixelsPerPoint: 2 };
  const button = (down: boolean, x = 20, name: 'left' | 'right' | 'x1' = 'left'): InputEvent => ({
    tag: 'pointerButton',
    button: name,
    down,
    x,
    y: 10,
  });

  it('repeats the held modifiers in every event', () => {
    const mac = new MacEvents();
    expect(mac.translate(key(0x2a, 'none', true), retina, 0)).toEqual([{ tag: 'key', keycode: 0x38, down: true, flags: 0x2_0000 }]);
    expect(mac.translate(key(0x1e, 'none', true), retina, 0)).toEqual([{ tag: 'key', keycode: 0x00, down: true, flags: 0x2_0000 }]);
    expect(mac.translate(key(0x48, 'e0', true), retina, 0)).toEqual([
      { tag: 'key', keycode: 0x7e, down: true, flags: 0x2_0000 | 0xa0_0000 },
    ]);
    expect(mac.translate(key(0x2a, 'none', false), retina, 0)).toEqual([{ tag: 'key', keycode: 0x38, down: false, flags: 0 }]);
    expect(mac.translate(key(0x46, 'none', true), retina, 0)).toEqual([]);
  });

  it('works in points, drags while a button is held, and counts clicks', () => {
    const mac = new MacEvents();
    const types = (event: InputEvent, nowMs: number) =>
      mac.translate(event, retina, nowMs).map((call) => (call.tag === 'mouse' ? [call.type, call.x, call.clicks] : []));
    expect(types({ tag: 'pointerMove', x: 20, y: 10 }, 0)).toEqual([[MOUSE_EVENT.moved, 10, 0]]);
    expect(types(button(true), 0)).toEqual([[MOUSE_EVENT.leftDown, 10, 1]]);
    expect(types({ tag: 'pointerMove', x: 22, y: 10 }, 0)).toEqual([[MOUSE_EVENT.leftDragged, 11, 0]]);
    expect(types(button(false), 50)).toEqual([[MOUSE_EVENT.leftUp, 10, 1]]);
    expect(types(button(true), 200)).toEqual([[MOUSE_EVENT.leftDown, 10, 2]]);
    expect(types(button(false), 250)).toEqual([[MOUSE_EVENT.leftUp, 10, 2]]);
    expect(types(button(true), 900)).toEqual([[MOUSE_EVENT.leftDown, 10, 1]]);
    expect(types(button(false), 900)).toEqual([[MOUSE_EVENT.leftUp, 10, 1]]);
    expect(types(button(true, 60), 950)).toEqual([[MOUSE_EVENT.leftDown, 30, 1]]);
    expect(types(button(true, 20, 'x1'), 950)).toEqual([[MOUSE_EVENT.otherDown, 10, 1]]);
  });

  it('types whole characters, and scrolls in lines with the signs of macOS', () => {
    const mac = new MacEvents();
    expect(mac.translate({ tag: 'unicode', codeUnit: 0xd83d, down: true }, retina, 0)).toEqual([]);
    expect(mac.translate({ tag: 'unicode', codeUnit: 0xde00, down: true }, retina, 0)).toEqual([
      { tag: 'unicode', text: '😀', down: true },
      { tag: 'unicode', text: '😀', down: false },
    ]);
    expect(mac.translate({ tag: 'unicode', codeUnit: 0xde00, down: true }, retina, 0)).toEqual([]);
    expect(mac.translate({ tag: 'wheel', axis: 'horizontal', delta: 120, x: 0, y: 0 }, retina, 0)[0]).toEqual({
      tag: 'scroll',
      vertical: 0,
      horizontal: -1,
    });
    expect(mac.translate({ tag: 'wheel', axis: 'vertical', delta: 240, x: 0, y: 0 }, retina, 0)[0]).toEqual({
      tag: 'scroll',
      vertical: 2,
      horizontal: 0,
    });
  });
});

describe('characters on macOS', () => {
  const screen: MacScreen = { left: 0, top: 0, pixelsPerPoint: 2 };
  const type = (mac: MacEvents, text: string) => mac.translate({ tag: 'unicode', codeUnit: text.charCodeAt(0), down: true }, screen, 0);
  const keys = new Map([
    ['z', { keycode: 0x10, shift: false }],
    ['+', { keycode: 0x18, shift: true }],
  ]);

  it('are keys of this layout while Command is held, text without it and where no key gives them', () => {
    const mac = new MacEvents((character) => keys.get(character));
    expect(type(mac, 'z')[0]).toMatchObject({ tag: 'unicode', text: 'z' });
    mac.translate(key(0x5b, 'e0', true), screen, 0);
    expect(type(mac, 'z')).toEqual([
      { tag: 'key', keycode: 0x10, down: true, flags: 0x10_0000 },
      { tag: 'key', keycode: 0x10, down: false, flags: 0x10_0000 },
    ]);
    expect(type(mac, '+')[0]).toMatchObject({ keycode: 0x18, flags: 0x12_0000 });
    expect(type(mac, '漢')[0]).toMatchObject({ tag: 'unicode' });
  });

  it('and the pointer’s place comes back as it was put', () => {
    const place = { left: 100, top: 50, pixelsPerPoint: 2 };
    expect(pixels(points({ x: 333, y: 71 }, place), place)).toEqual({ x: 333, y: 71 });
  });
});

describe('what macOS allows', () => {
  it('is no picture of the wallpaper alone, and no input without a picture', () => {
    const reason = 'desktop.needsPermission';
    expect(macSupport(true, true)).toEqual({ capture: true, input: true });
    expect(macSupport(true, false)).toEqual({ capture: true, input: false, reason });
    expect(macSupport(false, true)).toEqual({ capture: false, input: false, reason });
  });
});

describe('what is held', () => {
  it('of characters that Windows was told were pressed too', () => {
    const held = new HeldInput();
    const character = (codeUnit: number, down: boolean): InputEvent => ({ tag: 'unicode', codeUnit, down });
    for (const event of [character(0x61, true), character(0x61, false), character(0xe9, true)]) held.note(event);
    expect(held.release()).toEqual([character(0xe9, false)]);
    expect(held.release()).toEqual([]);
  });

  it('is let go once, last pressed first', () => {
    const held = new HeldInput();
    for (const event of [key(0x2a, 'none', true), key(0x1e, 'none', true), key(0x30, 'none', true), key(0x30, 'none', false)])
      held.note(event);
    held.note({ tag: 'pointerButton', button: 'left', down: true, x: 1, y: 2 });
    held.note({ tag: 'pointerMove', x: 3, y: 4 });
    expect(held.release()).toEqual([
      key(0x1e, 'none', false),
      key(0x2a, 'none', false),
      { tag: 'pointerButton', button: 'left', down: false, x: 3, y: 4 },
    ]);
    expect(held.release()).toEqual([]);
  });
});
