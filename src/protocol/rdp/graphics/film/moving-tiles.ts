/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop */
import type { Rect, Size } from '../../geometry.ts';
import { around, overlap } from '../tiles/areas.ts';
import { TILE_SIDE } from '../tiles/grid.ts';

/** A tile counts as changed when at least so much of it was left after copies: 1,024 pixels of a whole one. */
const CHANGED_SHARE = 0.25;
/** So many slots are remembered, and in so many of them a tile changed that moves. */
const HISTORY = 8;
const MOVING_SLOTS = 6;
/** The same where a film is wanted soon: what then turns out to be none has gone as one for a quarter of a second. */
const SOON_SLOTS = 4;
/** A group has so many tiles, and they fill so much of the rectangle around them. */
const MIN_GROUP_TILES = 4;
const MIN_FILL = 0.6;
/** What changed together in older and in newer slots has the same edges, within so many pixels: what is dragged about has not. */
const STEADY_PIXELS = 16;

/** What changed in one slot: all rectangles of each tile, as the one that holds them. */
interface Slot {
  readonly tiles: Map<number, Rect>;
  /** Tiles that changed beside a copy, or hang together with such. */
  readonly besideCopies: Set<number>;
}

/**
 * Remembers what changed over the last eight slots (a slot is about a thirtieth of a second) and finds the rectangle that moves as a film does:
 * most of its tiles change most of the time, and it stays where it is.
 */
export class MovingTiles {
  private readonly size: Size;
  private readonly columns: number;
  private readonly rows: number;
  private slots: Slot[] = [];

  constructor(size: Size) {
    this.size = size;
    this.columns = Math.ceil(size.width / TILE_SIDE);
    this.rows = Math.ceil(size.height / TILE_SIDE);
  }

  /**
   * @param areas what has changed and was not copied, inside the 64×64 grid
   * @param copies where something was copied from and to: what scrolls is no film, and neither is what scrolls in beside it
   * @param sameSlot the slot before is not over yet
   */
  add(areas: readonly Rect[], copies: readonly Rect[], sameSlot: boolean): void {
    let slot = this.slots.at(-1);
    if (slot === undefined || !sameSlot) {
      slot = { tiles: new Map(), besideCopies: new Set() };
      this.slots.push(slot);
      if (this.slots.length > HISTORY) this.slots.shift();
    }
    const beside = spread(areas, copies);
    for (const area of areas) {
      const column = Math.floor(area.x / TILE_SIDE);
      const row = Math.floor(area.y / TILE_SIDE);
      if (areaOf(area) < CHANGED_SHARE * this.areaOfTile(column, row)) continue;
      const tile = row * this.columns + column;
      const before = slot.tiles.get(tile);
      slot.tiles.set(tile, before === undefined ? area : around(before, area));
      if (beside.has(area)) slot.besideCopies.add(tile);
    }
  }

  /** How many tiles that touch `box` changed in the newest `slots`, on the average. */
  busyTiles(box: Rect, slots: number): number {
    let busy = 0;
    for (const { tiles } of this.slots.slice(-slots)) {
      for (const area of tiles.values()) if (overlap(area, box)) busy += 1;
    }
    return busy / slots;
  }

  /** The largest rectangle that moves, just as large as what changed in it; undefined where nothing does. `soon`: after fewer slots. */
  find(soon = false): Rect | undefined {
    const least = soon ? SOON_SLOTS : MOVING_SLOTS;
    if (this.slots.length < least) return undefined;
    const moving = this.moving(least);
    const seen = new Uint8Array(moving.length);
    let best: Rect | undefined;
    for (let tile = 0; tile < moving.length; tile++) {
      if (moving[tile] === 0 || seen[tile] !== 0) continue;
      const box = this.boxOf(this.group(tile, moving, seen));
      if (box !== undefined && (best === undefined || areaOf(box) > areaOf(best))) best = box;
    }
    return best;
  }

  forget(): void {
    this.slots = [];
  }

