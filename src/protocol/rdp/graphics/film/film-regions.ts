import type { Rect } from '../../geometry.ts';
import { overlap } from '../tiles/areas.ts';
import { areaOf } from './moving-tiles.ts';

const TILE_SIDE = 64;
/** A film that has changed in so much of its rectangle is drawn whole. */
const WHOLE_SHARE = 0.6;

/** The tiles of the 64×64 grid, each cut off at the edges of `box`, that these areas touch inside it. */
export function touchedTiles(box: Rect, areas: readonly Rect[]): Rect[] {
  const inside = areas.filter((area) => overlap(area, box));
  if (inside.length === 0) return [];
  return tilesOfBox(box).filter((tile) => inside.some((area) => overlap(area, tile)));
}

export function tilesOfBox(box: Rect): Rect[] {
  const tiles: Rect[] = [];
  const right = box.x + box.width;
  const bottom = box.y + box.height;
  for (let y = box.y; y < bottom; y = nextEdge(y)) {
    for (let x = box.x; x < right; x = nextEdge(x)) {
      tiles.push({ x, y, width: Math.min(right, nextEdge(x)) - x, height: Math.min(bottom, nextEdge(y)) - y });
    }
  }
  return tiles;
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

function nextEdge(at: number): number {
  return (Math.floor(at / TILE_SIDE) + 1) * TILE_SIDE;
}
