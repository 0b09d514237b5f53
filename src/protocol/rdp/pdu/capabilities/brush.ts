import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSTYPE_BRUSH = 15;

/** [MS-RDPBCGR] 2.2.7.1.7 Brush Capability Set. BRUSH_DEFAULT is 0. */
export interface BrushCapability {
  readonly tag: 'brush';
  readonly brushSupportLevel: number;
}

export function encodeBrush(set: BrushCapability): Uint8Array {
  return new ByteWriter(4).u32le(set.brushSupportLevel).finish();
}

export function decodeBrush(reader: ByteReader): BrushCapability {
  return { tag: 'brush', brushSupportLevel: reader.u32le('TS_BRUSH_CAPABILITYSET.brushSupportLevel') };
}
