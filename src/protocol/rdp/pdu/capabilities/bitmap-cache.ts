import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSTYPE_BITMAPCACHE = 4;

const CACHES = 3;

interface BitmapCacheDefinition {
  readonly entries: number;
  /** Bytes. */
  readonly maximumCellSize: number;
}

/** [MS-RDPBCGR] 2.2.7.1.4.1 Bitmap Cache Capability Set, revision 1: three caches. Empty ones say "no cached bitmaps". */
export interface BitmapCacheCapability {
  readonly tag: 'bitmapCache';
  readonly caches: readonly BitmapCacheDefinition[];
}

export function encodeBitmapCache(set: BitmapCacheCapability): Uint8Array {
  const writer = new ByteWriter(36).zeros(24);
  for (let index = 0; index < CACHES; index += 1) {
    const cache = set.caches[index];
    writer.u16le(cache?.entries ?? 0).u16le(cache?.maximumCellSize ?? 0);
  }
  return writer.finish();
}

export function decodeBitmapCache(reader: ByteReader): BitmapCacheCapability {
  reader.skip(24, 'TS_BITMAPCACHE_CAPABILITYSET.pad');
  const caches: BitmapCacheDefinition[] = [];
  for (let index = 0; index < CACHES; index += 1) {
    const entries = reader.u16le('TS_BITMAPCACHE_CAPABILITYSET.CacheEntries');
    caches.push({ entries, maximumCellSize: reader.u16le('TS_BITMAPCACHE_CAPABILITYSET.CacheMaximumCellSize') });
  }
  return { tag: 'bitmapCache', caches };
}
