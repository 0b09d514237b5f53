import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';

/** [MS-RDPRFX] 2.2.3.1 TS_FRAME_ACKNOWLEDGE_PDU after its share data header. */
export function encodeFrameAcknowledge(frameId: number): Uint8Array {
  return new ByteWriter(4).u32le(frameId, 'TS_FRAME_ACKNOWLEDGE_PDU.frameID').finish();
}

export function decodeFrameAcknowledge(body: Uint8Array): number {
  return new ByteReader(body).u32le('TS_FRAME_ACKNOWLEDGE_PDU.frameID');
}
