import { ByteWriter } from '../../bytes/writer.ts';
import { encodeShareControl, SHARE_CONTROL_TYPE } from './share-control.ts';

/**
 * [MS-RDPBCGR] 2.2.3.1 Server Deactivate All PDU with its share control header: data for the I/O channel. Receivers need only its type:
 * some servers leave the body out.
 */
export function encodeDeactivateAll(shareId: number, source: number): Uint8Array {
  const body = new ByteWriter(7).u32le(shareId, 'TS_DEACTIVATE_ALL_PDU.shareId').u16le(1).u8(0).finish();
  return encodeShareControl(SHARE_CONTROL_TYPE.deactivateAll, source, body);
}
