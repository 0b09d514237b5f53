import { ProtocolError } from '../../../bytes/errors.ts';
import type { ByteReader } from '../../../bytes/reader.ts';
import type { ByteWriter } from '../../../bytes/writer.ts';
import type { Rect } from '../../geometry.ts';

/** RDPGFX_POINT16 ([MS-RDPEGFX] 2.2.1.1), pixels. */
export interface GfxPoint {
  readonly x: number;
  readonly y: number;
}

/** A pixel of RDPGFX_COLOR32 (2.2.1.3) as one word, 0xXXRRGGBB. */
export type GfxColour = number;

/** PIXEL_FORMAT (2.2.1.4): 32 bits a pixel without and with alpha. */
export const GFX_PIXEL_FORMAT = { xrgb8888: 0x20, argb8888: 0x21 } as const;

/** RDPGFX_RECT16 (2.2.1.2): right and bottom are exclusive. Both corners lie within 0..65535. */
export function encodeGfxRect(writer: ByteWriter, { x, y, width, height }: Rect): ByteWriter {
  return writer
    .u16le(x, 'RDPGFX_RECT16.left')
    .u16le(y, 'RDPGFX_RECT16.top')
    .u16le(x + width, 'RDPGFX_RECT16.right')
    .u16le(y + height, 'RDPGFX_RECT16.bottom');
}

/** @throws ProtocolError OUT_OF_RANGE for one that is empty or turned round */
export function decodeGfxRect(reader: ByteReader): Rect {
  const x = reader.u16le('RDPGFX_RECT16.left');
  const y = reader.u16le('RDPGFX_RECT16.top');
  const right = reader.u16le('RDPGFX_RECT16.right');
  const bottom = reader.u16le('RDPGFX_RECT16.bottom');
  if (right <= x) throw new ProtocolError('OUT_OF_RANGE', 'RDPGFX_RECT16.right', `> ${x}`, right);
  if (bottom <= y) throw new ProtocolError('OUT_OF_RANGE', 'RDPGFX_RECT16.bottom', `> ${y}`, bottom);
  return { x, y, width: right - x, height: bottom - y };
}

export function encodeGfxPoints(writer: ByteWriter, points: readonly GfxPoint[]): ByteWriter {
  writer.u16le(points.length, 'destPtsCount');
  for (const { x, y } of points) writer.u16le(x, 'RDPGFX_POINT16.x').u16le(y, 'RDPGFX_POINT16.y');
  return writer;
}

/** A count, and as many points. What leaves a surface is for whoever draws to judge. */
export function decodeGfxPoints(reader: ByteReader, field: string): GfxPoint[] {
  const count = reader.u16le(field);
  if (count * 4 > reader.remaining) throw new ProtocolError('TRUNCATED', field, `${count * 4} bytes`, reader.remaining);
  return Array.from({ length: count }, () => ({ x: reader.u16le('RDPGFX_POINT16.x'), y: reader.u16le('RDPGFX_POINT16.y') }));
}
