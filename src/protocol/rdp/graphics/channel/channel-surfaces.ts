import { ProtocolError } from '../../../bytes/errors.ts';
import type { Rect, Size } from '../../geometry.ts';
import type { GfxColour, GfxPoint } from '../../pdu/rdpgfx/shapes.ts';
import { copyOnPicture } from '../scroll/screen-copy.ts';
import { bitmapTarget, clipToSurface, createSurface, OPAQUE, type Surface } from '../surface.ts';
import { GfxSurface } from './gfx-surface.ts';

/** A desktop of the largest size and a film of it, or a few smaller ones. */
const MAX_SURFACES = 64;
const MAX_SURFACES_AREA = 2 * 64 * 1024 * 1024;
/** With RDPGFX_CAPS_FLAG_SMALL_CACHE: 4,096 slots and 16 MB ([MS-RDPEGFX] 3.3.1.4). */
const MAX_CACHE_SLOT = 4_096;
const MAX_CACHE_AREA = 4 * 1024 * 1024;

/** The surfaces and the bitmap cache of one graphics channel ([MS-RDPEGFX] 3.3.1), within bounds. */
export class ChannelSurfaces {
  private readonly byId = new Map<number, GfxSurface>();
  private readonly cache = new Map<number, Surface>();
  private area = 0;
  private cachedArea = 0;

  get mapped(): GfxSurface[] {
    return [...this.byId.values()].filter(({ mappedTo }) => mappedTo !== undefined);
  }

  clear(): void {
    for (const surfaceId of this.byId.keys()) this.delete(surfaceId);
    this.cache.clear();
    this.area = 0;
    this.cachedArea = 0;
  }

  /** @throws ProtocolError TOO_LARGE, OUT_OF_RANGE (an empty one) */
  create(surfaceId: number, size: Size): void {
    this.delete(surfaceId);
    const area = size.width * size.height;
    if (this.byId.size >= MAX_SURFACES || this.area + area > MAX_SURFACES_AREA)
      throw new ProtocolError(
        'TOO_LARGE',
        'RDPGFX_CREATE_SURFACE_PDU',
        `<= ${MAX_SURFACES} surfaces of ${MAX_SURFACES_AREA} pixels`,
        `${this.byId.size + 1} of ${this.area + area}`,
      );
    this.byId.set(surfaceId, new GfxSurface(size));
    this.area += area;
  }

  /** One that does not exist counts as deleted. */
  delete(surfaceId: number): void {
    const surface = this.byId.get(surfaceId);
    if (surface === undefined) return;
    this.byId.delete(surfaceId);
    for (const decoder of surface.decoders.values()) decoder.close?.();
    this.area -= surface.width * surface.height;
  }

  /** @throws ProtocolError OUT_OF_RANGE for one that does not exist */
  get(surfaceId: number): GfxSurface {
    const surface = this.byId.get(surfaceId);
    if (surface === undefined) throw new ProtocolError('OUT_OF_RANGE', 'surfaceId', 'a surface that exists', surfaceId);
    return surface;
  }

  /** Keeps a part of a surface. */
  remember(cacheSlot: number, surface: Surface, rect: Rect): void {
    if (cacheSlot > MAX_CACHE_SLOT)
      throw new ProtocolError('OUT_OF_RANGE', 'RDPGFX_SURFACE_TO_CACHE_PDU.cacheSlot', `<= ${MAX_CACHE_SLOT}`, cacheSlot);
    this.evict(cacheSlot);
    const area = rect.width * rect.height;
    if (this.cachedArea + area > MAX_CACHE_AREA)
      throw new ProtocolError('TOO_LARGE', 'RDPGFX_SURFACE_TO_CACHE_PDU', `<= ${MAX_CACHE_AREA} pixels cached`, this.cachedArea + area);
    const kept = createSurface(rect);
    copyBetween(surface, rect, kept, { x: 0, y: 0 });
    this.cache.set(cacheSlot, kept);
    this.cachedArea += area;
  }

  /** @throws ProtocolError OUT_OF_RANGE for a slot where nothing is */
  remembered(cacheSlot: number): Surface {
    const kept = this.cache.get(cacheSlot);
    if (kept === undefined)
      throw new ProtocolError('OUT_OF_RANGE', 'RDPGFX_CACHE_TO_SURFACE_PDU.cacheSlot', 'a slot that is filled', cacheSlot);
    return kept;
  }

  evict(cacheSlot: number): void {
    const kept = this.cache.get(cacheSlot);
    if (kept === undefined) return;
    this.cache.delete(cacheSlot);
    this.cachedArea -= kept.width * kept.height;
  }
}

/** Copies a part of a surface to a place on this or another one, clipped to both; gives what was drawn. */
export function copyBetween(from: Surface, rect: Rect, to: Surface, { x, y }: GfxPoint): Rect | undefined {
  if (from === to) return copyOnPicture(to.words, to, { x, y, width: rect.width, height: rect.height, fromX: rect.x, fromY: rect.y });
  const source = clipToSurface(from, rect);
  if (source === undefined) return undefined;
  const target = clipToSurface(to, { x: x + source.x - rect.x, y: y + source.y - rect.y, width: source.width, height: source.height });
  if (target === undefined) return undefined;
  const [left, top] = [target.x - x + rect.x, target.y - y + rect.y];
  if (from instanceof GfxSurface && from.drawHeld({ ...target, x: left, y: top }, bitmapTarget(to, target))) return target;
  const [pixels, words] = [from.words, to.words];
  for (let row = 0; row < target.height; row += 1) {
    const start = (top + row) * from.width + left;
    words.set(pixels.subarray(start, start + target.width), (target.y + row) * to.width + target.x);
  }
  return target;
}

/** Fills an area with one colour (0xRRGGBB); gives what was drawn. */
export function fillArea(surface: Surface, rect: Rect, colour: GfxColour): Rect | undefined {
  const area = clipToSurface(surface, rect);
  if (area === undefined) return undefined;
  const word = OPAQUE | ((colour & 0xff) << 16) | (colour & 0xff00) | ((colour >>> 16) & 0xff);
  for (let row = area.y; row < area.y + area.height; row += 1) {
    const start = row * surface.width + area.x;
    surface.words.fill(word, start, start + area.width);
  }
  return area;
}
