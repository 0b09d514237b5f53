import { ByteReader } from '../../../bytes/reader.ts';
import type { DesktopLayout } from '../../desktop-layout.ts';
import { type CacheToSurface, decodeCacheToSurface, decodeEvictCacheEntry, decodeSurfaceToCache, type SurfaceToCache } from './cache.ts';
import { decodeCapsAdvertise, decodeCapsConfirm, type GfxCapabilitySet } from './capabilities.ts';
import { decodeEndFrame, decodeGfxFrameAcknowledge, decodeStartFrame, type GfxFrameAcknowledge } from './frames.ts';
import { decodeGfxHeader, GFX_CMD } from './header.ts';
import { decodeResetGraphics } from './reset-graphics.ts';
import { decodeSolidFill, type SolidFill } from './solid-fill.ts';
import { decodeSurfaceToSurface, type SurfaceToSurface } from './surface-to-surface.ts';
import {
  type CreateSurface,
  decodeCreateSurface,
  decodeDeleteSurface,
  decodeMapSurfaceToOutput,
  type MapSurfaceToOutput,
} from './surfaces.ts';
import { decodeWireToSurface1, decodeWireToSurface2, type WireToSurface1, type WireToSurface2 } from './wire-to-surface.ts';

/** What a server says on the graphics channel ([MS-RDPEGFX] 2.2.2). `other`: a command that is not known, or that nothing is to be done about. */
export type GfxServerPdu =
  | { readonly tag: 'capsConfirm'; readonly set: GfxCapabilitySet }
  | ({ readonly tag: 'resetGraphics' } & DesktopLayout)
  | ({ readonly tag: 'createSurface' } & CreateSurface)
  | { readonly tag: 'deleteSurface'; readonly surfaceId: number }
  | ({ readonly tag: 'mapSurfaceToOutput' } & MapSurfaceToOutput)
  | { readonly tag: 'startFrame'; readonly frameId: number }
  | { readonly tag: 'endFrame'; readonly frameId: number }
  | ({ readonly tag: 'wireToSurface1' } & WireToSurface1)
  | ({ readonly tag: 'wireToSurface2' } & WireToSurface2)
  | ({ readonly tag: 'solidFill' } & SolidFill)
  | ({ readonly tag: 'surfaceToSurface' } & SurfaceToSurface)
  | ({ readonly tag: 'surfaceToCache' } & SurfaceToCache)
  | ({ readonly tag: 'cacheToSurface' } & CacheToSurface)
  | { readonly tag: 'evictCacheEntry'; readonly cacheSlot: number }
  | { readonly tag: 'other'; readonly cmdId: number };

/** What a client says there; its messages are not wrapped in segments. */
export type GfxClientPdu =
  | { readonly tag: 'capsAdvertise'; readonly sets: readonly GfxCapabilitySet[] }
  | ({ readonly tag: 'frameAcknowledge' } & GfxFrameAcknowledge)
  | { readonly tag: 'cacheImportOffer' }
  | { readonly tag: 'other'; readonly cmdId: number };

/** All PDUs of a server's message, uncompressed and joined, one after the other as they are asked for. */
export function* decodeGfxServerPdus(bytes: Uint8Array): Generator<GfxServerPdu, void, undefined> {
  const reader = new ByteReader(bytes);
  while (reader.remaining > 0) {
    const { cmdId, body } = decodeGfxHeader(reader);
    yield serverPdu(cmdId, body);
  }
}

/** All PDUs of one message of a client. */
export function decodeGfxClientPdus(message: Uint8Array): GfxClientPdu[] {
  const reader = new ByteReader(message);
  const pdus: GfxClientPdu[] = [];
  while (reader.remaining > 0) {
    const { cmdId, body } = decodeGfxHeader(reader);
    pdus.push(clientPdu(cmdId, body));
  }
  return pdus;
}

function serverPdu(cmdId: number, body: ByteReader): GfxServerPdu {
  switch (cmdId) {
    case GFX_CMD.capsConfirm:
      return { tag: 'capsConfirm', set: decodeCapsConfirm(body) };
    case GFX_CMD.resetGraphics:
      return { tag: 'resetGraphics', ...decodeResetGraphics(body) };
    case GFX_CMD.createSurface:
      return { tag: 'createSurface', ...decodeCreateSurface(body) };
    case GFX_CMD.deleteSurface:
      return { tag: 'deleteSurface', surfaceId: decodeDeleteSurface(body) };
    case GFX_CMD.mapSurfaceToOutput:
      return { tag: 'mapSurfaceToOutput', ...decodeMapSurfaceToOutput(body) };
    case GFX_CMD.startFrame:
      return { tag: 'startFrame', frameId: decodeStartFrame(body) };
    case GFX_CMD.endFrame:
      return { tag: 'endFrame', frameId: decodeEndFrame(body) };
    case GFX_CMD.wireToSurface1:
      return { tag: 'wireToSurface1', ...decodeWireToSurface1(body) };
    case GFX_CMD.wireToSurface2:
      return { tag: 'wireToSurface2', ...decodeWireToSurface2(body) };
    case GFX_CMD.solidFill:
      return { tag: 'solidFill', ...decodeSolidFill(body) };
    case GFX_CMD.surfaceToSurface:
      return { tag: 'surfaceToSurface', ...decodeSurfaceToSurface(body) };
    case GFX_CMD.surfaceToCache:
      return { tag: 'surfaceToCache', ...decodeSurfaceToCache(body) };
    case GFX_CMD.cacheToSurface:
      return { tag: 'cacheToSurface', ...decodeCacheToSurface(body) };
    case GFX_CMD.evictCacheEntry:
      return { tag: 'evictCacheEntry', cacheSlot: decodeEvictCacheEntry(body) };
    default:
      return { tag: 'other', cmdId };
  }
}

function clientPdu(cmdId: number, body: ByteReader): GfxClientPdu {
  switch (cmdId) {
    case GFX_CMD.capsAdvertise:
      return { tag: 'capsAdvertise', sets: decodeCapsAdvertise(body) };
    case GFX_CMD.frameAcknowledge:
      return { tag: 'frameAcknowledge', ...decodeGfxFrameAcknowledge(body) };
    case GFX_CMD.cacheImportOffer:
      return { tag: 'cacheImportOffer' };
    default:
      return { tag: 'other', cmdId };
  }
}
