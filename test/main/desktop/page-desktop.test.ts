import * as fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Desktop } from '../../../src/main/desktop/contract.ts';
import { createDesktop } from '../../../src/main/desktop/desktop.ts';
import { isDesktopShortcut } from '../../../src/main/desktop/desktop-shortcuts.ts';
import type { CoreGraphics } from '../../../src/main/desktop/macos/core-graphics.ts';
import { MOUSE_EVENT, type MacCall } from '../../../src/main/desktop/macos/mac-events.ts';
import { macScreens } from '../../../src/main/desktop/macos/mac-screens.ts';
import { MacSystem } from '../../../src/main/desktop/macos/macos-input.ts';
import type { Displays, ListedDisplay } from '../../../src/main/desktop/page/listed-screens.ts';
import type { InputRecord, WindowsScreen } from '../../../src/main/desktop/windows/send-input-records.ts';
import type { User32 } from '../../../src/main/desktop/windows/user32.ts';
import { WindowsSystem } from '../../../src/main/desktop/windows/windows-input.ts';
import {
  MONITOR_INFO_BYTES,
  readMonitorInfo,
  type WindowsMonitor,
  windowsScreens,
} from '../../../src/main/desktop/windows/windows-screens.ts';
import type { Rect, Size } from '../../../src/protocol/rdp/geometry.ts';
import { ALL } from '../../support/shared-part.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const contains = ({ x, y, width, height }: Rect, at: { x: number; y: number }): boolean =>
  at.x >= x && at.y >= y && at.x < x + width && at.y < y + height;

/** A primary monitor at 150 %, and one left of and above it at 100 %. */
const MONITORS: WindowsMonitor[] = [
  { device: '\\\\.\\DISPLAY1', area: { x: 0, y: 0, width: 2560, height: 1600 } },
  { device: '\\\\.\\DISPLAY2', area: { x: -1920, y: -200, width: 1920, height: 1080 } },
];
const DISPLAYS: ListedDisplay[] = [
  // 2560 / 1.5 is no whole number, and neither is the way back.
  display('11', true, { x: 0, y: 0, width: 1707, height: 1067 }, 1.5, { x: 0, y: 0, width: 2561, height: 1601 }),
  display('22', false, { x: -1920, y: -200, width: 1920, height: 1080 }, 1),
];

function display(id: string, primary: boolean, bounds: Rect, scaleFactor: number, pixels: Rect = bounds): ListedDisplay {
  return { id, name: `display ${id}`, primary, bounds, scaleFactor, pixels };
}

/** user32.dll with these monitors. */
class FakeUser32 implements User32 {
  there = MONITORS;
  at = { x: 0, y: 0 };
  /** Monitor of the window in front, or what else is in front. */
  front: WindowsMonitor | 'nothing' | 'desktop' | 'own' = 'nothing';
  /** Where this program's window is. */
  own: Rect = { x: 0, y: 0, width: 0, height: 0 };
  readonly sent: InputRecord[] = [];
  sendInput(records: readonly InputRecord[]): void {
    this.sent.push(...records);
  }
  screen(): WindowsScreen {
    const areas = this.there.map(({ area }) => area);
    const [left, top] = [Math.min(...areas.map(({ x }) => x)), Math.min(...areas.map(({ y }) => y))];
    return {
      virtualLeft: left,
      virtualTop: top,
      virtualWidth: Math.max(...areas.map(({ x, width }) => x + width)) - left,
      virtualHeight: Math.max(...areas.map(({ y, height }) => y + height)) - top,
      swapButtons: false,
      locks: { scrollLock: false, numLock: false, capsLock: false, kanaLock: false },
    };
  }
  pointer() {
    return this.at;
  }
  windowAt(point: { x: number; y: number }): unknown {
    return contains(this.own, point) ? 1 : 2;
  }
  inFront(): unknown {
    return this.front === 'nothing' ? 0 : this.front === 'own' ? 1 : 2;
  }
  isOwnProcess(window: unknown): boolean {
    return window === 1;
  }
  isDesktop(): boolean {
    return this.front === 'desktop';
  }
  monitors(): number {
    return this.there.length;
  }
  monitorAt(point: { x: number; y: number }): WindowsMonitor | undefined {
    return this.there.find(({ area }) => contains(area, point));
  }
  monitorOf(): WindowsMonitor | undefined {
    return typeof this.front === 'string' ? MONITORS[0] : this.front;
  }
  idleMs(): number {
    return 1_000;
  }
  keysDown(): number {
    return 0;
  }
  keyOf(codeUnit: number) {
    return codeUnit === 0x54 ? { vk: 0x54, scan: 0x14, shift: true } : undefined;
  }
  virtualKeyOf(scancode: number, extended: boolean): number {
    return { 0x14: 0x54, 0x3f: 0x74, 0x3a: 0x14 }[scancode] ?? (extended && scancode === 0x22 ? 0xb3 : 0);
  }
  /** Each as `modifiers vk`. */
  hotKeys = ['6 84', '2 84', '0 84', '0 116', '0 179'];
  readonly askedFor: string[] = [];
  isHotKey(modifiers: number, vk: number): boolean {
    this.askedFor.push(`${modifiers} ${vk}`);
    return this.hotKeys.includes(`${modifiers} ${vk}`);
  }
  layout(): undefined {
    return undefined;
  }
  /** Where on the virtual desktop the last record puts the pointer, as Windows counts back. */
  get put(): { x: number; y: number } {
    const record = this.sent.at(-1);
    if (record?.type !== 'mouse') throw new Error('not a mouse record');
    const { virtualLeft, virtualTop, virtualWidth, virtualHeight } = this.screen();
    return {
      x: Math.floor((record.dx * virtualWidth) / 65_536) + virtualLeft,
      y: Math.floor((record.dy * virtualHeight) / 65_536) + virtualTop,
    };
  }
}

