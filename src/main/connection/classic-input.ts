// oxlint-disable-next-line typescript/triple-slash-reference -- a package without types: its declaration is ambient, so there is nothing to import
/// <reference path="./node-rdpjs.d.ts" />
import type { InputRecord } from 'node-rdpjs';
import structures from 'node-rdpjs/lib/protocol/pdu/data.js';
import type { InputEvent, PointerButton } from '../../protocol/rdp/input/events.ts';

/* Flags of the slow-path input structures, [MS-RDPBCGR] 2.2.8.1.1.3.1.1.1 to .5. */
const KBDFLAGS_EXTENDED = 0x0100;
const KBDFLAGS_EXTENDED1 = 0x0200;
const KBDFLAGS_RELEASE = 0x8000;
const PTRFLAGS_WHEEL = 0x0200;
const PTRFLAGS_HWHEEL = 0x0400;
const PTRFLAGS_MOVE = 0x0800;
const PTRFLAGS_DOWN = 0x8000;
const INPUT_EVENT_MOUSEX = 0x8002;
const WHEEL_ROTATION_MASK = 0x01ff;
const MAX_WHEEL_ROTATION = 255;
/** Bound on the events made of one wheel delta, so that a broken delta does not become a flood. */
const MAX_WHEEL_EVENTS = 16;

const BUTTON_FLAGS: Record<PointerButton, { readonly flag: number; readonly extended: boolean }> = {
  left: { flag: 0x1000, extended: false },
  right: { flag: 0x2000, extended: false },
  middle: { flag: 0x4000, extended: false },
  x1: { flag: 0x0001, extended: true },
  x2: { flag: 0x0002, extended: true },
};

/** One input event as node-rdpjs's own slow-path structures. Its sendXxx methods know neither x buttons, E1 keys nor lock keys. */
export function classicInput(event: InputEvent): InputRecord[] {
  switch (event.tag) {
    case 'key': {
      const prefix = event.prefix === 'e0' ? KBDFLAGS_EXTENDED : event.prefix === 'e1' ? KBDFLAGS_EXTENDED1 : 0;
      return [
        filled(structures.scancodeKeyEvent(), { keyboardFlags: prefix | (event.down ? 0 : KBDFLAGS_RELEASE), keyCode: event.scancode }),
      ];
    }
    case 'unicode':
      return [filled(structures.unicodeKeyEvent(), { keyboardFlags: event.down ? 0 : KBDFLAGS_RELEASE, unicode: event.codeUnit })];
    case 'pointerMove':
      return [pointer(PTRFLAGS_MOVE, event)];
    case 'pointerButton': {
      const { flag, extended } = BUTTON_FLAGS[event.button];
      const record = pointer(flag | (event.down ? PTRFLAGS_DOWN : 0), event);
      if (extended) record.obj.__INPUT_MESSAGE_TYPE__ = INPUT_EVENT_MOUSEX;
      return [record];
    }
    case 'wheel':
      return wheelSteps(event.delta).map((step) =>
        pointer((event.axis === 'vertical' ? PTRFLAGS_WHEEL : PTRFLAGS_HWHEEL) | (step & WHEEL_ROTATION_MASK), event),
      );
    case 'locks': {
      const { scrollLock, numLock, capsLock, kanaLock } = event.locks;
      const toggleFlags = (scrollLock ? 1 : 0) | (numLock ? 2 : 0) | (capsLock ? 4 : 0) | (kanaLock ? 8 : 0);
      return [filled(structures.synchronizeEvent(), { toggleFlags })];
    }
  }
}

/** The rotation field is a nine-bit two's complement number: a bigger delta goes in several events. */
function wheelSteps(delta: number): number[] {
  const steps: number[] = [];
  let left = Math.trunc(delta);
  while (left !== 0 && steps.length < MAX_WHEEL_EVENTS) {
    const step = Math.max(-MAX_WHEEL_ROTATION, Math.min(MAX_WHEEL_ROTATION, left));
    steps.push(step);
    left -= step;
  }
  return steps;
}

function pointer(pointerFlags: number, { x, y }: { readonly x: number; readonly y: number }): InputRecord {
  return filled(structures.pointerEvent(), { pointerFlags, xPos: clampU16(x), yPos: clampU16(y) });
}

function clampU16(value: number): number {
  return Math.max(0, Math.min(0xffff, Math.round(value)));
}

function filled(record: InputRecord, fields: Readonly<Record<string, number>>): InputRecord {
  for (const [name, value] of Object.entries(fields)) {
    const field = record.obj[name];
    if (field !== undefined) field.value = value;
  }
  return record;
}
