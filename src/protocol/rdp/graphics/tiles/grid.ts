import type { Rect } from '../../geometry.ts';

/** Classic clients take bitmaps of at most 64×64: everything is looked at in tiles of that grid. */
export const TILE_SIDE = 64;

/** The parts of an area in each tile that it touches, row by row. */
export function tilesIn({ x, y, width, height }: Rect): Rect[] {
  const tiles: Rect[] = [];
  const [right, bottom] = [x + width, y + height];
  for (let top = y; top < bottom; top = nextEdge(top)) {
    const below = Math.min(bottom, nextEdge(top));
    for (let left = x; left < right; left = nextEdge(left)) {
      const beside = Math.min(right, nextEdge(left));
      tiles.push({ x: left, y: top, width: beside - left, height: below - top });
    }
  }
  return tiles;
}

/** Where the next tile begins, in either direction. */
export function nextEdge(at: number): number {
  return (Math.floor(at / TILE_SIDE) + 1) * TILE_SIDE;
}
