/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import { ProtocolError } from '../../../bytes/errors.ts';
import type { Rect } from '../../geometry.ts';
import {
  BITMAP_DATA_HEADER_BYTES,
  BITMAP_UPDATE_HEADER_BYTES,
  bitmapRectangleSize,
  encodeBitmapUpdate,
  type BitmapRectangle,
} from '../../pdu/bitmap-update.ts';
import { encodeScreenCopies, type ScreenCopy } from '../../pdu/drawing-orders.ts';
import { encodeFastPathUpdate, FAST_PATH_MAX_PDU_BYTES, FAST_PATH_OVERHEAD_BYTES, FAST_PATH_UPDATE } from '../../pdu/fast-path-output.ts';
import type { PixelFrame, Place } from '../contract.ts';
import { type BlockSide, CoarseTile } from '../tiles/coarse-tile.ts';
import { frameWords, type FrameWords } from '../pixel-words.ts';
import { encodeRawPlanes, MAX_PLANAR_TILE_BYTES, MAX_TILE_SIDE, PlanarEncoder } from './planar-encoder.ts';

/** Room for one uncompressed row of a tile, headers and all, with something to spare. */
export const MIN_PDU_BYTES = 512;

/** What turns the picture that the client has into the next one: first the copies, in order, then these areas of the frame. */
export interface PictureChanges {
  readonly copies: readonly ScreenCopy[];
  readonly areas: readonly Rect[];
}

/** Planar tiles of at most 64×64 in bitmap updates, as many to a PDU as fit; uncompressed where planar gains nothing. */
export class BitmapFrames {
  private readonly skipAlpha: boolean;
  private readonly oneBitmapEach: boolean;
  /** For the rectangles of one PDU, headers included. */
  private readonly budget: number;
  private readonly planar: PlanarEncoder;
  private readonly coarse = new CoarseTile();
  /** Data of the rectangles of the PDU in the making, and room to try one more. */
  private readonly payload: Uint8Array;
  private used = 0;
  private rectangles: BitmapRectangle[] = [];
  private pdus: Uint8Array[] = [];

  /** @throws ProtocolError OUT_OF_RANGE when `maxPduBytes` is too small to be useful */
  constructor(settings: { readonly skipAlpha: boolean; readonly oneBitmapEach: boolean; readonly maxPduBytes: number }) {
    if (!(settings.maxPduBytes >= MIN_PDU_BYTES)) {
      throw new ProtocolError('OUT_OF_RANGE', 'PlanarSettings.maxPduBytes', `>= ${MIN_PDU_BYTES}`, settings.maxPduBytes);
    }
    this.skipAlpha = settings.skipAlpha;
    this.oneBitmapEach = settings.oneBitmapEach;
    this.budget = Math.min(settings.maxPduBytes, FAST_PATH_MAX_PDU_BYTES) - FAST_PATH_OVERHEAD_BYTES - BITMAP_UPDATE_HEADER_BYTES;
    this.planar = new PlanarEncoder(settings.skipAlpha);
    this.payload = new Uint8Array(this.budget + MAX_PLANAR_TILE_BYTES);
  }

  /**
   * All PDUs of a frame in a row, or undefined when nothing changed. Areas may have any size and may overlap; parts outside the frame are left out.
   * @throws ProtocolError when the frame's memory is shorter than its size says
   */
  encode(frame: PixelFrame, { copies, areas }: PictureChanges): Uint8Array | undefined {
    this.copy(copies);
    this.add(frame, areas);
    return this.take();
  }

  /** The first part of a frame: what is copied, in order. */
  copy(copies: readonly ScreenCopy[]): void {
    if (copies.length > 0) this.pdus.push(encodeFastPathUpdate(FAST_PATH_UPDATE.orders, encodeScreenCopies(copies)));
  }

  /** A further part of a frame. */
  add(frame: PixelFrame, areas: readonly Rect[]): void {
    const words = frameWords(frame);
    for (const rect of areas) this.encodeRect(frame, words, rect);
  }

  /** Areas of at most 64×64 inside the frame in blocks, for the time being. */
  addCoarsely(frame: PixelFrame, areas: readonly Rect[], blockSide: BlockSide): void {
    const words = frameWords(frame);
    for (const rect of areas) {
      // A width that clients do not expect would take in pixels of the next tile, which may be exact already.
      if (rect.width % 4 !== 0) this.encodeRect(frame, words, rect);
      else {
        this.coarse.draw(words, rect, blockSide);
        this.encodeTile(this.coarse, 0, 0, rect.width, rect.height, rect);
      }
    }
  }

