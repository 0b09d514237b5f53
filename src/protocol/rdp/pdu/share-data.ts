import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import { encodeShareControl, SHARE_CONTROL_TYPE } from './share-control.ts';

/** `pduType2` of TS_SHAREDATAHEADER. */
export const PDU_TYPE_2 = {
  update: 2,
  control: 20,
  pointer: 27,
  input: 28,
  synchronize: 31,
  refreshRect: 33,
  playSound: 34,
  suppressOutput: 35,
  shutdownRequest: 36,
  shutdownDenied: 37,
  saveSessionInfo: 38,
  fontList: 39,
  fontMap: 40,
  setKeyboardIndicators: 41,
  bitmapCachePersistentList: 43,
  bitmapCacheError: 44,
  setKeyboardImeStatus: 45,
  offscreenCacheError: 46,
  setErrorInfo: 47,
  drawNineGridError: 48,
  drawGdiPlusError: 49,
  arcStatus: 50,
  statusInfo: 54,
  monitorLayout: 55,
  frameAcknowledge: 56,
} as const;

const STREAM_MED = 2;
/** PACKET_COMPRESSED in compressedType. */
const PACKET_COMPRESSED = 0x20;
/** shareId, pad1, streamId, uncompressedLength, pduType2, compressedType, compressedLength. */
const SHARE_DATA_HEADER_BYTES = 12;
/** uncompressedLength counts from pduType2 on. */
const COUNTED_HEADER_BYTES = 4;

export interface ShareData {
  readonly shareId: number;
  readonly pduType2: number;
  readonly body: Uint8Array;
}

/**
 * [MS-RDPBCGR] 2.2.8.1.1.1.2 TS_SHAREDATAHEADER with its share control header around `body`: data for the I/O channel.
 *
 * ```
 * | share control header | shareId u32le | pad1 | streamId | uncompressedLength u16le | pduType2 | compressedType | compressedLength u16le | body |
 * ```
 */
export function encodeShareData(shareId: number, sourceChannel: number, pduType2: number, body: Uint8Array): Uint8Array {
  const data = new ByteWriter(SHARE_DATA_HEADER_BYTES + body.length)
    .u32le(shareId, 'TS_SHAREDATAHEADER.shareId')
    .u8(0)
    .u8(STREAM_MED)
    .u16le(COUNTED_HEADER_BYTES + body.length, 'TS_SHAREDATAHEADER.uncompressedLength')
    .u8(pduType2)
    .u8(0)
    .u16le(0)
    .bytes(body)
    .finish();
  return encodeShareControl(SHARE_CONTROL_TYPE.data, sourceChannel, data);
}

/** From the body of a share control PDU of type data. Bulk compression is never negotiated by us: `REFUSED`. */
export function decodeShareData(bytes: Uint8Array): ShareData {
  const reader = new ByteReader(bytes);
  const shareId = reader.u32le('TS_SHAREDATAHEADER.shareId');
  reader.skip(4, 'TS_SHAREDATAHEADER.uncompressedLength');
  const pduType2 = reader.u8('TS_SHAREDATAHEADER.pduType2');
  const compressedType = reader.u8('TS_SHAREDATAHEADER.compressedType');
  if ((compressedType & PACKET_COMPRESSED) !== 0) {
    throw new ProtocolError('REFUSED', 'TS_SHAREDATAHEADER.compressedType', 'no bulk compression', compressedType);
  }
  reader.skip(2, 'TS_SHAREDATAHEADER.compressedLength');
  return { shareId, pduType2, body: reader.rest() };
}
