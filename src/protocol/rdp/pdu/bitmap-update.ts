import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';

const UPDATETYPE_BITMAP = 0x0001;
const BITMAP_COMPRESSION = 0x0001;
const NO_BITMAP_COMPRESSION_HDR = 0x0400;
const TS_CD_HEADER_BYTES = 8;

/** TS_UPDATE_BITMAP_DATA: updateType, numberRectangles. */
export const BITMAP_UPDATE_HEADER_BYTES = 4;
/** TS_BITMAP_DATA without TS_CD_HEADER and data. */
export const BITMAP_DATA_HEADER_BYTES = 18;

/**
 * [MS-RDPBCGR] 2.2.9.1.1.3.1.2.2 TS_BITMAP_DATA. `destRight`, `destBottom` are inclusive; `width`, `height` are the bitmap's own (it may be padded).
 * `data` is the bitmap stream without TS_CD_HEADER: planar ([MS-RDPEGDI] 2.2.2.5.1) or interleaved RLE when `compressed`, else rows bottom up.
 */
export interface BitmapRectangle {
  readonly destLeft: number;
  readonly destTop: number;
  readonly destRight: number;
  readonly destBottom: number;
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  readonly compressed: boolean;
  readonly data: Uint8Array;
}

/** Bytes `encodeBitmapUpdate` needs for one rectangle with `dataBytes` of data. */
export function bitmapRectangleSize(dataBytes: number): number {
  return BITMAP_DATA_HEADER_BYTES + dataBytes;
}

/**
 * [MS-RDPBCGR] 2.2.9.1.1.3.1.2 TS_UPDATE_BITMAP_DATA, from updateType on: the updateData of FASTPATH_UPDATETYPE_BITMAP.
 * Compressed rectangles have no TS_CD_HEADER (NO_BITMAP_COMPRESSION_HDR): planar does not need it and every peer accepts its absence.
 */
export function encodeBitmapUpdate(rectangles: readonly BitmapRectangle[]): Uint8Array {
  let size = BITMAP_UPDATE_HEADER_BYTES;
  for (const rectangle of rectangles) size += bitmapRectangleSize(rectangle.data.length);
  const writer = new ByteWriter(size);
  writer.u16le(UPDATETYPE_BITMAP).u16le(rectangles.length, 'TS_UPDATE_BITMAP_DATA.numberRectangles');
  for (const rectangle of rectangles) {
    writer
      .u16le(rectangle.destLeft, 'TS_BITMAP_DATA.destLeft')
      .u16le(rectangle.destTop, 'TS_BITMAP_DATA.destTop')
      .u16le(rectangle.destRight, 'TS_BITMAP_DATA.destRight')
      .u16le(rectangle.destBottom, 'TS_BITMAP_DATA.destBottom')
      .u16le(rectangle.width, 'TS_BITMAP_DATA.width')
      .u16le(rectangle.height, 'TS_BITMAP_DATA.height')
      .u16le(rectangle.bitsPerPixel, 'TS_BITMAP_DATA.bitsPerPixel')
      .u16le(rectangle.compressed ? BITMAP_COMPRESSION | NO_BITMAP_COMPRESSION_HDR : 0)
      .u16le(rectangle.data.length, 'TS_BITMAP_DATA.bitmapLength')
      .bytes(rectangle.data);
  }
  return writer.finish();
}

/**
 * Decodes TS_UPDATE_BITMAP_DATA. `data` of each rectangle is a view. Throws `TRUNCATED`, `UNEXPECTED` (updateType) or `MALFORMED`
 * (destRight before destLeft, no pixels, more pixels claimed than shown).
 */
export function decodeBitmapUpdate(bytes: Uint8Array): BitmapRectangle[] {
  const reader = new ByteReader(bytes);
  const updateType = reader.u16le('TS_UPDATE_BITMAP_DATA.updateType');
  if (updateType !== UPDATETYPE_BITMAP)
    throw new ProtocolError('UNEXPECTED', 'TS_UPDATE_BITMAP_DATA.updateType', UPDATETYPE_BITMAP, updateType);
  const count = reader.u16le('TS_UPDATE_BITMAP_DATA.numberRectangles');
  if (count * BITMAP_DATA_HEADER_BYTES > reader.remaining) {
    throw new ProtocolError('TRUNCATED', 'TS_UPDATE_BITMAP_DATA.numberRectangles', `${count} rectangles`, `${reader.remaining} bytes`);
  }
  const rectangles: BitmapRectangle[] = [];
  for (let index = 0; index < count; index += 1) rectangles.push(decodeRectangle(reader));
  return rectangles;
}

function decodeRectangle(reader: ByteReader): BitmapRectangle {
  const destLeft = reader.u16le('TS_BITMAP_DATA.destLeft');
  const destTop = reader.u16le('TS_BITMAP_DATA.destTop');
  const destRight = reader.u16le('TS_BITMAP_DATA.destRight');
  const destBottom = reader.u16le('TS_BITMAP_DATA.destBottom');
  const width = reader.u16le('TS_BITMAP_DATA.width');
  const height = reader.u16le('TS_BITMAP_DATA.height');
  const bitsPerPixel = reader.u16le('TS_BITMAP_DATA.bitsPerPixel');
  const flags = reader.u16le('TS_BITMAP_DATA.flags');
  const bitmapLength = reader.u16le('TS_BITMAP_DATA.bitmapLength');
  if (destRight < destLeft || destBottom < destTop || width === 0 || height === 0) {
    throw new ProtocolError(
      'MALFORMED',
      'TS_BITMAP_DATA',
      'a rectangle with pixels',
      `${destLeft},${destTop}-${destRight},${destBottom} ${width}x${height}`,
    );
  }
  if (bitsPerPixel !== 8 && bitsPerPixel !== 15 && bitsPerPixel !== 16 && bitsPerPixel !== 24 && bitsPerPixel !== 32) {
    throw new ProtocolError('OUT_OF_RANGE', 'TS_BITMAP_DATA.bitsPerPixel', '8, 15, 16, 24 or 32', bitsPerPixel);
  }
  const stream = reader.sub(bitmapLength, 'TS_BITMAP_DATA.bitmapDataStream');
  const compressed = (flags & BITMAP_COMPRESSION) !== 0;
  let data: Uint8Array;
  if (compressed && (flags & NO_BITMAP_COMPRESSION_HDR) === 0) {
    // TS_CD_HEADER (2.2.9.1.1.3.1.2.3): cbCompFirstRowSize, cbCompMainBodySize, cbScanWidth, cbUncompressedSize.
    stream.skip(2, 'TS_CD_HEADER.cbCompFirstRowSize');
    const mainBody = stream.u16le('TS_CD_HEADER.cbCompMainBodySize');
    stream.skip(TS_CD_HEADER_BYTES - 4, 'TS_CD_HEADER.cbScanWidth');
    data = stream.view8(mainBody, 'TS_CD_HEADER.cbCompMainBodySize');
  } else {
    data = stream.rest();
  }
  return { destLeft, destTop, destRight, destBottom, width, height, bitsPerPixel, compressed, data };
}
