import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { utf16Decode, utf16Encode } from '../../bytes/text.ts';
import { ByteWriter } from '../../bytes/writer.ts';

/** [MS-RA] Remote Assistance control messages: who knows the password, and how it ends. */
export const REMDESK_CHANNEL = 'remdesk';
/** CHANNEL_OPTION_COMPRESS_RDP | CHANNEL_OPTION_SHOW_PROTOCOL in CS_NET, beside what every channel has, as [MS-RA] 2.1 has it. */
export const REMDESK_CHANNEL_FLAGS = 0x00a0_0000;

/** REMOTEDESKTOP_CTL_RESULT codes that occur in a session. */
export const REMDESK_RESULT = {
  success: 0,
  /** Version 1: wrong password. */
  invalidPassword: 26,
  expired: 27,
  declined: 41,
  badVersion: 47,
  /** Version 2: the password does not match. */
  mismatch: 61,
} as const;

/** The one kind of message there is. */
const CHANNEL_NAME = 'RC_CTL';
const MAX_NAME_BYTES = 64;
/** A connection string and a blob have a few hundred characters. */
const MAX_PAYLOAD_BYTES = 0x1_0000;
const TYPE = {
  remoteControlDesktop: 1,
  result: 2,
  authenticate: 3,
  serverAnnounce: 4,
  disconnect: 5,
  versionInfo: 6,
  isConnected: 7,
  verifyPassword: 8,
  expertOnVista: 9,
  noviceName: 10,
  expertName: 11,
  token: 12,
} as const;
const NAMES = new Map<number, keyof typeof TYPE>(Object.entries(TYPE).map(([name, type]) => [type, name as keyof typeof TYPE]));

export type RemdeskMessage =
  /** Version 1: shows me the desktop; repeats the connection string. */
  | { readonly tag: 'remoteControlDesktop'; readonly connectionString: string }
  | { readonly tag: 'result'; readonly code: number }
  /** Version 1. `text` is connection string and expert blob: FreeRDP 3 leaves out the NUL that parts them, so only who knows the string can. */
  | { readonly tag: 'authenticate'; readonly text: string }
  | { readonly tag: 'serverAnnounce' }
  | { readonly tag: 'disconnect' }
  | { readonly tag: 'versionInfo'; readonly major: number; readonly minor: number }
  | { readonly tag: 'isConnected' }
  | { readonly tag: 'verifyPassword'; readonly expertBlob: string }
  /** PASS in binary. */
  | { readonly tag: 'expertOnVista'; readonly pass: Uint8Array }
  | { readonly tag: 'noviceName'; readonly name: string }
  | { readonly tag: 'expertName'; readonly name: string }
  | { readonly tag: 'token'; readonly token: Uint8Array };

function payloadOf(message: RemdeskMessage): Uint8Array {
  const writer = new ByteWriter();
  switch (message.tag) {
    case 'serverAnnounce':
    case 'disconnect':
    case 'isConnected':
      break;
    case 'result':
      writer.u32le(message.code);
      break;
    case 'versionInfo':
      writer.u32le(message.major).u32le(message.minor);
      break;
    case 'expertOnVista':
      writer.bytes(message.pass);
      break;
    case 'token':
      writer.bytes(message.token);
      break;
    case 'remoteControlDesktop':
      writer.bytes(utf16Encode(`${message.connectionString}\0`));
      break;
    case 'authenticate':
      writer.bytes(utf16Encode(`${message.text}\0`));
      break;
    case 'verifyPassword':
      writer.bytes(utf16Encode(`${message.expertBlob}\0`));
      break;
    case 'noviceName':
    case 'expertName':
      writer.bytes(utf16Encode(`${message.name}\0`));
  }
  return writer.finish();
}

