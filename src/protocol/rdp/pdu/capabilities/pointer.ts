import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSTYPE_POINTER = 8;

/**
 * [MS-RDPBCGR] 2.2.7.1.5 Pointer Capability Set (TS_POINTER_CAPABILITYSET). Cache sizes in pointers.
 * `pointerCacheSize` 0 or absent: no New Pointer Update, colour pointers only.
 */
export interface PointerCapability {
  readonly tag: 'pointer';
  readonly colorPointerFlag: boolean;
  readonly colorPointerCacheSize: number;
  readonly pointerCacheSize: number;
}

export function encodePointer(set: PointerCapability): Uint8Array {
  return new ByteWriter(6)
    .u16le(set.colorPointerFlag ? 1 : 0)
    .u16le(set.colorPointerCacheSize)
    .u16le(set.pointerCacheSize)
    .finish();
}

export function decodePointer(reader: ByteReader): PointerCapability {
  const colorPointerFlag = reader.u16le('TS_POINTER_CAPABILITYSET.colorPointerFlag') !== 0;
  const colorPointerCacheSize = reader.u16le('TS_POINTER_CAPABILITYSET.colorPointerCacheSize');
  const pointerCacheSize = reader.remaining >= 2 ? reader.u16le('TS_POINTER_CAPABILITYSET.pointerCacheSize') : 0;
  return { tag: 'pointer', colorPointerFlag, colorPointerCacheSize, pointerCacheSize };
}
