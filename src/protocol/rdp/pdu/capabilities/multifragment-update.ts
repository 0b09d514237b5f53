import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSETTYPE_MULTIFRAGMENTUPDATE = 26;

/** [MS-RDPBCGR] 2.2.7.2.6 Multifragment Update Capability Set: how many bytes of one update's fragments the sender of this can join. */
export interface MultifragmentUpdateCapability {
  readonly tag: 'multifragmentUpdate';
  readonly maxRequestSize: number;
}

export function encodeMultifragmentUpdate(set: MultifragmentUpdateCapability): Uint8Array {
  return new ByteWriter(4).u32le(set.maxRequestSize).finish();
}

export function decodeMultifragmentUpdate(reader: ByteReader): MultifragmentUpdateCapability {
  return { tag: 'multifragmentUpdate', maxRequestSize: reader.u32le('TS_MULTIFRAGMENTUPDATE_CAPABILITYSET.MaxRequestSize') };
}
