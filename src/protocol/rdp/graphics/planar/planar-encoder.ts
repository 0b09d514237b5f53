/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import type { FrameWords } from '../pixel-words.ts';
import { FORMAT_NO_ALPHA, FORMAT_RLE, MAX_LONG_RUN, MAX_RAW, MAX_SHORT_RUN, MIN_RUN, type RowOrder } from './planar-format.ts';

/** Largest tile side this encoder takes. */
export const MAX_TILE_SIDE = 64;

/** An RLE plane of noise: each 15 raw bytes cost one control byte more. */
const MAX_PLANE_BYTES = MAX_TILE_SIDE * (MAX_TILE_SIDE + Math.ceil(MAX_TILE_SIDE / MAX_RAW));

/** Room that {@link PlanarEncoder.encode} may use in the output, whatever the tile. */
export const MAX_PLANAR_TILE_BYTES = 1 + 4 * MAX_PLANE_BYTES;

/**
 * RDP6_BITMAP_STREAM encoder ([MS-RDPEGDI] 2.2.2.5.1), lossless; bottom-up for bitmap updates, top-down for the graphics channel.
 *
 * A tile is read once, row by row, all planes at a time: a pixel's three deltas are computed in one word, and a row that equals the one
 * before it costs one comparison a pixel. Nothing is allocated after construction. Frames in the kernels' memory are encoded there, to the same bytes.
 */
export class PlanarEncoder {
  private readonly skipAlpha: boolean;
  private readonly rows: RowOrder;
  private readonly redRow = new Uint8Array(MAX_TILE_SIDE);
  private readonly greenRow = new Uint8Array(MAX_TILE_SIDE);
  private readonly blueRow = new Uint8Array(MAX_TILE_SIDE);
  private readonly greenPlane = new Uint8Array(MAX_PLANE_BYTES);
  private readonly bluePlane = new Uint8Array(MAX_PLANE_BYTES);

  /** `skipAlpha`: leave the alpha plane out (header bit NA); else it is sent opaque. */
  constructor(skipAlpha: boolean, rows: RowOrder = 'bottomUp') {
    this.skipAlpha = skipAlpha;
    this.rows = rows;
  }

  /**
   * Encodes the tile at `x`,`y` (at most 64×64, inside the frame) into `out` from `start`; `out` has room for {@link MAX_PLANAR_TILE_BYTES}.
   * @returns the offset after the stream, or -1 when it would not be shorter than `limit` bytes
   */
  encode(frame: FrameWords, x: number, y: number, width: number, height: number, out: Uint8Array, start: number, limit: number): number {
    const { words, kernels } = frame;
    if (kernels !== undefined) return kernels.encodePlanar(x, y, width, height, this.skipAlpha, this.rows, out, start, limit);
    const first = firstRow(frame, y, height, this.rows);
    const { step } = first;
    const { redRow, greenRow, blueRow, greenPlane, bluePlane } = this;
    const end = start + limit;
    out[start] = FORMAT_RLE | (this.skipAlpha ? FORMAT_NO_ALPHA : 0);
    let red = this.skipAlpha ? start + 1 : writeOpaqueAlpha(width, height, out, start + 1);
    let green = 0;
    let blue = 0;
    let row = first.start + x;

    // the first scanline is absolute
    for (let i = 0; i < width; i++) {
      const pixel = words[row + i]!;
      redRow[i] = pixel >>> 16;
      greenRow[i] = pixel >>> 8;
      blueRow[i] = pixel;
    }
    red = writeRow(redRow, 0, width, out, red);
    green = writeRow(greenRow, 0, width, greenPlane, 0);
    blue = writeRow(blueRow, 0, width, bluePlane, 0);

    for (let line = 1; line < height; line++) {
      const below = row;
      row += step;
      let same = 0;
      while (same + 4 <= width) {
        const at = row + same;
        const under = below + same;
        const difference =
          (words[at]! ^ words[under]!) |
          (words[at + 1]! ^ words[under + 1]!) |
          (words[at + 2]! ^ words[under + 2]!) |
          (words[at + 3]! ^ words[under + 3]!);
        if ((difference & 0xff_ffff) !== 0) break;
        same += 4;
      }
      while (same < width && ((words[row + same]! ^ words[below + same]!) & 0xff_ffff) === 0) same++;
      if (same === width) {
        const before = red;
        red = writeRun(width, out, red);
        for (let i = before; i < red; i++) {
          const byte = out[i]!;
          greenPlane[green++] = byte;
          bluePlane[blue++] = byte;
        }
        continue;
      }
      let spread = 0;
      for (let i = same; i < width; i++) {
        const pixel = words[row + i]!;
        const under = words[below + i]!;
        // three byte-wise subtractions in one word, then each as (delta << 1) ^ (delta >> 7): even for >= 0, odd for < 0
        const delta = (((pixel & 0xff_ffff) | 0x80_8080) - (under & 0x7f_7f7f)) ^ ((pixel ^ ~under) & 0x80_8080);
        const sign = (delta >>> 7) & 0x01_0101;
        const coded = ((delta & 0x7f_7f7f) << 1) ^ ((sign << 8) - sign);
        spread |= (coded ^ (coded >>> 8)) & 0xffff;
        redRow[i] = coded >>> 16;
        greenRow[i] = coded >>> 8;
        blueRow[i] = coded;
      }
      const before = red;
      red = writeRow(redRow, same, width, out, red);
      if (spread === 0) {
        // grey on grey, as most text: the three planes have the same bytes
        for (let i = before; i < red; i++) {
          const byte = out[i]!;
          greenPlane[green++] = byte;
          bluePlane[blue++] = byte;
        }
      } else {
        green = writeRow(greenRow, same, width, greenPlane, green);
        blue = writeRow(blueRow, same, width, bluePlane, blue);
      }
      if (red + green + blue >= end) return -1;
    }
    if (red + green + blue >= end) return -1;
    for (let i = 0; i < green; i++) out[red++] = greenPlane[i]!;
    for (let i = 0; i < blue; i++) out[red++] = bluePlane[i]!;
    return red;
  }
}

