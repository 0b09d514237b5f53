import type { InputEvent, LockKeys, PointerButton } from '../../../protocol/rdp/input/events.ts';

/* INPUT records for SendInput (winuser.h), as pure data. */

const INPUT_MOUSE = 0;
const INPUT_KEYBOARD = 1;
const KEYEVENTF_EXTENDEDKEY = 0x0001;
const KEYEVENTF_KEYUP = 0x0002;
const KEYEVENTF_UNICODE = 0x0004;
const KEYEVENTF_SCANCODE = 0x0008;
const MOUSEEVENTF_MOVE = 0x0001;
const MOUSEEVENTF_WHEEL = 0x0800;
const MOUSEEVENTF_HWHEEL = 0x1000;
const MOUSEEVENTF_VIRTUALDESK = 0x4000;
const MOUSEEVENTF_ABSOLUTE = 0x8000;
const XBUTTON1 = 1;
const XBUTTON2 = 2;
const VK_PAUSE = 0x13;
const VK_CAPITAL = 0x14;
const VK_KANA = 0x15;
const VK_NUMLOCK = 0x90;
const VK_SCROLL = 0x91;
/** SendInput's absolute coordinates run from 0 to 65535 over the virtual desktop. */
const ABSOLUTE_RANGE = 65_536;

/** sizeof(INPUT) on 64-bit Windows. */
export const INPUT_BYTES = 40;
/** Offset of INPUT's union. */
const UNION_OFFSET = 8;

export type InputRecord =
  | { readonly type: 'mouse'; readonly dx: number; readonly dy: number; readonly mouseData: number; readonly flags: number }
  | { readonly type: 'keyboard'; readonly vk: number; readonly scan: number; readonly flags: number };

/** The system's metrics that the translation needs, in physical pixels. */
export interface WindowsScreen {
  /** SM_XVIRTUALSCREEN …: all monitors. The primary one is at 0,0. */
  readonly virtualLeft: number;
  readonly virtualTop: number;
  readonly virtualWidth: number;
  readonly virtualHeight: number;
  /** SM_SWAPBUTTON: injected buttons are physical ones, and Windows swaps them; swapping first keeps the expert's left the main one. */
  readonly swapButtons: boolean;
  readonly locks: LockKeys;
}

const BUTTON: Readonly<Record<PointerButton, { readonly down: number; readonly up: number; readonly data: number }>> = {
  left: { down: 0x0002, up: 0x0004, data: 0 },
  right: { down: 0x0008, up: 0x0010, data: 0 },
  middle: { down: 0x0020, up: 0x0040, data: 0 },
  x1: { down: 0x0080, up: 0x0100, data: XBUTTON1 },
  x2: { down: 0x0080, up: 0x0100, data: XBUTTON2 },
};

/** The INPUT records of one event, whose position is one of the virtual desktop. RDP's scancodes are Windows' own and need no table. */
export function inputRecords(event: InputEvent, screen: WindowsScreen): InputRecord[] {
  switch (event.tag) {
    case 'key': {
      const up = event.down ? 0 : KEYEVENTF_KEYUP;
      if (event.prefix === 'e1') return event.scancode === 0x1d ? [{ type: 'keyboard', vk: VK_PAUSE, scan: 0, flags: up }] : [];
      return [
        {
          type: 'keyboard',
          vk: 0,
          scan: event.scancode,
          flags: KEYEVENTF_SCANCODE | up | (event.prefix === 'e0' ? KEYEVENTF_EXTENDEDKEY : 0),
        },
      ];
    }
    case 'unicode':
      return [{ type: 'keyboard', vk: 0, scan: event.codeUnit, flags: KEYEVENTF_UNICODE | (event.down ? 0 : KEYEVENTF_KEYUP) }];
    case 'pointerMove':
      return [mouse(event, screen, 0, 0)];
    case 'pointerButton': {
      const { down, up, data } = BUTTON[swapped(event.button, screen.swapButtons)];
      return [mouse(event, screen, event.down ? down : up, data)];
    }
    case 'wheel':
      // Where the pointer is: the position of a wheel event is to be ignored ([MS-RDPBCGR] 2.2.8.1.1.3.1.1.3).
      return [
        { type: 'mouse', dx: 0, dy: 0, mouseData: event.delta, flags: event.axis === 'vertical' ? MOUSEEVENTF_WHEEL : MOUSEEVENTF_HWHEEL },
      ];
    case 'locks':
      return [
        ...toggle(VK_CAPITAL, screen.locks.capsLock, event.locks.capsLock),
        ...toggle(VK_NUMLOCK, screen.locks.numLock, event.locks.numLock),
        ...toggle(VK_SCROLL, screen.locks.scrollLock, event.locks.scrollLock),
        ...toggle(VK_KANA, screen.locks.kanaLock, event.locks.kanaLock),
      ];
  }
}

function mouse(at: { readonly x: number; readonly y: number }, screen: WindowsScreen, flags: number, mouseData: number): InputRecord {
  return {
    type: 'mouse',
    dx: absolute(at.x - screen.virtualLeft, screen.virtualWidth),
    dy: absolute(at.y - screen.virtualTop, screen.virtualHeight),
    mouseData,
    flags: flags | MOUSEEVENTF_MOVE | MOUSEEVENTF_ABSOLUTE | MOUSEEVENTF_VIRTUALDESK,
  };
}

/** A pixel as an absolute coordinate. Windows scales back by truncating, so rounding up hits exactly this pixel. */
function absolute(pixel: number, extent: number): number {
  return Math.ceil((Math.max(0, Math.min(extent - 1, pixel)) * ABSOLUTE_RANGE) / extent);
}

function swapped(button: PointerButton, swap: boolean): PointerButton {
  if (!swap) return button;
  return button === 'left' ? 'right' : button === 'right' ? 'left' : button;
}

function toggle(vk: number, is: boolean, wished: boolean): InputRecord[] {
  if (is === wished) return [];
  return [
    { type: 'keyboard', vk, scan: 0, flags: 0 },
    { type: 'keyboard', vk, scan: 0, flags: KEYEVENTF_KEYUP },
  ];
}

/** An array of INPUT as SendInput takes it, {@link INPUT_BYTES} each. */
export function packInputRecords(records: readonly InputRecord[]): Uint8Array {
  const bytes = new Uint8Array(records.length * INPUT_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, record] of records.entries()) {
    const at = index * INPUT_BYTES;
    const union = at + UNION_OFFSET;
    if (record.type === 'mouse') {
      view.setUint32(at, INPUT_MOUSE, true);
      view.setInt32(union, record.dx, true);
      view.setInt32(union + 4, record.dy, true);
      view.setInt32(union + 8, record.mouseData, true);
      view.setUint32(union + 12, record.flags, true);
    } else {
      view.setUint32(at, INPUT_KEYBOARD, true);
      view.setUint16(union, record.vk, true);
      view.setUint16(union + 2, record.scan, true);
      view.setUint32(union + 4, record.flags, true);
    }
  }
  return bytes;
}
