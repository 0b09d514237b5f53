import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import type { Size } from '../../geometry.ts';
import { encodeGfxPdu, GFX_CMD } from './header.ts';
import { GFX_PIXEL_FORMAT } from './shapes.ts';

export interface CreateSurface extends Size {
  readonly surfaceId: number;
}

/** 2.2.2.9 RDPGFX_CREATE_SURFACE_PDU, whole; without alpha. */
export function encodeCreateSurface({ surfaceId, width, height }: CreateSurface): Uint8Array {
  return encodeGfxPdu(
    GFX_CMD.createSurface,
    new ByteWriter(7)
      .u16le(surfaceId)
      .u16le(width, 'RDPGFX_CREATE_SURFACE_PDU.width')
      .u16le(height, 'RDPGFX_CREATE_SURFACE_PDU.height')
      .u8(GFX_PIXEL_FORMAT.xrgb8888)
      .finish(),
  );
}

export function decodeCreateSurface(body: ByteReader): CreateSurface {
  const surfaceId = body.u16le('RDPGFX_CREATE_SURFACE_PDU.surfaceId');
  const width = body.u16le('RDPGFX_CREATE_SURFACE_PDU.width');
  const height = body.u16le('RDPGFX_CREATE_SURFACE_PDU.height');
  body.skip(1, 'RDPGFX_CREATE_SURFACE_PDU.pixelFormat');
  return { surfaceId, width, height };
}

/** 2.2.2.10 RDPGFX_DELETE_SURFACE_PDU, whole. */
export function encodeDeleteSurface(surfaceId: number): Uint8Array {
  return encodeGfxPdu(GFX_CMD.deleteSurface, new ByteWriter(2).u16le(surfaceId).finish());
}

export function decodeDeleteSurface(body: ByteReader): number {
  return body.u16le('RDPGFX_DELETE_SURFACE_PDU.surfaceId');
}

/** Where a surface's top left pixel is on the output. */
export interface MapSurfaceToOutput {
  readonly surfaceId: number;
  readonly x: number;
  readonly y: number;
}

/** 2.2.2.15 RDPGFX_MAP_SURFACE_TO_OUTPUT_PDU, whole. */
export function encodeMapSurfaceToOutput({ surfaceId, x, y }: MapSurfaceToOutput): Uint8Array {
  return encodeGfxPdu(GFX_CMD.mapSurfaceToOutput, new ByteWriter(12).u16le(surfaceId).u16le(0).u32le(x).u32le(y).finish());
}

export function decodeMapSurfaceToOutput(body: ByteReader): MapSurfaceToOutput {
  const surfaceId = body.u16le('RDPGFX_MAP_SURFACE_TO_OUTPUT_PDU.surfaceId');
  body.skip(2, 'RDPGFX_MAP_SURFACE_TO_OUTPUT_PDU.reserved');
  const x = body.u32le('RDPGFX_MAP_SURFACE_TO_OUTPUT_PDU.outputOriginX');
  const y = body.u32le('RDPGFX_MAP_SURFACE_TO_OUTPUT_PDU.outputOriginY');
  return { surfaceId, x, y };
}
