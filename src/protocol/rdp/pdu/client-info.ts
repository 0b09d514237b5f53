import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { untilNul, utf16Decode, utf16Encode } from '../../bytes/text.ts';
import { ByteWriter } from '../../bytes/writer.ts';

/** `flags` of TS_INFO_PACKET ([MS-RDPBCGR] 2.2.1.11.1.1). */
export const INFO = {
  mouse: 0x0000_0001,
  disableCtrlAltDel: 0x0000_0002,
  autologon: 0x0000_0008,
  unicode: 0x0000_0010,
  maximizeShell: 0x0000_0020,
  logonNotify: 0x0000_0040,
  compression: 0x0000_0080,
  enableWindowsKey: 0x0000_0100,
  mouseHasWheel: 0x0002_0000,
  noAudioPlayback: 0x0008_0000,
} as const;

/** The specification allows 512 bytes a string; 4 fields of base64 and UTF-16 stay far below this. */
const MAX_STRING_BYTES = 1024;
const TIME_ZONE_BYTES = 172;
const AF_INET = 2;

/** TS_INFO_PACKET. */
export interface ClientInfo {
  readonly codePage: number;
  readonly flags: number;
  readonly domain: string;
  readonly userName: string;
  readonly password: string;
  readonly alternateShell: string;
  readonly workingDir: string;
}

const STRINGS = ['domain', 'userName', 'password', 'alternateShell', 'workingDir'] as const;

/** TS_INFO_PACKET with TS_EXTENDED_INFO_PACKET (2.2.1.11.1.1.1), in Unicode, without security header. */
export function encodeClientInfo(info: ClientInfo): Uint8Array {
  const texts = STRINGS.map((name) => utf16Encode(info[name]));
  const writer = new ByteWriter(256).u32le(info.codePage).u32le((info.flags | INFO.unicode) >>> 0);
  for (const [index, text] of texts.entries()) {
    if (text.length > MAX_STRING_BYTES)
      throw new ProtocolError('TOO_LARGE', `TS_INFO_PACKET.${STRINGS[index] ?? ''}`, MAX_STRING_BYTES, text.length);
    writer.u16le(text.length);
  }
  for (const text of texts) writer.bytes(text).u16le(0);
  // clientAddress and clientDir are sent empty, with their terminators: they would tell the server facts about this computer that it does not need.
  writer.u16le(AF_INET).u16le(2).u16le(0).u16le(2).u16le(0).zeros(TIME_ZONE_BYTES).u32le(0).u32le(0).u16le(0);
  return writer.finish();
}

/** Decodes from after the security header. Fields after the five strings are not read. */
export function decodeClientInfo(bytes: Uint8Array): ClientInfo {
  const reader = new ByteReader(bytes);
  const codePage = reader.u32le('TS_INFO_PACKET.CodePage');
  const flags = reader.u32le('TS_INFO_PACKET.flags');
  const unicode = (flags & INFO.unicode) !== 0;
  const lengths = STRINGS.map((name) => {
    const length = reader.u16le(`TS_INFO_PACKET.${name}`);
    if (length > MAX_STRING_BYTES) throw new ProtocolError('TOO_LARGE', `TS_INFO_PACKET.${name}`, MAX_STRING_BYTES, length);
    return length;
  });
  const texts = STRINGS.map((name, index) => {
    const field = `TS_INFO_PACKET.${name}`;
    const text = reader.view8(lengths[index] ?? 0, field);
    // The length does not count the terminator, which is mandatory; some clients leave out the last one.
    const terminator = unicode ? 2 : 1;
    if (reader.remaining >= terminator) reader.skip(terminator, field);
    // Some clients count the terminator all the same.
    return untilNul(unicode ? utf16Decode(text, field) : String.fromCharCode(...text));
  });
  const [domain = '', userName = '', password = '', alternateShell = '', workingDir = ''] = texts;
  return { codePage, flags, domain, userName, password, alternateShell, workingDir };
}
