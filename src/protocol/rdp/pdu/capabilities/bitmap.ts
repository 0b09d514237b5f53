import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSTYPE_BITMAP = 2;

/** `drawingFlags`. */
export const DRAWING_FLAG = { dynamicColorFidelity: 0x02, colorSubsampling: 0x04, skipAlpha: 0x08 } as const;

/** [MS-RDPBCGR] 2.2.7.1.2 Bitmap Capability Set (TS_BITMAP_CAPABILITYSET). Sizes in pixels. */
export interface BitmapCapability {
  readonly tag: 'bitmap';
  readonly preferredBitsPerPixel: number;
  readonly desktopWidth: number;
  readonly desktopHeight: number;
  readonly desktopResize: boolean;
  readonly drawingFlags: number;
}

export function encodeBitmap(set: BitmapCapability): Uint8Array {
  return new ByteWriter(24)
    .u16le(set.preferredBitsPerPixel)
    .u16le(1)
    .u16le(1)
    .u16le(1)
    .u16le(set.desktopWidth, 'TS_BITMAP_CAPABILITYSET.desktopWidth')
    .u16le(set.desktopHeight, 'TS_BITMAP_CAPABILITYSET.desktopHeight')
    .u16le(0)
    .u16le(set.desktopResize ? 1 : 0)
    .u16le(1) // bitmapCompressionFlag: must be set
    .u8(0)
    .u8(set.drawingFlags)
    .u16le(1) // multipleRectangleSupport: must be set
    .u16le(0)
    .finish();
}

export function decodeBitmap(reader: ByteReader): BitmapCapability {
  const preferredBitsPerPixel = reader.u16le('TS_BITMAP_CAPABILITYSET.preferredBitsPerPixel');
  reader.skip(6, 'TS_BITMAP_CAPABILITYSET.receive1BitPerPixel');
  const desktopWidth = reader.u16le('TS_BITMAP_CAPABILITYSET.desktopWidth');
  const desktopHeight = reader.u16le('TS_BITMAP_CAPABILITYSET.desktopHeight');
  reader.skip(2, 'TS_BITMAP_CAPABILITYSET.pad2octets');
  const desktopResize = reader.u16le('TS_BITMAP_CAPABILITYSET.desktopResizeFlag') !== 0;
  reader.skip(3, 'TS_BITMAP_CAPABILITYSET.bitmapCompressionFlag');
  const drawingFlags = reader.u8('TS_BITMAP_CAPABILITYSET.drawingFlags');
  return { tag: 'bitmap', preferredBitsPerPixel, desktopWidth, desktopHeight, desktopResize, drawingFlags };
}
