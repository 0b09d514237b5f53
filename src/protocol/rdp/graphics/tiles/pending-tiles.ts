/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import type { Rect, Size } from '../../geometry.ts';
import type { Place } from '../contract.ts';
import type { FrameWords } from '../pixel-words.ts';
import { around, holds } from './areas.ts';
import { TILE_SIDE, tilesIn } from './grid.ts';

/** Fewer pixels than this that change in a tile are text: a letter, a line, a caret. */
const TEXT_PIXELS = 1_024;
/** Text that gathers in a tile is sent apart from the rest of it up to so many pixels. */
const MOST_TEXT_PIXELS = 2 * TEXT_PIXELS;
/** A tile of which more pixels than this equal their left neighbour is text or flat, which costs little. */
const PLAIN_SHARE = 0.6;
/** Every so many rows are looked at for that. */
const ROW_STEP = 4;

/** What comes first, in this order. */
export const PENDING = {
  /** Text that has just changed. */
  text: 0,
  /** Text and flat parts of a picture of which the client has nothing. */
  plain: 1,
  /** All else of such a picture: coarse first. */
  coarse: 2,
  changed: 3,
  /** What the client has, but not exactly. */
  refine: 4,
} as const;

type PendingRank = (typeof PENDING)[keyof typeof PENDING];

interface PendingTile {
  readonly index: number;
  /** What of the tile the client does not have. */
  rect: Rect;
  rank: PendingRank;
  /** As much of it as is text that has just changed. */
  text: Rect | undefined;
  /** A strip of it has been sent. */
  isBegun: boolean;
}

/** What is to be sent in one piece, or in strips from the top. */
export interface PendingPart {
  readonly tile: PendingTile;
  readonly rect: Rect;
  readonly rank: PendingRank;
}

/**
 * What of the picture the client does not have (exactly) yet, because the line had no room for it: by tiles of the 64×64 grid. Among equals the tile comes
 * first that has been sent longest ago, so that none is forgotten for one that changes all the time; then the nearest to where the person looks.
 */
export class PendingTiles {
  private readonly columns: number;
  private readonly tiles = new Map<number, PendingTile>();
  /** In which frame each tile was sent last. */
  private readonly sent: Int32Array;
  private frame = 0;
  /** Where text changed last. */
  private text: Place | undefined;

  constructor({ width, height }: Size) {
    this.columns = Math.ceil(width / TILE_SIDE);
    this.sent = new Int32Array(this.columns * Math.ceil(height / TILE_SIDE));
  }

  get size(): number {
    return this.tiles.size;
  }
  get rects(): Rect[] {
    return [...this.tiles.values()].map(({ rect }) => rect);
  }

  /** Parts of the picture have changed, and what has changed little is text. */
  change(areas: readonly Rect[]): void {
    this.frame += 1;
    for (const rect of areas.flatMap(tilesIn)) {
      const isText = rect.width * rect.height <= TEXT_PIXELS;
      if (isText) this.text = { x: rect.x, y: rect.y };
      const { rank = PENDING.refine } = this.tiles.get(this.indexOf(rect)) ?? {};
      // A tile of which the client has nothing stays one.
      const tile = this.put(rect, rank > PENDING.changed ? PENDING.changed : rank);
      // One that changes before it is whole must not come first each time.
      if (tile.isBegun) this.sent[tile.index] = this.frame;
      tile.isBegun = false;
      if (!isText) continue;
      // What is coarse would cover the text.
      if (tile.rank === PENDING.coarse) tile.rank = PENDING.plain;
      const text = tile.text === undefined ? rect : around(tile.text, rect);
      tile.text = text.width * text.height <= MOST_TEXT_PIXELS ? text : rect;
    }
  }

  /** The client has nothing of these parts. */
  begin(areas: readonly Rect[], words: FrameWords): void {
    this.frame += 1;
    for (const rect of areas.flatMap(tilesIn)) this.put(rect, isPlain(words, rect) ? PENDING.plain : PENDING.coarse);
  }

  /** The client has these parts, but not exactly. */
  refine(areas: readonly Rect[]): void {
    for (const rect of areas.flatMap(tilesIn)) this.put(rect, this.tiles.get(this.indexOf(rect))?.rank ?? PENDING.refine);
  }

  /** Drawn in some other way, or whole at once: these parts are pending no more. */
  drop(areas: readonly Rect[]): void {
    for (const area of areas) for (const [index, { rect }] of this.tiles) if (holds(area, rect)) this.tiles.delete(index);
  }

  clear(): void {
    this.tiles.clear();
  }

  /** All of them, as they are to be sent. `focus`: where the person looks. */
  inOrder(focus: Place | undefined): PendingPart[] {
    const parts: (PendingPart & { readonly sent: number; readonly far: number })[] = [];
    for (const tile of this.tiles.values()) {
      const { index, rect, rank, text } = tile;
      const sent = this.sent[index]!;
      const far = distance(rect, this.text, focus);
      if (text !== undefined) parts.push({ tile, rect: text, rank: PENDING.text, sent, far });
      if (text === undefined || !holds(text, rect)) parts.push({ tile, rect, rank, sent, far });
    }
    return parts.sort((one, other) => one.rank - other.rank || one.sent - other.sent || one.far - other.far);
  }

  /** The client has the first `rows` rows of a part, exactly. Gives what is left of it. */
  sentExactly({ tile, rect, rank }: PendingPart, rows: number): PendingPart | undefined {
    const { x, y, width, height } = rect;
    const left = rows < height ? { x, y: y + rows, width, height: height - rows } : undefined;
    if (rank === PENDING.text) tile.text = left;
    else if (left === undefined) this.sent[tile.index] = this.frame;
    else tile.isBegun = true;
    if (rank !== PENDING.text || holds(rect, tile.rect)) {
      if (left === undefined) this.tiles.delete(tile.index);
      else tile.rect = left;
    }
    return left === undefined ? undefined : { tile, rect: left, rank };
  }

  sentCoarsely({ tile }: PendingPart): void {
    tile.rank = PENDING.refine;
  }

  private put(rect: Rect, rank: PendingRank): PendingTile {
    const index = this.indexOf(rect);
    const before = this.tiles.get(index);
    const tile = before ?? { index, rect, rank, text: undefined, isBegun: false };
    if (before === undefined) this.tiles.set(index, tile);
    tile.rect = around(tile.rect, rect);
    tile.rank = rank;
    return tile;
  }

  private indexOf({ x, y }: Rect): number {
    return Math.floor(y / TILE_SIDE) * this.columns + Math.floor(x / TILE_SIDE);
  }
}

function isPlain({ words, stride }: FrameWords, { x, y, width, height }: Rect): boolean {
  let same = 0;
  let seen = 0;
  for (let row = y; row < y + height; row += ROW_STEP) {
    const start = row * stride + x;
    for (let at = start + 1; at < start + width; at += 1) if (((words[at]! ^ words[at - 1]!) & 0xff_ffff) === 0) same += 1;
    seen += width - 1;
  }
  return same >= seen * PLAIN_SHARE;
}

/** To the nearer one of two places. */
function distance({ x, y, width, height }: Rect, ...places: readonly (Place | undefined)[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const place of places) {
    if (place === undefined) continue;
    const [across, down] = [x + width / 2 - place.x, y + height / 2 - place.y];
    least = Math.min(least, across * across + down * down);
  }
  return least === Number.POSITIVE_INFINITY ? 0 : least;
}
