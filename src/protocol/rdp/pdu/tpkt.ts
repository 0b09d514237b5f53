import { ByteWriter } from '../../bytes/writer.ts';

/** `version` of every TPKT. */
export const TPKT_VERSION = 3;
export const TPKT_HEADER_BYTES = 4;

/**
 * TPKT (T.123 section 8), as used by [MS-RDPBCGR] 2.2.1.1.
 *
 * ```
 * | version = 3 | reserved | length u16be, header included | payload |
 * ```
 */
export function encodeTpkt(payload: Uint8Array): Uint8Array {
  return new ByteWriter(TPKT_HEADER_BYTES + payload.length)
    .u8(TPKT_VERSION)
    .u8(0)
    .u16be(TPKT_HEADER_BYTES + payload.length, 'TPKT.length')
    .bytes(payload)
    .finish();
}
