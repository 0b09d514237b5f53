import { ProtocolError } from '../bytes/errors.ts';
import { ByteReader } from '../bytes/reader.ts';
import { utf8Decode, utf8Encode } from '../bytes/text.ts';
import { ByteWriter } from '../bytes/writer.ts';
import type { DeviceKey } from './hello.ts';

/** What each side seals for the other: who it is to be known as from now on, and its ticket. */
export interface Introduction extends DeviceKey {
  readonly ticket: string;
}

const VERSION = 1;
const KEY_BYTES = 32;
/** Lengths say how many addresses a computer has; with this step they say little. */
const PADDED_TO = 128;

/** Version, key, lengths and texts of device and ticket, zeros. */
export function writeIntroduction({ key, device, ticket }: Introduction): Uint8Array {
  const [name, text] = [utf8Encode(device), utf8Encode(ticket)];
  const written = new ByteWriter().u8(VERSION).bytes(key).u8(name.length).bytes(name).u16be(text.length).bytes(text).finish();
  const padded = new Uint8Array(Math.ceil(written.length / PADDED_TO) * PADDED_TO);
  padded.set(written);
  return padded;
}

/** Throws ProtocolError TRUNCATED, UNEXPECTED. */
export function readIntroduction(bytes: Uint8Array): Introduction {
  const reader = new ByteReader(bytes);
  const version = reader.u8('Introduction.version');
  if (version !== VERSION) throw new ProtocolError('UNEXPECTED', 'Introduction.version', VERSION, version);
  const key = reader.view8(KEY_BYTES, 'Introduction.key').slice();
  const device = utf8Decode(reader.view8(reader.u8('Introduction.deviceLength'), 'Introduction.device'));
  const ticket = utf8Decode(reader.view8(reader.u16be('Introduction.ticketLength'), 'Introduction.ticket'));
  return { key, device, ticket };
}
