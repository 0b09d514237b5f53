import koffi from 'koffi';
import type { KeyboardLayout } from '../../../facts/desktop.ts';
import { INPUT_BYTES, packInputRecords, type InputRecord, type WindowsScreen } from './send-input-records.ts';
import { MONITOR_INFO_BYTES, readMonitorInfo, type WindowsMonitor } from './windows-screens.ts';
import type { CharacterKey } from './windows-text.ts';

const SM_SWAPBUTTON = 23;
const SM_XVIRTUALSCREEN = 76;
const SM_YVIRTUALSCREEN = 77;
const SM_CXVIRTUALSCREEN = 78;
const SM_CYVIRTUALSCREEN = 79;
const DESKTOP_CLASSES: ReadonlySet<string> = new Set(['Progman', 'WorkerW']);
const MAX_CLASS_NAME = 256;
const SM_CMONITORS = 80;
const MONITOR_DEFAULTTONULL = 0;
const VK_CAPITAL = 0x14;
const VK_KANA = 0x15;
const VK_NUMLOCK = 0x90;
const VK_SCROLL = 0x91;
/** Shift, Control and Alt whichever side, which the sides are counted for, and what an injected character is held with. */
const NOT_KEYS: ReadonlySet<number> = new Set([0x10, 0x11, 0x12, 0xe7]);
const LAST_KEY = 0xfe;
const MAPVK_VK_TO_VSC = 0;
const MAPVK_VSC_TO_VK_EX = 3;
const MOD_NOREPEAT = 0x4000;
/** Of ours; from 0xc000 on they are those of libraries. */
const HOT_KEY_ID = 0xbfff;
/** F24 with Control, Alt and Shift, which nobody registers. */
const UNLIKELY = { modifiers: 7, vk: 0x87 };
/** VkKeyScanEx: the shift state that is Shift alone. */
const SHIFT_ALONE = 1;
/** A locale's own name is at most this long, with its end. */
const LOCALE_NAME_MAX_LENGTH = 85;
const LOCALE_SLOCALIZEDDISPLAYNAME = 2;
const MAX_DISPLAY_NAME = 128;

export interface User32 {
  sendInput(records: readonly InputRecord[]): void;
  screen(): WindowsScreen;
  pointer(): { readonly x: number; readonly y: number };
  /** The window that takes the mouse at this point; 0 for none. */
  windowAt(point: { readonly x: number; readonly y: number }): unknown;
  /** The window that takes the keyboard. */
  inFront(): unknown;
  isOwnProcess(window: unknown): boolean;
  /** The desktop itself, which lies on all monitors. */
  isDesktop(window: unknown): boolean;
  /** How many monitors show the desktop. */
  monitors(): number;
  /** Undefined where none is. */
  monitorAt(point: { readonly x: number; readonly y: number }): WindowsMonitor | undefined;
  /** The one that has the largest part of this window; undefined where none has any. */
  monitorOf(window: unknown): WindowsMonitor | undefined;
  idleMs(): number;
  keysDown(): number;
  keyOf(codeUnit: number): CharacterKey | undefined;
  /** The virtual key of a scancode on the layout in use; 0 for none. */
  virtualKeyOf(scancode: number, extended: boolean): number;
  /** Whether a program has registered this key with these modifiers (MOD_…) for the whole desktop. */
  isHotKey(modifiers: number, vk: number): boolean;
  layout(): KeyboardLayout | undefined;
}

let loaded: User32 | undefined;

/** user32.dll and what of kernel32.dll goes with it. */
export function user32Library(): User32 {
  loaded ??= loadUser32();
  return loaded;
}

