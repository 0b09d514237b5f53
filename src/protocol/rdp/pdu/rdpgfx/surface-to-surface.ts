import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import type { Rect } from '../../geometry.ts';
import { encodeGfxPdu, GFX_CMD } from './header.ts';
import { decodeGfxPoints, decodeGfxRect, encodeGfxPoints, encodeGfxRect, type GfxPoint } from './shapes.ts';

/**
 * 2.2.2.5 RDPGFX_SURFACE_TO_SURFACE_PDU: a part of a surface, copied to these places (their top left pixels) of another or of the same, as if it
 * had been read before anything is written.
 */
export interface SurfaceToSurface {
  readonly sourceId: number;
  readonly destinationId: number;
  readonly rect: Rect;
  readonly points: readonly GfxPoint[];
}

export function encodeSurfaceToSurface({ sourceId, destinationId, rect, points }: SurfaceToSurface): Uint8Array {
  const body = encodeGfxRect(new ByteWriter(14 + 4 * points.length).u16le(sourceId).u16le(destinationId), rect);
  return encodeGfxPdu(GFX_CMD.surfaceToSurface, encodeGfxPoints(body, points).finish());
}

export function decodeSurfaceToSurface(body: ByteReader): SurfaceToSurface {
  return {
    sourceId: body.u16le('RDPGFX_SURFACE_TO_SURFACE_PDU.surfaceIdSrc'),
    destinationId: body.u16le('RDPGFX_SURFACE_TO_SURFACE_PDU.surfaceIdDest'),
    rect: decodeGfxRect(body),
    points: decodeGfxPoints(body, 'RDPGFX_SURFACE_TO_SURFACE_PDU.destPtsCount'),
  };
}