  /** Bytes of the frame in the making. */
  get bytes(): number {
    return this.pdus.reduce((sum, { length }) => sum + length, this.spent());
  }

  /** All PDUs of the frame in a row, or undefined when there are none. */
  take(): Uint8Array | undefined {
    this.flush();
    const { pdus } = this;
    this.pdus = [];
    return pdus.length === 0 ? undefined : joined(pdus);
  }

  private encodeRect(frame: PixelFrame, words: FrameWords, rect: Rect): void {
    const left = Math.max(0, rect.x);
    const top = Math.max(0, rect.y);
    const right = Math.min(frame.width, rect.x + rect.width);
    const bottom = Math.min(frame.height, rect.y + rect.height);
    for (let x = left; x < right; x += MAX_TILE_SIDE) {
      // clients expect bitmap widths that are multiples of four: take in a few unchanged pixels rather than pad
      const width = Math.min(frame.width, (Math.min(MAX_TILE_SIDE, right - x) + 3) & ~3);
      const start = Math.min(x, frame.width - width);
      for (let y = top; y < bottom; y += MAX_TILE_SIDE) {
        this.encodeTile(words, start, y, width, Math.min(MAX_TILE_SIDE, bottom - y));
      }
    }
  }

  /** `at`: where the client draws it, if not in the same place. */
  private encodeTile(words: FrameWords, x: number, y: number, width: number, height: number, at = { x, y }): void {
    const most = this.budget - BITMAP_DATA_HEADER_BYTES;
    const rawBytes = this.skipAlpha ? 2 + 3 * width * height : 4 * width * height;
    const start = this.used;
    let end = this.planar.encode(words, x, y, width, height, this.payload, start, Math.min(rawBytes, most + 1));
    let compressed = true;
    if (end < 0) {
      if (rawBytes > most) {
        this.splitTile(words, x, y, width, height, at);
        return;
      }
      compressed = this.skipAlpha;
      end = this.skipAlpha
        ? encodeRawPlanes(words, x, y, width, height, this.payload, start)
        : copyRaw(words, x, y, width, height, this.payload, start);
    }
    const length = end - start;
    if (this.spent() + bitmapRectangleSize(length) > this.budget) {
      this.flush();
      this.payload.copyWithin(0, start, end);
    }
    const data = this.payload.subarray(this.used, this.used + length);
    this.used += length;
    this.rectangles.push({
      destLeft: at.x,
      destTop: at.y,
      destRight: at.x + width - 1,
      destBottom: at.y + height - 1,
      width,
      height,
      bitsPerPixel: 32,
      compressed,
      data,
    });
    if (this.oneBitmapEach) this.flush();
  }

  /** Noise that fills more than a PDU. A single row always fits: see {@link MIN_PDU_BYTES}. */
  private splitTile(words: FrameWords, x: number, y: number, width: number, height: number, at: Place): void {
    const half = height >> 1;
    this.encodeTile(words, x, y, width, half, at);
    this.encodeTile(words, x, y + half, width, height - half, { x: at.x, y: at.y + half });
  }

  private spent(): number {
    return this.used + this.rectangles.length * BITMAP_DATA_HEADER_BYTES;
  }

  private flush(): void {
    if (this.rectangles.length === 0) return;
    this.pdus.push(encodeFastPathUpdate(FAST_PATH_UPDATE.bitmap, encodeBitmapUpdate(this.rectangles)));
    this.rectangles = [];
    this.used = 0;
  }
}

/** Uncompressed 32-bit rows, bottom up. */
function copyRaw(
  { words, stride }: FrameWords,
  x: number,
  y: number,
  width: number,
  height: number,
  out: Uint8Array,
  start: number,
): number {
  let at = start;
  for (let line = height - 1; line >= 0; line--) {
    const row = (y + line) * stride + x;
    for (let i = 0; i < width; i++, at += 4) {
      const pixel = words[row + i]!;
      out[at] = pixel;
      out[at + 1] = pixel >>> 8;
      out[at + 2] = pixel >>> 16;
      out[at + 3] = 0xff;
    }
  }
  return at;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of parts) size += part.length;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
