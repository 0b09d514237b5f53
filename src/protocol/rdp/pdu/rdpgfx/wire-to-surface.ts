import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import type { Rect } from '../../geometry.ts';
import { encodeGfxPdu, GFX_CMD } from './header.ts';
import { decodeGfxRect, encodeGfxRect, GFX_PIXEL_FORMAT } from './shapes.ts';

/** codecId of WireToSurface1 and 2 ([MS-RDPEGFX] 2.2.2.1, 2.2.2.2). */
export const GFX_CODEC = {
  uncompressed: 0x0000,
  remoteFx: 0x0003,
  clearCodec: 0x0008,
  progressive: 0x0009,
  planar: 0x000a,
  avc420: 0x000b,
  alpha: 0x000c,
  avc444: 0x000e,
  avc444v2: 0x000f,
} as const;

/** 2.2.2.1 RDPGFX_WIRE_TO_SURFACE_PDU_1. `data` is a view. */
export interface WireToSurface1 {
  readonly surfaceId: number;
  readonly codecId: number;
  /** Where on the surface; for AVC it bounds what the stream's own rectangles draw. */
  readonly rect: Rect;
  readonly data: Uint8Array;
}

export function encodeWireToSurface1({ surfaceId, codecId, rect, data }: WireToSurface1): Uint8Array {
  const body = new ByteWriter(17 + data.length).u16le(surfaceId).u16le(codecId).u8(GFX_PIXEL_FORMAT.xrgb8888);
  return encodeGfxPdu(GFX_CMD.wireToSurface1, encodeGfxRect(body, rect).u32le(data.length).bytes(data).finish());
}

export function decodeWireToSurface1(body: ByteReader): WireToSurface1 {
  const surfaceId = body.u16le('RDPGFX_WIRE_TO_SURFACE_PDU_1.surfaceId');
  const codecId = body.u16le('RDPGFX_WIRE_TO_SURFACE_PDU_1.codecId');
  body.skip(1, 'RDPGFX_WIRE_TO_SURFACE_PDU_1.pixelFormat');
  const rect = decodeGfxRect(body);
  const length = body.u32le('RDPGFX_WIRE_TO_SURFACE_PDU_1.bitmapDataLength');
  return { surfaceId, codecId, rect, data: body.view8(length, 'RDPGFX_WIRE_TO_SURFACE_PDU_1.bitmapData') };
}

/** 2.2.2.2 RDPGFX_WIRE_TO_SURFACE_PDU_2: a progressive codec's, which knows itself where it draws. */
export interface WireToSurface2 {
  readonly surfaceId: number;
  readonly codecId: number;
  readonly codecContextId: number;
  readonly data: Uint8Array;
}

export function decodeWireToSurface2(body: ByteReader): WireToSurface2 {
  const surfaceId = body.u16le('RDPGFX_WIRE_TO_SURFACE_PDU_2.surfaceId');
  const codecId = body.u16le('RDPGFX_WIRE_TO_SURFACE_PDU_2.codecId');
  const codecContextId = body.u32le('RDPGFX_WIRE_TO_SURFACE_PDU_2.codecContextId');
  body.skip(1, 'RDPGFX_WIRE_TO_SURFACE_PDU_2.pixelFormat');
  const length = body.u32le('RDPGFX_WIRE_TO_SURFACE_PDU_2.bitmapDataLength');
  return { surfaceId, codecId, codecContextId, data: body.view8(length, 'RDPGFX_WIRE_TO_SURFACE_PDU_2.bitmapData') };
}