  /** Those at the right and at the bottom are cut off. */
  private areaOfTile(column: number, row: number): number {
    const { width, height } = this.size;
    return Math.min(TILE_SIDE, width - column * TILE_SIDE) * Math.min(TILE_SIDE, height - row * TILE_SIDE);
  }

  private moving(least: number): Uint8Array {
    const times = new Uint8Array(this.columns * this.rows);
    for (const { tiles, besideCopies } of this.slots) {
      for (const tile of tiles.keys()) if (!besideCopies.has(tile)) times[tile]! += 1;
    }
    return times.map((count) => (count >= least ? 1 : 0));
  }

  /** The tiles that hang together with this one by their sides. */
  private group(start: number, moving: Uint8Array, seen: Uint8Array): number[] {
    const { columns } = this;
    const group = [start];
    seen[start] = 1;
    for (const tile of group) {
      const column = tile % columns;
      for (const next of [tile - columns, tile + columns, column > 0 ? tile - 1 : -1, column < columns - 1 ? tile + 1 : -1]) {
        if (moving[next] !== 1 || seen[next] !== 0) continue;
        seen[next] = 1;
        group.push(next);
      }
    }
    return group;
  }

  private boxOf(group: readonly number[]): Rect | undefined {
    if (group.length < MIN_GROUP_TILES) return undefined;
    const { columns } = this;
    const tiles = group.map((tile) => ({ x: tile % columns, y: Math.floor(tile / columns), width: 1, height: 1 }));
    if (group.length < MIN_FILL * areaOf(tiles.reduce(around))) return undefined;
    const half = this.slots.length >> 1;
    // With the tiles beside it: of what is dragged about, only the inside changes all the time, and that has the edges of the grid.
    const near = this.withNeighbours(group);
    const older = this.changedIn(near, this.slots.slice(0, half));
    const newer = this.changedIn(near, this.slots.slice(half));
    if (older === undefined || newer === undefined || !alike(older, newer)) return undefined;
    return this.changedIn(group, this.slots);
  }

  private withNeighbours(group: readonly number[]): ReadonlySet<number> {
    const near = new Set<number>();
    for (const tile of group) {
      const column = tile % this.columns;
      for (let x = Math.max(0, column - 1); x <= Math.min(this.columns - 1, column + 1); x++) {
        for (let row = -1; row <= 1; row++) near.add(tile - column + x + row * this.columns);
      }
    }
    return near;
  }

  private changedIn(group: Iterable<number>, slots: readonly Slot[]): Rect | undefined {
    let box: Rect | undefined;
    for (const { tiles } of slots) {
      for (const tile of group) {
        const area = tiles.get(tile);
        if (area !== undefined) box = box === undefined ? area : around(box, area);
      }
    }
    return box;
  }
}

/** Of these areas, those that touch a copy, and those that touch such an area, and so on. */
function spread(areas: readonly Rect[], copies: readonly Rect[]): ReadonlySet<Rect> {
  const reached = new Set<Rect>(copies.length === 0 ? [] : areas.filter((area) => copies.some((copy) => touches(area, copy))));
  if (reached.size === 0) return reached;
  // A set gives out what is added to it meanwhile.
  for (const from of reached) for (const area of areas) if (!reached.has(area) && touches(area, from)) reached.add(area);
  return reached;
}

function alike(one: Rect, other: Rect): boolean {
  return (
    Math.abs(one.x - other.x) <= STEADY_PIXELS &&
    Math.abs(one.y - other.y) <= STEADY_PIXELS &&
    Math.abs(one.x + one.width - other.x - other.width) <= STEADY_PIXELS &&
    Math.abs(one.y + one.height - other.y - other.height) <= STEADY_PIXELS
  );
}

/** Overlaps or lies side by side. */
function touches(one: Rect, other: Rect): boolean {
  return one.x <= other.x + other.width && other.x <= one.x + one.width && one.y <= other.y + other.height && other.y <= one.y + one.height;
}

export function areaOf({ width, height }: { readonly width: number; readonly height: number }): number {
  return width * height;
}
