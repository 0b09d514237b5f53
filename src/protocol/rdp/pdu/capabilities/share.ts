import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSTYPE_SHARE = 9;

/** [MS-RDPBCGR] 2.2.7.2.4 Share Capability Set. `nodeId`: the server's channel id, 0 from a client. */
export interface ShareCapability {
  readonly tag: 'share';
  readonly nodeId: number;
}

export function encodeShare(set: ShareCapability): Uint8Array {
  return new ByteWriter(4).u16le(set.nodeId).u16le(0).finish();
}

export function decodeShare(reader: ByteReader): ShareCapability {
  return { tag: 'share', nodeId: reader.u16le('TS_SHARE_CAPABILITYSET.nodeId') };
}
