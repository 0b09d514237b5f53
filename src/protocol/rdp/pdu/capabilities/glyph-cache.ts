import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSTYPE_GLYPHCACHE = 16;

const GLYPH_CACHES = 10;
const CACHE_DEFINITION_BYTES = 4;

/** [MS-RDPBCGR] 2.2.7.1.8 Glyph Cache Capability Set. We have no glyph caches; GLYPH_SUPPORT_NONE is 0. */
export interface GlyphCacheCapability {
  readonly tag: 'glyphCache';
  readonly glyphSupportLevel: number;
}

export function encodeGlyphCache(set: GlyphCacheCapability): Uint8Array {
  return new ByteWriter(48)
    .zeros(GLYPH_CACHES * CACHE_DEFINITION_BYTES + 4)
    .u16le(set.glyphSupportLevel)
    .u16le(0)
    .finish();
}

export function decodeGlyphCache(reader: ByteReader): GlyphCacheCapability {
  reader.skip(GLYPH_CACHES * CACHE_DEFINITION_BYTES + 4, 'TS_GLYPHCACHE_CAPABILITYSET.GlyphCache');
  return { tag: 'glyphCache', glyphSupportLevel: reader.u16le('TS_GLYPHCACHE_CAPABILITYSET.GlyphSupportLevel') };
}
