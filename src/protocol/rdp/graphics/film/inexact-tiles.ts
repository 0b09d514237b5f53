import type { Rect, Size } from '../../geometry.ts';
import { around, holds } from '../tiles/areas.ts';
import { TILE_SIDE } from '../tiles/grid.ts';

interface InexactTile {
  readonly rect: Rect;
  /** When it was last drawn inexactly. */
  readonly atMs: number;
}

/** Which tiles of the 64×64 grid the client has only as a film showed them, and since when they rest. */
export class InexactTiles {
  private readonly columns: number;
  /** In the order in which they were drawn: the oldest first. */
  private readonly tiles = new Map<number, InexactTile>();

  constructor({ width }: Size) {
    this.columns = Math.ceil(width / TILE_SIDE);
  }

  /** All of them; each lies inside its tile. */
  get rects(): Rect[] {
    return [...this.tiles.values()].map(({ rect }) => rect);
  }

  /** Since when the oldest rests. */
  get oldestMs(): number | undefined {
    const [oldest] = this.tiles.values();
    return oldest?.atMs;
  }

  /** A part of the picture was drawn inexactly. `rect` lies inside one tile, and it is the same for a tile each time or another part is to be held too. */
  mark(rect: Rect, atMs: number): void {
    const tile = this.tileOf(rect);
    const before = this.tiles.get(tile);
    this.tiles.delete(tile);
    this.tiles.set(tile, { rect: before === undefined || holds(rect, before.rect) ? rect : around(before.rect, rect), atMs });
  }

  /** A part of the picture was drawn exactly: tiles that lie in it whole are exact. */
  clear(rect: Rect): void {
    for (const [tile, { rect: inexact }] of this.tiles) if (holds(rect, inexact)) this.tiles.delete(tile);
  }

  /** At most `count` that rest since `sinceMs` or longer, the oldest first. They count as exact from now on. */
  take(sinceMs: number, count: number): Rect[] {
    const taken: Rect[] = [];
    for (const [tile, { rect, atMs }] of this.tiles) {
      if (atMs > sinceMs || taken.length >= count) break;
      taken.push(rect);
      this.tiles.delete(tile);
    }
    return taken;
  }

  private tileOf({ x, y }: Rect): number {
    return Math.floor(y / TILE_SIDE) * this.columns + Math.floor(x / TILE_SIDE);
  }
}
