import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import type { InputEvent } from '../input/events.ts';
import { isExtendedPointer, lockBits, locksOf, readExtendedPointer, readPointer, writePointer } from './pointer-flags.ts';

const EVENT = { scancode: 0, mouse: 1, mouseX: 2, sync: 3, unicode: 4, qoeTimestamp: 6 } as const;
const KBDFLAGS = { release: 0x01, extended: 0x02, extended1: 0x04 } as const;
/** numEvents fits in the header up to here; more take a byte of their own. */
const HEADER_EVENTS = 15;
/** One byte. */
export const FAST_PATH_INPUT_MAX_EVENTS = 255;
const ACTION_FASTPATH = 0;

function writeEvent(writer: ByteWriter, event: InputEvent): void {
  const header = (code: number, flags: number) => writer.u8((code << 5) | flags);
  switch (event.tag) {
    case 'key':
      header(
        EVENT.scancode,
        (event.down ? 0 : KBDFLAGS.release) | (event.prefix === 'e0' ? KBDFLAGS.extended : event.prefix === 'e1' ? KBDFLAGS.extended1 : 0),
      );
      writer.u8(event.scancode, 'TS_FP_KEYBOARD_EVENT.keyCode');
      return;
    case 'unicode':
      header(EVENT.unicode, event.down ? 0 : KBDFLAGS.release);
      writer.u16le(event.codeUnit, 'TS_FP_UNICODE_KEYBOARD_EVENT.unicodeCode');
      return;
    case 'locks':
      header(EVENT.sync, lockBits(event.locks));
      return;
    default:
      header(isExtendedPointer(event) ? EVENT.mouseX : EVENT.mouse, 0);
      writePointer(writer, event);
  }
}

/**
 * [MS-RDPBCGR] 2.2.8.1.2 TS_FP_INPUT_PDU, whole. At most {@link FAST_PATH_INPUT_MAX_EVENTS} events, else `TOO_LARGE`.
 *
 * ```
 * | action 2, numEvents 4, flags 2 | length1 | [length2] | [numEvents] | events: eventFlags 5, eventCode 3, data |
 * ```
 */
export function encodeFastPathInput(events: readonly InputEvent[]): Uint8Array {
  if (events.length > FAST_PATH_INPUT_MAX_EVENTS) {
    throw new ProtocolError('TOO_LARGE', 'TS_FP_INPUT_PDU.numEvents', FAST_PATH_INPUT_MAX_EVENTS, events.length);
  }
  const body = new ByteWriter(events.length * 7 + 1);
  const inHeader = events.length <= HEADER_EVENTS;
  if (!inHeader) body.u8(events.length);
  for (const event of events) writeEvent(body, event);
  const writer = new ByteWriter(3 + body.size).u8(ACTION_FASTPATH | (inHeader ? events.length << 2 : 0));
  const short = 2 + body.size;
  if (short < 0x80) writer.u8(short);
  else writer.u16be(0x8000 | (short + 1));
  return writer.bytes(body.finish()).finish();
}

/** One whole PDU. Encrypted input is `REFUSED`; QoE timestamps are skipped. */
export function decodeFastPathInput(pdu: Uint8Array): InputEvent[] {
  const reader = new ByteReader(pdu);
  const header = reader.u8('TS_FP_INPUT_PDU.fpInputHeader');
  if ((header & 3) !== ACTION_FASTPATH) throw new ProtocolError('UNEXPECTED', 'TS_FP_INPUT_PDU.action', ACTION_FASTPATH, header & 3);
  if ((header & 0xc0) !== 0) throw new ProtocolError('REFUSED', 'TS_FP_INPUT_PDU.flags', 'no encryption under TLS', header >> 6);
  const length1 = reader.u8('TS_FP_INPUT_PDU.length1');
  const length = (length1 & 0x80) === 0 ? length1 : ((length1 & 0x7f) << 8) | reader.u8('TS_FP_INPUT_PDU.length2');
  if (length !== pdu.length) throw new ProtocolError('OUT_OF_RANGE', 'TS_FP_INPUT_PDU.length', pdu.length, length);
  const count = (header >> 2) & 0x0f || reader.u8('TS_FP_INPUT_PDU.numEvents');
  const events: InputEvent[] = [];
  for (let index = 0; index < count; index += 1) {
    const eventHeader = reader.u8('TS_FP_INPUT_EVENT.eventHeader');
    const flags = eventHeader & 0x1f;
    const code = eventHeader >> 5;
    switch (code) {
      case EVENT.scancode: {
        const prefix = (flags & KBDFLAGS.extended1) !== 0 ? 'e1' : (flags & KBDFLAGS.extended) !== 0 ? 'e0' : 'none';
        events.push({ tag: 'key', scancode: reader.u8('TS_FP_KEYBOARD_EVENT.keyCode'), prefix, down: (flags & KBDFLAGS.release) === 0 });
        break;
      }
      case EVENT.mouse:
        events.push(...readPointer(reader));
        break;
      case EVENT.mouseX:
        events.push(...readExtendedPointer(reader));
        break;
      case EVENT.sync:
        events.push({ tag: 'locks', locks: locksOf(flags) });
        break;
      case EVENT.unicode:
        events.push({
          tag: 'unicode',
          codeUnit: reader.u16le('TS_FP_UNICODE_KEYBOARD_EVENT.unicodeCode'),
          down: (flags & KBDFLAGS.release) === 0,
        });
        break;
      case EVENT.qoeTimestamp:
        reader.skip(4, 'TS_FP_QOETIMESTAMP_EVENT.timestamp');
        break;
      default:
        throw new ProtocolError('UNEXPECTED', 'TS_FP_INPUT_EVENT.eventCode', '0..4 or 6', code);
    }
  }
  return events;
}
