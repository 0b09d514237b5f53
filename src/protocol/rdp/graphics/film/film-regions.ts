import type { Rect } from '../../geometry.ts';
import { nextEdge, TILE_SIDE, tilesIn } from '../tiles/grid.ts';
import { areaOf } from './moving-tiles.ts';

/** A film that has changed in so much of its rectangle is drawn whole. */
const WHOLE_SHARE = 0.6;

/** The tiles of the 64×64 grid, each cut off at the edges of `box`, that these areas touch inside it. */
export function touchedTiles(box: Rect, areas: readonly Rect[]): Rect[] {
  const right = box.x + box.width;
  const bottom = box.y + box.height;
  const touched = new Set<number>();
  for (const area of areas) {
    const [endX, endY] = [Math.min(right, area.x + area.width), Math.min(bottom, area.y + area.height)];
    for (let y = Math.max(box.y, area.y); y < endY; y = nextEdge(y))
      for (let x = Math.max(box.x, area.x); x < endX; x = nextEdge(x)) touched.add(placeOf(x, y));
  }
  return touched.size === 0 ? [] : tilesIn(box).filter(({ x, y }) => touched.has(placeOf(x, y)));
}

/** What of a film is drawn for these tiles of it: runs of neighbours as one rectangle, or all of it. Tiles come row by row, as they are told above. */
export function regionsOf(box: Rect, tiles: readonly Rect[]): Rect[] {
  if (tiles.reduce((sum, tile) => sum + areaOf(tile), 0) >= WHOLE_SHARE * areaOf(box)) return [box];
  const regions: Rect[] = [];
  for (const tile of tiles) {
    const last = regions.at(-1);
    if (last !== undefined && last.y === tile.y && last.x + last.width === tile.x)
      regions[regions.length - 1] = { ...last, width: last.width + tile.width };
    else regions.push(tile);
  }
  return regions;
}

/** Of a tile of the grid. No desktop is as wide as 65,536 tiles. */
function placeOf(x: number, y: number): number {
  return Math.floor(y / TILE_SIDE) * 65_536 + Math.floor(x / TILE_SIDE);
}
