import type { Rect } from '../../geometry.ts';
import type { FrameRequest, Place, PixelFrame } from '../contract.ts';
import type { BlockSide } from './coarse-tile.ts';
import { frameWords } from '../pixel-words.ts';
import { PENDING, type PendingPart, PendingTiles } from './pending-tiles.ts';

/** A tile's strips are not lower than this. */
const LEAST_ROWS = 16;
const BYTES_A_PIXEL = 3;
/** So many coarse tiles are written before it is looked at what they came to. */
const COARSE_AT_ONCE = 8;
/** In frames smaller than this (1 Mbit/s) blocks are larger: some 65 bytes a tile instead of 240. */
const SMALL_FRAME_BYTES = 6 * 1024;
/** A tile that would exceed what is left by this is not cut. */
const NEARLY = 1.2;
/** What a byte of the picture becomes, before anything is known of it; and the least that is reckoned with. */
const RATIO = { first: 1, least: 0.03 } as const;

/** While there is film, what is neither text nor film gets this part of a frame: what film leaves of the line between two of thirty frames a second. */
const BESIDE_FILM = 1 / 6;

export interface TileWriter {
  /** What comes before all areas: called once. */
  begin(): void;
  exact(areas: readonly Rect[]): void;
  /** In blocks, for the time being. */
  coarse(areas: readonly Rect[], blockSide: BlockSide): void;
  /** Whether an area is written in next to no bytes; of none where it is left out. */
  isFlat?(area: Rect): boolean;
  /** Bytes of the frame so far. */
  spent(): number;
}

/** What one picture is to say. */
export interface PacedPicture {
  readonly frame: PixelFrame;
  readonly wanted: FrameRequest;
  /** What has changed, and is not drawn another way. */
  readonly changed: readonly Rect[];
  /** What is drawn another way, in so many bytes. */
  readonly covered: readonly Rect[];
  readonly filmBytes: number;
  /** What the client has inexactly, and is to get exactly. */
  readonly rested: readonly Rect[];
}

interface Budget {
  /** For what is urgent, and for all else. */
  readonly textBytes: number;
  readonly otherBytes: number;
  readonly focus: Place | undefined;
}

/**
 * Writes pending tiles as far as a frame's bytes go, and at least a strip of one. What a tile costs is known only when it has been written: so a few are written at a
 * time, as many as would fit by what those before came to.
 */
export class PacedTiles {
  /** What the line had no room for yet. */
  pending = new PendingTiles({ width: 0, height: 0 });
  private ratio: number = RATIO.first;

  /** Draws what there is room for, and all of it where it fits however little can be saved of it. Gives what was drawn. */
  draw({ frame, wanted: { key, share }, changed, covered, rested, filmBytes }: PacedPicture, writer: TileWriter): readonly Rect[] {
    if (key) this.pending = new PendingTiles(frame);
    else this.pending.drop(covered);
    writer.begin();
    const all = [...changed, ...rested, ...this.pending.rects];
    if (share === undefined || this.fits(all, share.frameBytes - filmBytes, writer)) {
      this.pending.clear();
      writer.exact(all);
      return all;
    }
    if (key) this.pending.begin(changed, frameWords(frame));
    else this.pending.change(changed);
    this.pending.refine(rested);
    const textBytes = share.frameBytes - filmBytes;
    const otherBytes = filmBytes === 0 ? textBytes : Math.min(textBytes, share.frameBytes * BESIDE_FILM);
    return this.write({ textBytes, otherBytes, focus: share.focus }, writer);
  }

  /** Whether all of it fits however little can be saved of it. */
  private fits(areas: readonly Rect[], bytes: number, writer: TileWriter): boolean {
    const rawBytes = ({ width, height }: Rect): number => width * height * BYTES_A_PIXEL;
    const all = areas.reduce((sum, area) => sum + rawBytes(area), 0);
    if (all <= bytes || writer.isFlat === undefined) return all <= bytes;
    let left = bytes;
    // Ends early: of a photo the first tiles are enough.
    return areas.every((area) => writer.isFlat?.(area) === true || (left -= rawBytes(area)) >= 0);
  }

  private write({ textBytes, otherBytes, focus }: Budget, writer: TileWriter): Rect[] {
    const { pending } = this;
    const order = pending.inOrder(focus);
    const drawn: Rect[] = [];
    for (let at = 0; at < order.length; ) {
      const { rank } = order[at] as PendingPart;
      const isText = rank === PENDING.text;
      const left = (isText ? textBytes : otherBytes) - writer.spent();
      if (drawn.length > 0 && left <= 0) break;
      const rects: Rect[] = [];
      if (rank === PENDING.coarse) {
        for (let part = order[at]; part?.rank === rank && rects.length < COARSE_AT_ONCE; part = order[at]) {
          pending.sentCoarsely(part);
          rects.push(part.rect);
          at += 1;
        }
        writer.coarse(rects, textBytes < SMALL_FRAME_BYTES ? 32 : 16);
      } else {
        let rawBytes = 0;
        for (
          let part = order[at];
          part !== undefined && part.rank !== PENDING.coarse && (part.rank === PENDING.text) === isText;
          part = order[at]
        ) {
          const rows = this.rowsFor(part.rect, left - rawBytes * this.ratio, rects.length + drawn.length === 0);
          if (rows === 0) break;
          rects.push({ ...part.rect, height: rows });
          rawBytes += part.rect.width * rows * BYTES_A_PIXEL;
          const rest = pending.sentExactly(part, rows);
          if (rest === undefined) at += 1;
          else {
            order[at] = rest;
            break;
          }
        }
        if (rects.length === 0) break;
        const before = writer.spent();
        writer.exact(rects);
        this.learn((writer.spent() - before) / rawBytes);
      }
      drawn.push(...rects);
    }
    return drawn;
  }

  /** How many rows of a tile fit; `first`: something has to be sent. */
  private rowsFor({ width, height }: Rect, left: number, first: boolean): number {
    const rows = Math.floor(left / (width * BYTES_A_PIXEL * this.ratio));
    // Nearly whole is whole.
    if (rows * NEARLY >= height) return height;
    if (rows >= LEAST_ROWS) return rows;
    return first ? Math.min(height, LEAST_ROWS) : 0;
  }

  private learn(ratio: number): void {
    this.ratio = Math.max(RATIO.least, ratio, 0.7 * this.ratio + 0.3 * ratio);
  }
}