/** REMOTEDESKTOP_CHANNEL_HEADER (2.2), msgType and payload. */
export function encodeRemdesk(message: RemdeskMessage): Uint8Array {
  const name = utf16Encode(`${CHANNEL_NAME}\0`);
  const payload = payloadOf(message);
  return new ByteWriter(12 + name.length + payload.length)
    .u32le(name.length)
    .u32le(4 + payload.length)
    .bytes(name)
    .u32le(TYPE[message.tag])
    .bytes(payload)
    .finish();
}

/** One whole channel PDU; undefined for a message that is not ours to know. Throws ProtocolError OUT_OF_RANGE, TOO_LARGE, TRUNCATED, MALFORMED, UNEXPECTED. */
export function decodeRemdesk(data: Uint8Array): RemdeskMessage | undefined {
  const reader = new ByteReader(data);
  const nameLength = reader.u32le('REMOTEDESKTOP_CHANNEL_HEADER.ChannelNameLen');
  const length = reader.u32le('REMOTEDESKTOP_CHANNEL_HEADER.DataLen');
  if (nameLength % 2 !== 0 || nameLength < 2 || nameLength > MAX_NAME_BYTES)
    throw new ProtocolError('OUT_OF_RANGE', 'REMOTEDESKTOP_CHANNEL_HEADER.ChannelNameLen', `even, 2..${MAX_NAME_BYTES}`, nameLength);
  if (length > MAX_PAYLOAD_BYTES)
    throw new ProtocolError('TOO_LARGE', 'REMOTEDESKTOP_CHANNEL_HEADER.DataLen', `<= ${MAX_PAYLOAD_BYTES}`, length);
  const name = text(reader.sub(nameLength, 'REMOTEDESKTOP_CHANNEL_HEADER.ChannelName'), 'ChannelName');
  if (length !== reader.remaining)
    throw new ProtocolError('OUT_OF_RANGE', 'REMOTEDESKTOP_CHANNEL_HEADER.DataLen', reader.remaining, length);
  if (name !== CHANNEL_NAME) return undefined;
  const type = reader.u32le('REMOTEDESKTOP_CTL_HEADER.msgType');
  const tag = NAMES.get(type);
  return tag === undefined ? undefined : body(tag, reader);
}

function body(tag: keyof typeof TYPE, reader: ByteReader): RemdeskMessage {
  switch (tag) {
    case 'serverAnnounce':
    case 'disconnect':
    case 'isConnected':
      return { tag };
    case 'result':
      return { tag, code: reader.u32le('REMOTEDESKTOP_CTL_RESULT.result') };
    case 'versionInfo':
      return {
        tag,
        major: reader.u32le('REMOTEDESKTOP_CTL_VERSIONINFO.versionMajor'),
        minor: reader.u32le('REMOTEDESKTOP_CTL_VERSIONINFO.versionMinor'),
      };
    case 'expertOnVista':
      return { tag, pass: reader.rest() };
    case 'token':
      return { tag, token: reader.rest() };
    case 'remoteControlDesktop':
      return { tag, connectionString: text(reader, 'raConnectionString', 'optionalNul') };
    case 'authenticate':
      return { tag, text: text(reader, 'expertBlob', 'innerNul') };
    case 'verifyPassword':
      return { tag, expertBlob: text(reader, 'expertBlob', 'optionalNul') };
    case 'noviceName':
    case 'expertName':
      return { tag, name: text(reader, 'name', 'optionalNul') };
  }
}

/** To the end of `reader`, in UTF-16 with NUL. FreeRDP 3 leaves the NUL out of strings. */
function text(reader: ByteReader, field: string, form: 'nul' | 'optionalNul' | 'innerNul' = 'nul'): string {
  const whole = utf16Decode(reader.rest(), `remdesk.${field}`);
  const ends = whole.endsWith('\0');
  if (!ends && form === 'nul') throw new ProtocolError('MALFORMED', `remdesk.${field}`, 'a NUL at the end', 'none');
  const content = ends ? whole.slice(0, -1) : whole;
  if (content.includes('\0') && form !== 'innerNul')
    throw new ProtocolError('MALFORMED', `remdesk.${field}`, 'a NUL only at the end', 'one before');
  return content;
}