let user32 = new FakeUser32();
vi.mock('../../../src/main/desktop/windows/user32.ts', () => ({ user32Library: () => user32 }));

let listed: ListedDisplay[];
let pointerOn: string | undefined;
let opened: (string | undefined)[];
let changed: () => void;
const displays: Displays = {
  list: () => listed,
  here: () => pointerOn,
  onChange: (listener) => {
    changed = listener;
    return () => undefined;
  },
};
beforeEach(() => {
  user32 = new FakeUser32();
  listed = [...DISPLAYS];
  pointerOn = '22';
  opened = [];
});
const desktop = (platform: 'win32' | 'darwin'): Desktop =>
  createDesktop({
    platform,
    env: {},
    workerUrl: new URL('file:///none'),
    openCapturePage: (screen) => {
      opened.push(screen);
      return Promise.reject(new Error('the page was asked for'));
    },
    displays,
    clock: new VirtualClock(),
  });
const never = () => new AbortController().signal;

describe.each(['win32', 'darwin'] as const)('screens on %s', (platform) => {
  it('are listed, one of them is where the question is, and no picture has all of them', async () => {
    const parts = await desktop(platform).parts();
    expect(parts).toMatchObject({ windows: [], here: '22', oneAtATime: true });
    expect(parts.screens.map(({ id, name, primary }) => [id, name, primary])).toEqual([
      ['11', 'display 11', true],
      ['22', 'display 22', false],
    ]);
    expect(await desktop(platform).size({ tag: 'screen', id: '22' })).toEqual({ width: 1920, height: 1080 });
    expect(await desktop(platform).size({ tag: 'screen', id: '33' })).toBeUndefined();
    expect(await desktop(platform).size(ALL)).toBeUndefined();
  });

  it('are captured by a page that is given this one', async () => {
    await expect(desktop(platform).openCapture(never(), { tag: 'screen', id: '22' })).rejects.toThrow('the page was asked for');
    // One that is gone is not taken for another.
    await expect(desktop(platform).openCapture(never(), { tag: 'screen', id: '33' })).rejects.toThrow('the page was asked for');
    expect(opened).toEqual(['22', '33']);
  });

  it('are not shown all together, nor is a window; everything is the one there is', async () => {
    await expect(desktop(platform).openCapture(never(), ALL)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(desktop(platform).openInput(never(), ALL)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(desktop(platform).openCapture(never(), { tag: 'window', id: '22' })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(opened).toEqual([]);
    listed = DISPLAYS.slice(1);
    await expect(desktop(platform).openCapture(never(), ALL)).rejects.toThrow('the page was asked for');
    expect(opened).toEqual(['22']);
    expect(await desktop(platform).size(ALL)).toEqual({ width: 1920, height: 1080 });
  });
});

describe('screens on Windows', () => {
  it('have the pixels that the system says, not those that a scale gives', async () => {
    expect((await desktop('win32').parts()).screens.map(({ area }) => area)).toEqual(MONITORS.map(({ area }) => area));
    expect(windowsScreens(DISPLAYS.slice(0, 1), () => undefined)[0]?.area).toEqual({ x: 0, y: 0, width: 2561, height: 1601 });
  });

  it('are read from MONITORINFOEX as it lies in memory', () => {
    const info = Buffer.alloc(MONITOR_INFO_BYTES);
    info.writeUInt32LE(104, 0);
    [-1920, -200, 0, 880, -1920, -200, 0, 840].forEach((edge, at) => info.writeInt32LE(edge, 4 + 4 * at));
    info.write('\\\\.\\DISPLAY2', 40, 'utf16le');
    expect(readMonitorInfo(info)).toEqual(MONITORS[1]);
  });

  it('are other ones as soon as the system says so, whatever Electron has heard', async () => {
    const { listedScreens } = await import('../../../src/main/desktop/page/listed-screens.ts');
    const screens = listedScreens(displays, await import('../../../src/main/desktop/windows/windows-input.ts'));
    const before = screens.stamp();
    expect(screens.stamp()).toBe(before);
    // What is a name of Windows' may go to another monitor.
    user32.there = [MONITORS[0] as WindowsMonitor, { device: '\\\\.\\DISPLAY3', area: { x: -1920, y: -200, width: 1920, height: 1080 } }];
    expect(screens.stamp()).not.toBe(before);
    user32.there = MONITORS.slice(0, 1);
    expect(screens.stamp()).not.toBe(before);
    user32.there = MONITORS;
    listed = DISPLAYS.slice(0, 1);
    expect(screens.stamp()).not.toBe(before);
    listed = DISPLAYS;
    expect(screens.stamp()).toBe(before);
    const heard = vi.fn();
    screens.onChange(heard);
    changed();
    expect(heard).toHaveBeenCalledOnce();
  });

  it('are hit at exactly the pixel that was meant, wherever they stand', () => {
    const side = fc.integer({ min: 320, max: 4_096 });
    const place = fc.integer({ min: -4_096, max: 4_096 });
    fc.assert(
      fc.property(fc.record({ x: place, y: place, width: side, height: side }), fc.nat(), fc.nat(), (area, anyX, anyY) => {
        user32.there = [MONITORS[0] as WindowsMonitor, { device: '2', area }];
        const system = new WindowsSystem(user32);
        system.place({ id: '22', name: '', primary: false, area }, area);
        const at = { x: anyX % area.width, y: anyY % area.height };
        system.post([{ tag: 'pointerMove', ...at }]);
        expect(user32.put).toEqual({ x: area.x + at.x, y: area.y + at.y });
        user32.at = user32.put;
        expect(system.pointer()).toEqual(at);
      }),
    );
  });

  it('are reached, too, in a picture that is smaller than they are', () => {
    const system = new WindowsSystem(user32);
    const [, left] = MONITORS as [WindowsMonitor, WindowsMonitor];
    system.place({ id: '22', name: '', primary: false, area: left.area }, { width: 960, height: 540 });
    system.post([{ tag: 'pointerMove', x: 959, y: 1 }]);
    expect(user32.put).toEqual({ x: -2, y: -198 });
    user32.at = { x: -1, y: -198 };
    expect(system.pointer()).toEqual({ x: 959, y: 1 });
  });

  it('have the keyboard where most of the window in front is, and the window at a place of theirs', () => {
    const system = new WindowsSystem(user32);
    const [primary, left] = MONITORS as [WindowsMonitor, WindowsMonitor];
    system.place({ id: '22', name: '', primary: false, area: left.area }, left.area);
    const isThere = (): boolean | undefined => {
      const at = system.focus();
      return at && contains({ x: 0, y: 0, width: left.area.width, height: left.area.height }, at);
    };
    user32.front = left;
    expect(isThere()).toBe(true);
    user32.front = primary;
    expect(isThere()).toBe(false);
    // It lies on all monitors.
    user32.front = 'desktop';
    expect(isThere()).toBeUndefined();
    user32.front = 'nothing';
    expect(isThere()).toBeUndefined();
    expect(system.hasFocus()).toBe(false);
    user32.front = 'own';
    expect(system.hasFocus()).toBe(true);
    user32.own = { x: -1920, y: -200, width: 10, height: 10 };
    expect([system.isOwnAt({ x: 9, y: 9 }), system.isOwnAt({ x: 10, y: 9 })]).toEqual([true, false]);
  });

  it('get no key that Windows takes for itself', () => {
    const { shortcuts } = new WindowsSystem(user32);
    const is = (prefix: 'none' | 'e0', scancode: number, ...held: string[]) =>
      isDesktopShortcut({ tag: 'key', prefix, scancode, down: true }, shortcuts, (key) => held.includes(key));
    expect([is('e0', 0x5b), is('e0', 0x5c), is('none', 0x0f, 'none56'), is('none', 0x01, 'none29', 'none42'), is('e0', 0x37)]).toEqual(
      Array.from({ length: 5 }, () => true),
    );
    // Alt+F4, Ctrl+Tab, Tab and Esc are the window's.
    expect([is('none', 0x3e, 'none56'), is('none', 0x0f, 'none29'), is('none', 0x0f), is('none', 0x01)]).toEqual(
      Array.from({ length: 4 }, () => false),
    );
  });
});

describe('keys that other programs have taken on Windows', () => {
  const key = (prefix: 'none' | 'e0', scancode: number) => ({ tag: 'key', prefix, scancode, down: true }) as const;
  const letter = { tag: 'unicode', codeUnit: 0x54, down: true } as const;

  it('are known with the modifiers that are held, as keys and as characters', () => {
    const system = new WindowsSystem(user32);
    expect(system.isTaken(key('none', 0x14), new Set(['control']))).toBe(true);
    expect(system.isTaken(key('none', 0x14), new Set(['control', 'shift']))).toBe(true);
    expect(system.isTaken(key('none', 0x14), new Set(['control', 'alt']))).toBe(false);
    expect(system.isTaken(letter, new Set(['control']))).toBe(true);
    expect(user32.askedFor).toEqual(['2 84', '6 84', '3 84', '6 84']);
  });

  it('are function and media keys alone, too, but nothing that is typed is asked about', () => {
    const system = new WindowsSystem(user32);
    expect(system.isTaken(key('none', 0x3f), new Set())).toBe(true);
    expect(system.isTaken(key('e0', 0x22), new Set())).toBe(true);
    user32.askedFor.length = 0;
    const none = new Set<never>();
    expect([key('none', 0x14), letter, key('none', 0x3a), key('none', 0x7f)].map((event) => system.isTaken(event, none))).toEqual(
      Array.from({ length: 4 }, () => false),
    );
    expect(system.isTaken(key('none', 0x14), new Set(['shift']))).toBe(false);
    expect(user32.askedFor).toEqual([]);
  });
});

describe('screens on macOS', () => {
  /** A main display of two pixels a point, and one of one pixel right of it, higher. */
  const retina = display('11', true, { x: 0, y: 0, width: 1440, height: 900 }, 2);
  const external = display('22', false, { x: 1440, y: -180, width: 1920, height: 1080 }, 1);
  const calls: MacCall[] = [];
  const state = { pointer: { x: 0, y: 0 }, focused: 7 as number | undefined, window: undefined as { x: number; y: number } | undefined };
  const graphics: CoreGraphics = {
    isTrusted: () => true,
    mayRecord: () => true,
    bounds: (id) => (id === 22 ? external.bounds : retina.bounds),
    post: (call) => calls.push(call),
    pointer: () => state.pointer,
    processAt: (x, y) => (contains({ x: 1440, y: -180, width: 10, height: 10 }, { x, y }) ? process.pid : 7),
    focusedProcess: () => state.focused,
    windowOf: (id) => (id === 7 ? state.window : undefined),
    idleMs: () => 0,
    keysDown: () => 0,
    keys: () =>
      new Map([
        ['d', { keycode: 2, shift: false }],
        ['D', { keycode: 2, shift: true }],
      ]),
    layout: () => undefined,
    // Command+Option+D hides the Dock, and F2 of a keyboard whose arrows and functions carry a flag of their own.
    hotKeys: () => [
      { keycode: 2, modifiers: 0x900 },
      { keycode: 0x78, modifiers: 0x2_0000 },
    ],
  };
  const system = (id: string, picture: Size = id === '22' ? { width: 1920, height: 1080 } : { width: 2880, height: 1800 }): MacSystem => {
    const made = new MacSystem(graphics, new VirtualClock());
    made.place({ id, name: '', primary: false, area: { x: 0, y: 0, width: 1, height: 1 } }, picture);
    return made;
  };

  it('have their own pixels, and lie beside each other as their points do', () => {
    expect(macScreens([retina, external]).map(({ area }) => area)).toEqual([
      { x: 0, y: 0, width: 2880, height: 1800 },
      { x: 2880, y: -360, width: 1920, height: 1080 },
    ]);
    expect(macScreens([external])[0]?.area).toEqual({ x: 1440, y: -180, width: 1920, height: 1080 });
  });

  it('are reached in points of the desktop, each with its own scale', () => {
    calls.length = 0;
    system('22').post([{ tag: 'pointerMove', x: 100, y: 50 }]);
    system('11').post([{ tag: 'pointerMove', x: 101, y: 50 }]);
    expect(calls).toMatchObject([
      { type: MOUSE_EVENT.moved, x: 1540, y: -130 },
      { type: MOUSE_EVENT.moved, x: 50.5, y: 25 },
    ]);
    // Before macOS 14 a picture has a pixel for each point.
    system('11', { width: 1440, height: 900 }).post([{ tag: 'pointerMove', x: 101, y: 50 }]);
    expect(calls.at(-1)).toMatchObject({ x: 101, y: 50 });
    state.pointer = { x: 1540, y: -130 };
    expect(system('22').pointer()).toEqual({ x: 100, y: 50 });
    expect(system('11').pointer()).toEqual({ x: 3080, y: -260 });
  });

  it('have the keyboard where the middle of the window is that has it', () => {
    state.window = { x: 1500, y: 0 };
    expect(system('22').focus()).toEqual({ x: 60, y: 180 });
    state.window = undefined;
    expect(system('22').focus()).toBeUndefined();
    state.focused = undefined;
    expect(system('22').focus()).toBeUndefined();
    expect(system('22').hasFocus()).toBe(false);
    state.focused = process.pid;
    expect(system('22').hasFocus()).toBe(true);
    expect([system('22').isOwnAt({ x: 9, y: 9 }), system('22').isOwnAt({ x: 10, y: 9 })]).toEqual([true, false]);
  });

  it('get no key that macOS takes for itself, as it comes', () => {
    const { shortcuts } = system('22');
    const is = (prefix: 'none' | 'e0', scancode: number, ...held: string[]) =>
      isDesktopShortcut({ tag: 'key', prefix, scancode, down: true }, shortcuts, (key) => held.includes(key));
    expect([is('none', 0x0f, 'e091'), is('none', 0x39, 'e092'), is('e0', 0x48, 'none29'), is('none', 0x04, 'e091', 'none42')]).toEqual(
      Array.from({ length: 4 }, () => true),
    );
    const three = (...held: string[]) =>
      isDesktopShortcut({ tag: 'unicode', codeUnit: 0x33, down: true }, shortcuts, (key) => held.includes(key));
    expect([three('e091', 'none42'), three('e091'), three()]).toEqual([true, false, false]);
    expect([is('none', 0x2e, 'e091'), is('e0', 0x48), is('none', 0x0f)]).toEqual([false, false, false]);
  });

  it('get none either that the person has made a shortcut of', () => {
    const mac = system('22');
    const key = (scancode: number) => ({ tag: 'key', prefix: 'none', scancode, down: true }) as const;
    const letter = (text: string) => ({ tag: 'unicode', codeUnit: text.charCodeAt(0), down: true }) as const;
    expect(mac.isTaken(key(0x20), new Set(['logo', 'alt']))).toBe(true);
    expect(mac.isTaken(letter('d'), new Set(['logo', 'alt']))).toBe(true);
    expect(mac.isTaken(letter('D'), new Set(['logo', 'alt']))).toBe(false);
    expect(mac.isTaken(key(0x20), new Set(['logo']))).toBe(false);
    expect(mac.isTaken(letter('d'), new Set())).toBe(false);
    expect(mac.isTaken(key(0x3c), new Set())).toBe(true);
  });
});
