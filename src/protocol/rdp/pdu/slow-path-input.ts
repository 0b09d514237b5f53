import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import type { InputEvent } from '../input/events.ts';
import { isExtendedPointer, lockBits, locksOf, readExtendedPointer, readPointer, writePointer } from './pointer-flags.ts';

const MESSAGE = { sync: 0x0000, scancode: 0x0004, unicode: 0x0005, mouse: 0x8001, mouseX: 0x8002 } as const;
const KBDFLAGS = { extended: 0x0100, extended1: 0x0200, release: 0x8000 } as const;
const EVENT_BYTES = 12;
/** Bound on the events of one PDU; its count field would allow 65,535. */
const MAX_EVENTS = 1024;

function writeEvent(writer: ByteWriter, event: InputEvent): void {
  // eventTime is ignored by servers.
  writer.u32le(0);
  switch (event.tag) {
    case 'key':
      writer
        .u16le(MESSAGE.scancode)
        .u16le(
          (event.down ? 0 : KBDFLAGS.release) |
            (event.prefix === 'e0' ? KBDFLAGS.extended : event.prefix === 'e1' ? KBDFLAGS.extended1 : 0),
        )
        .u16le(event.scancode)
        .u16le(0);
      return;
    case 'unicode':
      writer
        .u16le(MESSAGE.unicode)
        .u16le(event.down ? 0 : KBDFLAGS.release)
        .u16le(event.codeUnit)
        .u16le(0);
      return;
    case 'locks':
      writer.u16le(MESSAGE.sync).u16le(0).u32le(lockBits(event.locks));
      return;
    default:
      writer.u16le(isExtendedPointer(event) ? MESSAGE.mouseX : MESSAGE.mouse);
      writePointer(writer, event);
  }
}

/** [MS-RDPBCGR] 2.2.8.1.1.3.1 TS_INPUT_PDU_DATA after its share data header: numEvents u16le, padding, events of 12 bytes. */
export function encodeSlowPathInput(events: readonly InputEvent[]): Uint8Array {
  if (events.length > MAX_EVENTS) throw new ProtocolError('TOO_LARGE', 'TS_INPUT_PDU_DATA.numEvents', MAX_EVENTS, events.length);
  const writer = new ByteWriter(4 + events.length * EVENT_BYTES).u16le(events.length).u16le(0);
  for (const event of events) writeEvent(writer, event);
  return writer.finish();
}

/** Unknown messages are skipped: every event is 12 bytes. */
export function decodeSlowPathInput(body: Uint8Array): InputEvent[] {
  const reader = new ByteReader(body);
  const count = reader.u16le('TS_INPUT_PDU_DATA.numEvents');
  if (count > MAX_EVENTS) throw new ProtocolError('TOO_LARGE', 'TS_INPUT_PDU_DATA.numEvents', MAX_EVENTS, count);
  reader.skip(2, 'TS_INPUT_PDU_DATA.pad2Octets');
  const events: InputEvent[] = [];
  for (let index = 0; index < count; index += 1) {
    const event = reader.sub(EVENT_BYTES, 'TS_INPUT_EVENT');
    event.skip(4, 'TS_INPUT_EVENT.eventTime');
    const message = event.u16le('TS_INPUT_EVENT.messageType');
    switch (message) {
      case MESSAGE.scancode: {
        const flags = event.u16le('TS_KEYBOARD_EVENT.keyboardFlags');
        const prefix = (flags & KBDFLAGS.extended1) !== 0 ? 'e1' : (flags & KBDFLAGS.extended) !== 0 ? 'e0' : 'none';
        const scancode = event.u16le('TS_KEYBOARD_EVENT.keyCode');
        if (scancode <= 0xff) events.push({ tag: 'key', scancode, prefix, down: (flags & KBDFLAGS.release) === 0 });
        break;
      }
      case MESSAGE.unicode: {
        const flags = event.u16le('TS_UNICODE_KEYBOARD_EVENT.keyboardFlags');
        events.push({
          tag: 'unicode',
          codeUnit: event.u16le('TS_UNICODE_KEYBOARD_EVENT.unicodeCode'),
          down: (flags & KBDFLAGS.release) === 0,
        });
        break;
      }
      case MESSAGE.sync:
        event.skip(2, 'TS_SYNC_EVENT.pad2Octets');
        events.push({ tag: 'locks', locks: locksOf(event.u32le('TS_SYNC_EVENT.toggleFlags')) });
        break;
      case MESSAGE.mouse:
        events.push(...readPointer(event));
        break;
      case MESSAGE.mouseX:
        events.push(...readExtendedPointer(event));
        break;
      default:
        break;
    }
  }
  return events;
}
