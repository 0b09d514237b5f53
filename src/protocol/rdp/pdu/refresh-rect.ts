import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import type { Rect } from '../geometry.ts';

/** numberOfAreas is one byte. */
const MAX_AREAS = 255;

/** TS_RECTANGLE16 ([MS-RDPBCGR] 2.2.11.1) has inclusive bounds. */
export function writeInclusiveRect(writer: ByteWriter, rect: Rect): void {
  writer
    .u16le(rect.x, 'TS_RECTANGLE16.left')
    .u16le(rect.y, 'TS_RECTANGLE16.top')
    .u16le(rect.x + rect.width - 1, 'TS_RECTANGLE16.right')
    .u16le(rect.y + rect.height - 1, 'TS_RECTANGLE16.bottom');
}

/** [MS-RDPBCGR] 2.2.11.2.1 TS_REFRESH_RECT_PDU after its share data header. */
export function encodeRefreshRect(areas: readonly Rect[]): Uint8Array {
  if (areas.length > MAX_AREAS) throw new ProtocolError('TOO_LARGE', 'TS_REFRESH_RECT_PDU.numberOfAreas', MAX_AREAS, areas.length);
  const writer = new ByteWriter(4 + areas.length * 8).u8(areas.length).zeros(3);
  for (const area of areas) writeInclusiveRect(writer, area);
  return writer.finish();
}

/** Empty areas are left out. */
export function decodeRefreshRect(body: Uint8Array): Rect[] {
  const reader = new ByteReader(body);
  const count = reader.u8('TS_REFRESH_RECT_PDU.numberOfAreas');
  reader.skip(3, 'TS_REFRESH_RECT_PDU.pad3Octets');
  const areas: Rect[] = [];
  for (let index = 0; index < count; index += 1) {
    const x = reader.u16le('TS_RECTANGLE16.left');
    const y = reader.u16le('TS_RECTANGLE16.top');
    const width = reader.u16le('TS_RECTANGLE16.right') - x + 1;
    const height = reader.u16le('TS_RECTANGLE16.bottom') - y + 1;
    if (width > 0 && height > 0) areas.push({ x, y, width, height });
  }
  return areas;
}
