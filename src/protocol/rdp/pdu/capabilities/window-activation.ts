import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSTYPE_ACTIVATION = 7;

/** [MS-RDPBCGR] 2.2.7.2.3 Window Activation Capability Set. Every field is 0. */
export interface WindowActivationCapability {
  readonly tag: 'windowActivation';
}

export function encodeWindowActivation(): Uint8Array {
  return new ByteWriter(8).zeros(8).finish();
}

export function decodeWindowActivation(reader: ByteReader): WindowActivationCapability {
  reader.skip(8, 'TS_WINDOWACTIVATION_CAPABILITYSET');
  return { tag: 'windowActivation' };
}
