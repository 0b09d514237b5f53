import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSTYPE_CONTROL = 5;

/** CONTROLPRIORITY_NEVER. */
const CONTROL_PRIORITY_NEVER = 2;

/** [MS-RDPBCGR] 2.2.7.2.2 Control Capability Set. Every field has one fixed value. */
export interface ControlCapability {
  readonly tag: 'control';
}

export function encodeControlCapability(): Uint8Array {
  return new ByteWriter(8).u16le(0).u16le(0).u16le(CONTROL_PRIORITY_NEVER).u16le(CONTROL_PRIORITY_NEVER).finish();
}

export function decodeControlCapability(reader: ByteReader): ControlCapability {
  reader.skip(8, 'TS_CONTROL_CAPABILITYSET');
  return { tag: 'control' };
}
