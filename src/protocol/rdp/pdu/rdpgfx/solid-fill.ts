import { ProtocolError } from '../../../bytes/errors.ts';
import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import type { Rect } from '../../geometry.ts';
import { encodeGfxPdu, GFX_CMD } from './header.ts';
import { decodeGfxRect, encodeGfxRect, type GfxColour } from './shapes.ts';

const RECT_BYTES = 8;

/** 2.2.2.4 RDPGFX_SOLIDFILL_PDU: one colour (the top byte means nothing here) in these rectangles of a surface. */
export interface SolidFill {
  readonly surfaceId: number;
  readonly colour: GfxColour;
  readonly rects: readonly Rect[];
}

export function encodeSolidFill({ surfaceId, colour, rects }: SolidFill): Uint8Array {
  const body = new ByteWriter(8 + RECT_BYTES * rects.length)
    .u16le(surfaceId)
    .u32le((colour & 0xff_ffff) + 0xff00_0000)
    .u16le(rects.length, 'RDPGFX_SOLIDFILL_PDU.fillRectCount');
  for (const rect of rects) encodeGfxRect(body, rect);
  return encodeGfxPdu(GFX_CMD.solidFill, body.finish());
}

export function decodeSolidFill(body: ByteReader): SolidFill {
  const surfaceId = body.u16le('RDPGFX_SOLIDFILL_PDU.surfaceId');
  const colour = body.u32le('RDPGFX_SOLIDFILL_PDU.fillPixel');
  const count = body.u16le('RDPGFX_SOLIDFILL_PDU.fillRectCount');
  if (count * RECT_BYTES > body.remaining)
    throw new ProtocolError('TRUNCATED', 'RDPGFX_SOLIDFILL_PDU.fillRects', `${count * RECT_BYTES} bytes`, body.remaining);
  return { surfaceId, colour, rects: Array.from({ length: count }, () => decodeGfxRect(body)) };
}
