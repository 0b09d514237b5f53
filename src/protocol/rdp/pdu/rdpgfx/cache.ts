import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import type { Rect } from '../../geometry.ts';
import { encodeGfxPdu, GFX_CMD } from './header.ts';
import { decodeGfxPoints, decodeGfxRect, encodeGfxPoints, encodeGfxRect, type GfxPoint } from './shapes.ts';

/** 2.2.2.6 RDPGFX_SURFACE_TO_CACHE_PDU; its cacheKey is for caches that outlive a connection. */
export interface SurfaceToCache {
  readonly surfaceId: number;
  readonly cacheSlot: number;
  readonly rect: Rect;
}

export function encodeSurfaceToCache({ surfaceId, cacheSlot, rect }: SurfaceToCache): Uint8Array {
  const body = new ByteWriter(20).u16le(surfaceId).zeros(8).u16le(cacheSlot);
  return encodeGfxPdu(GFX_CMD.surfaceToCache, encodeGfxRect(body, rect).finish());
}

export function decodeSurfaceToCache(body: ByteReader): SurfaceToCache {
  const surfaceId = body.u16le('RDPGFX_SURFACE_TO_CACHE_PDU.surfaceId');
  body.skip(8, 'RDPGFX_SURFACE_TO_CACHE_PDU.cacheKey');
  return { surfaceId, cacheSlot: body.u16le('RDPGFX_SURFACE_TO_CACHE_PDU.cacheSlot'), rect: decodeGfxRect(body) };
}

/** 2.2.2.7 RDPGFX_CACHE_TO_SURFACE_PDU. */
export interface CacheToSurface {
  readonly cacheSlot: number;
  readonly surfaceId: number;
  readonly points: readonly GfxPoint[];
}

export function encodeCacheToSurface({ cacheSlot, surfaceId, points }: CacheToSurface): Uint8Array {
  const body = new ByteWriter(6 + 4 * points.length).u16le(cacheSlot).u16le(surfaceId);
  return encodeGfxPdu(GFX_CMD.cacheToSurface, encodeGfxPoints(body, points).finish());
}

export function decodeCacheToSurface(body: ByteReader): CacheToSurface {
  return {
    cacheSlot: body.u16le('RDPGFX_CACHE_TO_SURFACE_PDU.cacheSlot'),
    surfaceId: body.u16le('RDPGFX_CACHE_TO_SURFACE_PDU.surfaceId'),
    points: decodeGfxPoints(body, 'RDPGFX_CACHE_TO_SURFACE_PDU.destPtsCount'),
  };
}

/** 2.2.2.8 RDPGFX_EVICT_CACHE_ENTRY_PDU. */
export function encodeEvictCacheEntry(cacheSlot: number): Uint8Array {
  return encodeGfxPdu(GFX_CMD.evictCacheEntry, new ByteWriter(2).u16le(cacheSlot).finish());
}

export function decodeEvictCacheEntry(body: ByteReader): number {
  return body.u16le('RDPGFX_EVICT_CACHE_ENTRY_PDU.cacheSlot');
}

/** 2.2.2.17 RDPGFX_CACHE_IMPORT_REPLY_PDU, whole, that takes nothing of what a client offers from earlier connections. */
export function encodeEmptyCacheImportReply(): Uint8Array {
  return encodeGfxPdu(GFX_CMD.cacheImportReply, new ByteWriter(2).u16le(0).finish());
}
