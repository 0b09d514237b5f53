import { ProtocolError } from '../bytes/errors.ts';
import { ByteReader } from '../bytes/reader.ts';
import { ByteWriter } from '../bytes/writer.ts';

/** What is said on the channel beside the data: the channels keep order by themselves, not between each other, so places in the data are told as numbers. */
export type IceControl =
  /** First, and whenever that has changed: whether what this side sends goes through a TURN server, as far as it knows. */
  | { readonly tag: 'hello'; readonly relayed: boolean }
  /** Of the data so many bytes have come, and so many of those have been taken: whoever sends may be as far ahead of `taken` as the window allows. */
  | { readonly tag: 'have'; readonly received: number; readonly taken: number }
  /** The data ends after so many bytes. */
  | { readonly tag: 'end'; readonly total: number }
  /** The other side's end has come, and all before it. */
  | { readonly tag: 'ended' };

const TAG = { hello: 1, have: 2, end: 3, ended: 4 } as const;
/** Places in the data take 48 bits. */
const HIGH = 0x1_0000_0000;

/** Ringback's own (docs/decisions/0045): a byte that says which, then its numbers, big-endian. Throws ProtocolError. */
export function readIceControl(bytes: Uint8Array): IceControl {
  const reader = new ByteReader(bytes);
  const control = readBody(reader);
  if (reader.remaining > 0) throw new ProtocolError('MALFORMED', 'IceControl', 'nothing more', reader.remaining);
  return control;
}

export function writeIceControl(control: IceControl): Uint8Array {
  const writer = new ByteWriter(13).u8(TAG[control.tag]);
  if (control.tag === 'hello') writer.u8(control.relayed ? 1 : 0);
  else if (control.tag === 'have') writePlace(writePlace(writer, control.received), control.taken);
  else if (control.tag === 'end') writePlace(writer, control.total);
  return writer.finish();
}

function readBody(reader: ByteReader): IceControl {
  const tag = reader.u8('IceControl.tag');
  switch (tag) {
    case TAG.hello: {
      const relayed = reader.u8('IceControl.relayed');
      if (relayed > 1) throw new ProtocolError('UNEXPECTED', 'IceControl.relayed', '0 or 1', relayed);
      return { tag: 'hello', relayed: relayed === 1 };
    }
    case TAG.have: {
      const received = readPlace(reader, 'IceControl.received');
      const taken = readPlace(reader, 'IceControl.taken');
      if (taken > received) throw new ProtocolError('OUT_OF_RANGE', 'IceControl.taken', `<= ${received}`, taken);
      return { tag: 'have', received, taken };
    }
    case TAG.end:
      return { tag: 'end', total: readPlace(reader, 'IceControl.total') };
    case TAG.ended:
      return { tag: 'ended' };
    default:
      throw new ProtocolError('UNEXPECTED', 'IceControl.tag', '1 to 4', tag);
  }
}

function readPlace(reader: ByteReader, field: string): number {
  const high = reader.u16be(field);
  return high * HIGH + reader.u32be(field);
}

function writePlace(writer: ByteWriter, place: number): ByteWriter {
  return writer.u16be(Math.floor(place / HIGH), 'IceControl.place').u32be(place % HIGH, 'IceControl.place');
}
