import { ProtocolError } from '../../../bytes/errors.ts';
import { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import type { Rect } from '../../geometry.ts';

/** Rectangles of one stream that are taken; servers send a few. */
const MAX_REGIONS = 4_096;

/** RDPGFX_AVC420_QUANT_QUALITY ([MS-RDPEGFX] 2.2.4.4.2). */
interface Avc420Quality {
  /** Quantisation parameter, 0 to 51. */
  readonly qp: number;
  readonly progressive: boolean;
  /** 0 to 100. */
  readonly quality: number;
}

interface Avc420Region extends Avc420Quality {
  /** On the surface. */
  readonly rect: Rect;
}

/** RDPGFX_AVC420_BITMAP_STREAM ([MS-RDPEGFX] 2.2.4.4): which parts of the surface the H.264 picture replaces. */
export interface Avc420Stream {
  readonly regions: readonly Avc420Region[];
  /** Annex B byte stream. */
  readonly h264: Uint8Array;
}

const PROGRESSIVE = 0x80;
const QP_MASK = 0x3f;

/** The rectangles are written with exclusive right and bottom (RDPGFX_RECT16, 2.2.1.2): clients drop inclusive ones. */
export function encodeAvc420({ regions, h264 }: Avc420Stream): Uint8Array {
  const writer = new ByteWriter();
  writer.u32le(regions.length);
  for (const { rect } of regions) {
    writer.u16le(rect.x);
    writer.u16le(rect.y);
    writer.u16le(rect.x + rect.width);
    writer.u16le(rect.y + rect.height);
  }
  for (const { qp, progressive, quality } of regions) {
    writer.u8((progressive ? PROGRESSIVE : 0) | (qp & QP_MASK));
    writer.u8(quality);
  }
  writer.bytes(h264);
  return writer.finish();
}

/**
 * Empty rectangles are left out: they replace nothing. Whether the others lie on the surface is for the surface to say.
 * @throws ProtocolError TRUNCATED, TOO_LARGE (too many rectangles), OUT_OF_RANGE (a rectangle inside out)
 */
export function decodeAvc420(data: Uint8Array): Avc420Stream {
  const reader = new ByteReader(data);
  const count = reader.u32le('RDPGFX_AVC420_METABLOCK.numRegionRects');
  if (count > MAX_REGIONS) throw new ProtocolError('TOO_LARGE', 'RDPGFX_AVC420_METABLOCK.numRegionRects', `<= ${MAX_REGIONS}`, count);
  const rects: Rect[] = [];
  for (let i = 0; i < count; i++) rects.push(decodeRect(reader));
  const regions: Avc420Region[] = [];
  for (const rect of rects) {
    const qp = reader.u8('RDPGFX_AVC420_QUANT_QUALITY.qpVal');
    const quality = reader.u8('RDPGFX_AVC420_QUANT_QUALITY.qualityVal');
    if (rect.width > 0 && rect.height > 0) regions.push({ rect, qp: qp & QP_MASK, progressive: (qp & PROGRESSIVE) !== 0, quality });
  }
  return { regions, h264: reader.rest() };
}

function decodeRect(reader: ByteReader): Rect {
  const x = reader.u16le('RDPGFX_RECT16.left');
  const y = reader.u16le('RDPGFX_RECT16.top');
  const right = reader.u16le('RDPGFX_RECT16.right');
  const bottom = reader.u16le('RDPGFX_RECT16.bottom');
  if (right < x || bottom < y)
    throw new ProtocolError('OUT_OF_RANGE', 'RDPGFX_RECT16.right', 'right >= left, bottom >= top', `${right},${bottom}`);
  return { x, y, width: right - x, height: bottom - y };
}
