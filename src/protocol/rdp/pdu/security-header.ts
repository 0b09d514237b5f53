import type { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';

/** `flags` of TS_SECURITY_HEADER ([MS-RDPBCGR] 2.2.8.1.1.2.1). */
export const SEC = {
  exchangePkt: 0x0001,
  transportReq: 0x0002,
  encrypt: 0x0008,
  infoPkt: 0x0040,
  licensePkt: 0x0080,
  autodetectReq: 0x1000,
  autodetectRsp: 0x2000,
  heartbeat: 0x4000,
} as const;

/** [MS-RDPBCGR] 2.2.8.1.1.2.1 TS_SECURITY_HEADER: flags u16le, flagsHi u16le. Under TLS only some PDUs carry it. */
export function encodeSecurityHeader(flags: number): Uint8Array {
  return new ByteWriter(4).u16le(flags).u16le(0).finish();
}

/** The flags; the reader stands after the header. */
export function decodeSecurityHeader(reader: ByteReader): number {
  const flags = reader.u16le('TS_SECURITY_HEADER.flags');
  reader.skip(2, 'TS_SECURITY_HEADER.flagsHi');
  return flags;
}