function loadUser32(): User32 {
  const user32 = koffi.load('user32.dll');
  const kernel32 = koffi.load('kernel32.dll');
  koffi.struct('POINT', { x: 'int32_t', y: 'int32_t' });
  koffi.struct('LASTINPUTINFO', { cbSize: 'uint32_t', dwTime: 'uint32_t' });
  const send = user32.func('uint32_t __stdcall SendInput(uint32_t count, const uint8_t *inputs, int size)');
  const metric = user32.func('int __stdcall GetSystemMetrics(int index)');
  const keyState = user32.func('int16_t __stdcall GetKeyState(int key)');
  const asyncKeyState = user32.func('int16_t __stdcall GetAsyncKeyState(int key)');
  const cursor = user32.func('int __stdcall GetCursorPos(_Out_ POINT *point)');
  const windowFromPoint = user32.func('intptr_t __stdcall WindowFromPoint(POINT point)');
  const foreground = user32.func('intptr_t __stdcall GetForegroundWindow()');
  const threadOf = user32.func('uint32_t __stdcall GetWindowThreadProcessId(intptr_t window, _Out_ uint32_t *process)');
  const monitorFromPoint = user32.func('intptr_t __stdcall MonitorFromPoint(POINT point, uint32_t flags)');
  const monitorFromWindow = user32.func('intptr_t __stdcall MonitorFromWindow(intptr_t window, uint32_t flags)');
  const monitorInfo = user32.func('int __stdcall GetMonitorInfoW(intptr_t monitor, _Inout_ uint8_t *info)');
  const className = user32.func('int __stdcall GetClassNameW(intptr_t window, _Out_ uint16_t *name, int size)');
  const lastInput = user32.func('int __stdcall GetLastInputInfo(_Inout_ LASTINPUTINFO *info)');
  const keyboardLayout = user32.func('intptr_t __stdcall GetKeyboardLayout(uint32_t thread)');
  const scanOf = user32.func('int16_t __stdcall VkKeyScanExW(uint16_t character, intptr_t layout)');
  const mapKey = user32.func('uint32_t __stdcall MapVirtualKeyExW(uint32_t code, uint32_t kind, intptr_t layout)');
  const registerHotKey = user32.func('int __stdcall RegisterHotKey(intptr_t window, int id, uint32_t modifiers, uint32_t vk)');
  const unregisterHotKey = user32.func('int __stdcall UnregisterHotKey(intptr_t window, int id)');
  const tickCount = kernel32.func('uint32_t __stdcall GetTickCount()');
  const localeName = kernel32.func('int __stdcall LCIDToLocaleName(uint32_t locale, _Out_ uint16_t *name, int size, uint32_t flags)');
  const localeInfo = kernel32.func('int __stdcall GetLocaleInfoEx(const uint16_t *name, uint32_t kind, _Out_ uint16_t *data, int size)');

  const isOn = (key: number) => ((keyState(key) as number) & 1) !== 0;
  const processOf = (window: unknown): { readonly thread: number; readonly process: number } => {
    const process = [0];
    const thread = threadOf(window, process) as number;
    return { thread, process: process[0] ?? 0 };
  };
  const monitor = (handle: unknown): WindowsMonitor | undefined => {
    const info = new Uint8Array(MONITOR_INFO_BYTES);
    new DataView(info.buffer).setUint32(0, MONITOR_INFO_BYTES, true);
    return Number(handle) === 0 || (monitorInfo(handle, info) as number) === 0 ? undefined : readMonitorInfo(info);
  };
  /** Windows says of a hot key only that it is another program's, by refusing it. */
  const isRefused = (modifiers: number, vk: number): boolean => {
    if ((registerHotKey(0, HOT_KEY_ID, modifiers | MOD_NOREPEAT, vk) as number) === 0) return true;
    unregisterHotKey(0, HOT_KEY_ID);
    return false;
  };
  let refusesAll: boolean | undefined;
  const layoutInFront = (): unknown => keyboardLayout(processOf(foreground()).thread);
  return {
    sendInput: (records) => {
      // SendInput may inject fewer records while a window of higher integrity has the focus (UIPI); it reports no reason and there is no remedy.
      if (records.length > 0) send(records.length, packInputRecords(records), INPUT_BYTES);
    },
    screen: () => ({
      virtualLeft: metric(SM_XVIRTUALSCREEN) as number,
      virtualTop: metric(SM_YVIRTUALSCREEN) as number,
      virtualWidth: Math.max(1, metric(SM_CXVIRTUALSCREEN) as number),
      virtualHeight: Math.max(1, metric(SM_CYVIRTUALSCREEN) as number),
      swapButtons: metric(SM_SWAPBUTTON) !== 0,
      locks: { capsLock: isOn(VK_CAPITAL), numLock: isOn(VK_NUMLOCK), scrollLock: isOn(VK_SCROLL), kanaLock: isOn(VK_KANA) },
    }),
    pointer: () => {
      const point = { x: 0, y: 0 };
      cursor(point);
      return point;
    },
    windowAt: ({ x, y }) => windowFromPoint({ x, y }) as unknown,
    inFront: () => foreground() as unknown,
    isOwnProcess: (window) => Number(window) !== 0 && processOf(window).process === process.pid,
    isDesktop: (window) => {
      const name = new Uint16Array(MAX_CLASS_NAME);
      className(window, name, name.length);
      return DESKTOP_CLASSES.has(text(name));
    },
    monitors: () => metric(SM_CMONITORS) as number,
    monitorAt: ({ x, y }) => monitor(monitorFromPoint({ x, y }, MONITOR_DEFAULTTONULL)),
    monitorOf: (window) => monitor(monitorFromWindow(window, MONITOR_DEFAULTTONULL)),
    idleMs: () => {
      const info = { cbSize: 8, dwTime: 0 };
      lastInput(info);
      return ((tickCount() as number) - info.dwTime) >>> 0;
    },
    keysDown: () => {
      let down = 0;
      for (let key = 1; key <= LAST_KEY; key += 1) if (!NOT_KEYS.has(key) && (asyncKeyState(key) as number) < 0) down += 1;
      return down;
    },
    keyOf: (codeUnit) => {
      const layout = layoutInFront();
      const found = scanOf(codeUnit, layout) as number;
      const [vk, state] = [found & 0xff, (found >> 8) & 0xff];
      // -1 where no key gives it; what needs AltGr makes no shortcut.
      if (found === -1 || (state & ~SHIFT_ALONE) !== 0) return undefined;
      return { vk, scan: mapKey(vk, MAPVK_VK_TO_VSC, layout) as number, shift: state === SHIFT_ALONE };
    },
    virtualKeyOf: (scancode, extended) => mapKey(scancode | (extended ? 0xe000 : 0), MAPVK_VSC_TO_VK_EX, layoutInFront()) as number,
    isHotKey: (modifiers, vk) => {
      // Where it refuses everything, for whatever reason, that says nothing.
      refusesAll ??= isRefused(UNLIKELY.modifiers, UNLIKELY.vk);
      return !refusesAll && isRefused(modifiers, vk);
    },
    layout: () => {
      const language = Number(layoutInFront()) & 0xffff;
      const code = new Uint16Array(LOCALE_NAME_MAX_LENGTH);
      if (language === 0 || localeName(language, code, code.length, 0) === 0) return undefined;
      const name = new Uint16Array(MAX_DISPLAY_NAME);
      localeInfo(code, LOCALE_SLOCALIZEDDISPLAYNAME, name, name.length);
      return { code: text(code), name: text(name) };
    },
  };
}

/** Up to the first zero. */
function text(units: Uint16Array): string {
  const end = units.indexOf(0);
  return String.fromCharCode(...units.subarray(0, end < 0 ? units.length : end));
}