/**
 * The same tile with raw planes, no alpha and the closing pad byte: 2 + 3 × width × height bytes.
 * @returns the offset after the stream
 */
export function encodeRawPlanes(
  frame: FrameWords,
  x: number,
  y: number,
  width: number,
  height: number,
  out: Uint8Array,
  start: number,
  rows: RowOrder = 'bottomUp',
): number {
  const { words } = frame;
  const first = firstRow(frame, y, height, rows);
  const area = width * height;
  out[start] = FORMAT_NO_ALPHA;
  let at = start + 1;
  for (let line = 0; line < height; line++) {
    const row = first.start + line * first.step + x;
    for (let i = 0; i < width; i++, at++) {
      const pixel = words[row + i]!;
      out[at] = pixel >>> 16;
      out[at + area] = pixel >>> 8;
      out[at + 2 * area] = pixel;
    }
  }
  at = start + 1 + 3 * area;
  out[at] = 0;
  return at + 1;
}

/** Where the first scanline of a tile begins in the frame, and how far it is to the next. */
function firstRow({ stride }: FrameWords, y: number, height: number, rows: RowOrder): { readonly start: number; readonly step: number } {
  return rows === 'topDown' ? { start: y * stride, step: stride } : { start: (y + height - 1) * stride, step: -stride };
}

function writeOpaqueAlpha(width: number, height: number, out: Uint8Array, start: number): number {
  let at = start;
  if (width > MIN_RUN) {
    at = writeSegment(OPAQUE_ROW, 0, 1, width - 1, out, at);
  } else {
    at = writeSegment(OPAQUE_ROW, 0, width, 0, out, at);
  }
  for (let line = 1; line < height; line++) at = writeRun(width, out, at);
  return at;
}

const OPAQUE_ROW = new Uint8Array(MIN_RUN).fill(0xff);
const ZERO_ROW = new Uint8Array(MIN_RUN);

/** A row of `count` zeros. */
function writeRun(count: number, out: Uint8Array, at: number): number {
  return count < MIN_RUN ? writeSegment(ZERO_ROW, 0, count, 0, out, at) : writeSegment(ZERO_ROW, 0, 0, count, out, at);
}

/** One scanline of one plane, whose first `zeros` bytes are 0 whatever `row` holds there. A run repeats the last raw byte, or 0 at the start. */
function writeRow(row: Uint8Array, zeros: number, width: number, out: Uint8Array, start: number): number {
  let at = start;
  let raw = 0;
  let i = zeros;
  let value = 0;
  if (zeros > 0) {
    while (i < width && row[i] === 0) i++;
    if (i >= MIN_RUN) {
      at = writeSegment(row, 0, 0, i, out, at);
      raw = i;
    } else {
      row[0] = 0;
      if (zeros > 1) row[1] = 0;
    }
  }
  while (i < width) {
    const byte = row[i]!;
    if (byte !== value) {
      value = byte;
      i++;
      continue;
    }
    let next = i + 1;
    while (next < width && row[next] === value) next++;
    if (next - i >= MIN_RUN) {
      at = writeSegment(row, raw, i - raw, next - i, out, at);
      raw = next;
    }
    i = next;
  }
  return raw < width ? writeSegment(row, raw, width - raw, 0, out, at) : at;
}

/** RDP6_RLE_SEGMENTs for `count` raw bytes followed by a run of 0 or >= 3. */
function writeSegment(row: Uint8Array, from: number, count: number, runLength: number, out: Uint8Array, start: number): number {
  let at = start;
  let i = from;
  let rest = count;
  let run = runLength;
  while (rest > MAX_RAW) {
    out[at++] = MAX_RAW << 4;
    for (const stop = i + MAX_RAW; i < stop; i++) out[at++] = row[i]!;
    rest -= MAX_RAW;
  }
  if (rest > 0) {
    let short = run;
    if (short > MAX_SHORT_RUN) short = run - MAX_SHORT_RUN < MIN_RUN ? MAX_SHORT_RUN - MIN_RUN : MAX_SHORT_RUN;
    out[at++] = (rest << 4) | short;
    for (const stop = i + rest; i < stop; i++) out[at++] = row[i]!;
    run -= short;
  }
  while (run > 0) {
    if (run <= MAX_SHORT_RUN) {
      out[at++] = run;
      return at;
    }
    let long = run;
    if (long > MAX_LONG_RUN) long = run - MAX_LONG_RUN < MIN_RUN ? MAX_LONG_RUN - MIN_RUN : MAX_LONG_RUN;
    out[at++] = long >= 32 ? ((long - 32) << 4) | 2 : ((long - 16) << 4) | 1;
    run -= long;
  }
  return at;
}
