import type { ByteReader } from '../../bytes/reader.ts';
import type { ByteWriter } from '../../bytes/writer.ts';
import type { InputEvent, LockKeys, PointerButton } from '../input/events.ts';

/* TS_POINTER_EVENT and TS_POINTERX_EVENT ([MS-RDPBCGR] 2.2.8.1.1.3.1.1.3, .4): the same six bytes in slow-path and fast-path input. */

const PTRFLAGS = { hWheel: 0x0400, wheel: 0x0200, wheelMask: 0x01ff, wheelSign: 0x0100, move: 0x0800, down: 0x8000 } as const;
const BUTTON: Readonly<Record<'left' | 'right' | 'middle', number>> = { left: 0x1000, right: 0x2000, middle: 0x4000 };
const XBUTTON: Readonly<Record<'x1' | 'x2', number>> = { x1: 0x0001, x2: 0x0002 };
const MAX_ROTATION = 0xff;
const MIN_ROTATION = -0x100;

export type PointerEvent = Extract<InputEvent, { readonly tag: 'pointerMove' | 'pointerButton' | 'wheel' }>;

function isExtendedButton(button: PointerButton): button is 'x1' | 'x2' {
  return button === 'x1' || button === 'x2';
}

/** True for what travels as the extended (X button) event. */
export function isExtendedPointer(event: PointerEvent): boolean {
  return event.tag === 'pointerButton' && isExtendedButton(event.button);
}

function flagsOf(event: PointerEvent): number {
  switch (event.tag) {
    case 'pointerMove':
      return PTRFLAGS.move;
    case 'pointerButton':
      return (event.down ? PTRFLAGS.down : 0) | (isExtendedButton(event.button) ? XBUTTON[event.button] : BUTTON[event.button]);
    case 'wheel': {
      const rotation = Math.max(MIN_ROTATION, Math.min(MAX_ROTATION, Math.trunc(event.delta)));
      return (event.axis === 'vertical' ? PTRFLAGS.wheel : PTRFLAGS.hWheel) | (rotation & PTRFLAGS.wheelMask);
    }
  }
}

export function writePointer(writer: ByteWriter, event: PointerEvent): void {
  writer.u16le(flagsOf(event)).u16le(event.x, 'TS_POINTER_EVENT.xPos').u16le(event.y, 'TS_POINTER_EVENT.yPos');
}

/** The events of one TS_POINTER_EVENT, none when its flags have no meaning here. */
export function readPointer(reader: ByteReader): PointerEvent[] {
  const flags = reader.u16le('TS_POINTER_EVENT.pointerFlags');
  const x = reader.u16le('TS_POINTER_EVENT.xPos');
  const y = reader.u16le('TS_POINTER_EVENT.yPos');
  if ((flags & (PTRFLAGS.wheel | PTRFLAGS.hWheel)) !== 0) {
    const rotation = flags & PTRFLAGS.wheelMask;
    const delta = (rotation & PTRFLAGS.wheelSign) !== 0 ? rotation - 0x200 : rotation;
    return [{ tag: 'wheel', axis: (flags & PTRFLAGS.wheel) !== 0 ? 'vertical' : 'horizontal', delta, x, y }];
  }
  const down = (flags & PTRFLAGS.down) !== 0;
  const events: PointerEvent[] = [];
  for (const button of ['left', 'right', 'middle'] as const) {
    if ((flags & BUTTON[button]) !== 0) events.push({ tag: 'pointerButton', button, down, x, y });
  }
  if (events.length === 0 && (flags & PTRFLAGS.move) !== 0) events.push({ tag: 'pointerMove', x, y });
  return events;
}

export function readExtendedPointer(reader: ByteReader): PointerEvent[] {
  const flags = reader.u16le('TS_POINTERX_EVENT.pointerFlags');
  const x = reader.u16le('TS_POINTERX_EVENT.xPos');
  const y = reader.u16le('TS_POINTERX_EVENT.yPos');
  const down = (flags & PTRFLAGS.down) !== 0;
  const events: PointerEvent[] = [];
  for (const button of ['x1', 'x2'] as const) {
    if ((flags & XBUTTON[button]) !== 0) events.push({ tag: 'pointerButton', button, down, x, y });
  }
  return events;
}

/** Lock key bits: the same in TS_SYNC_EVENT.toggleFlags and in the eventFlags of TS_FP_SYNC_EVENT. */
const LOCK = { scroll: 1, num: 2, caps: 4, kana: 8 } as const;

export function lockBits(locks: LockKeys): number {
  return (
    (locks.scrollLock ? LOCK.scroll : 0) |
    (locks.numLock ? LOCK.num : 0) |
    (locks.capsLock ? LOCK.caps : 0) |
    (locks.kanaLock ? LOCK.kana : 0)
  );
}

export function locksOf(bits: number): LockKeys {
  return {
    scrollLock: (bits & LOCK.scroll) !== 0,
    numLock: (bits & LOCK.num) !== 0,
    capsLock: (bits & LOCK.caps) !== 0,
    kanaLock: (bits & LOCK.kana) !== 0,
  };
}
