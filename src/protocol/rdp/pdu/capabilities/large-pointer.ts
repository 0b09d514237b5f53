import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSETTYPE_LARGE_POINTER = 27;

/** `largePointerSupportFlags`, by the side in pixels. */
export const LARGE_POINTER_FLAG = { side96: 0x0001, side384: 0x0002 } as const;

/** [MS-RDPBCGR] 2.2.7.2.7 Large Pointer Capability Set. */
export interface LargePointerCapability {
  readonly tag: 'largePointer';
  readonly flags: number;
}

export function encodeLargePointer(set: LargePointerCapability): Uint8Array {
  return new ByteWriter(2).u16le(set.flags).finish();
}

export function decodeLargePointer(reader: ByteReader): LargePointerCapability {
  return { tag: 'largePointer', flags: reader.u16le('TS_LARGE_POINTER_CAPABILITYSET.largePointerSupportFlags') };
}
