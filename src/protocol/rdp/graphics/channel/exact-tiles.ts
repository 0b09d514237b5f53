import type { Rect } from '../../geometry.ts';
import type { ScreenCopy } from '../../pdu/drawing-orders.ts';
import { encodeSolidFill } from '../../pdu/rdpgfx/solid-fill.ts';
import { encodeSurfaceToSurface } from '../../pdu/rdpgfx/surface-to-surface.ts';
import { encodeWireToSurface1, GFX_CODEC } from '../../pdu/rdpgfx/wire-to-surface.ts';
import type { PixelFrame } from '../contract.ts';
import { frameWords, type FrameWords } from '../pixel-words.ts';
import { encodeRawPlanes, MAX_PLANAR_TILE_BYTES, MAX_TILE_SIDE, PlanarEncoder } from '../planar/planar-encoder.ts';
import { type BlockSide, CoarseTile } from '../tiles/coarse-tile.ts';
import { clipToSurface } from '../surface.ts';
import { DESKTOP_SURFACE } from './contract.ts';
import { merged, oneColour } from './one-colour.ts';

/** The exact layer's PDUs: SurfaceToSurface for copies, SolidFill for areas of one colour, planar tiles of at most 64×64, top down, for the rest. */
export class ExactTiles {
  private readonly planar = new PlanarEncoder(true, 'topDown');
  private readonly coarse = new CoarseTile();
  private readonly data = new Uint8Array(MAX_PLANAR_TILE_BYTES);

  /** Areas may have any size; parts outside the frame are left out. */
  encode(frame: PixelFrame, copies: readonly ScreenCopy[], areas: readonly Rect[], push: (pdu: Uint8Array) => void): void {
    for (const copy of copies) push(copyPdu(copy));
    const words = frameWords(frame);
    const tiles: Rect[] = [];
    const fills = new Map<number, Rect[]>();
    for (const tile of areas.flatMap((area) => tilesIn(area, frame))) {
      const colour = oneColour(words, tile);
      if (colour === undefined) tiles.push(tile);
      else {
        const same = fills.get(colour);
        if (same === undefined) fills.set(colour, [tile]);
        else same.push(tile);
      }
    }
    for (const [colour, rects] of fills) push(encodeSolidFill({ surfaceId: DESKTOP_SURFACE, colour, rects: merged(rects) }));
    for (const rect of tiles) {
      const data = this.planarTile(words, rect);
      push(encodeWireToSurface1({ surfaceId: DESKTOP_SURFACE, codecId: GFX_CODEC.planar, rect, data }));
    }
  }

  /** The same areas in blocks, for the time being; at most 64×64 each, inside the frame. */
  encodeCoarsely(frame: PixelFrame, areas: readonly Rect[], blockSide: BlockSide, push: (pdu: Uint8Array) => void): void {
    const words = frameWords(frame);
    for (const rect of areas) {
      this.coarse.draw(words, rect, blockSide);
      const data = this.planarTile(this.coarse, { ...rect, x: 0, y: 0 });
      push(encodeWireToSurface1({ surfaceId: DESKTOP_SURFACE, codecId: GFX_CODEC.planar, rect, data }));
    }
  }

  /** A view that is valid until the next call. */
  private planarTile(words: FrameWords, { x, y, width, height }: Rect): Uint8Array {
    const end = this.planar.encode(words, x, y, width, height, this.data, 0, 2 + 3 * width * height);
    return this.data.subarray(0, end >= 0 ? end : encodeRawPlanes(words, x, y, width, height, this.data, 0, 'topDown'));
  }
}

function copyPdu({ x, y, width, height, fromX, fromY }: ScreenCopy): Uint8Array {
  return encodeSurfaceToSurface({
    sourceId: DESKTOP_SURFACE,
    destinationId: DESKTOP_SURFACE,
    rect: { x: fromX, y: fromY, width, height },
    points: [{ x, y }],
  });
}

function tilesIn(area: Rect, frame: PixelFrame): Rect[] {
  const inside = clipToSurface(frame, area);
  if (inside === undefined) return [];
  const right = inside.x + inside.width;
  const bottom = inside.y + inside.height;
  const tiles: Rect[] = [];
  for (let y = inside.y; y < bottom; y += MAX_TILE_SIDE)
    for (let x = inside.x; x < right; x += MAX_TILE_SIDE)
      tiles.push({ x, y, width: Math.min(MAX_TILE_SIDE, right - x), height: Math.min(MAX_TILE_SIDE, bottom - y) });
  return tiles;
}
