/*
 * RDP6_BITMAP_STREAM of one tile ([MS-RDPEGDI] 2.2.2.5.1), byte for byte what `PlanarEncoder` makes.
 *
 * First all rows are parted: three deltas of 16 pixels at a time, into planes of red, green and blue. Where a byte repeats the one before it is one
 * bit of a word, in which runs are found by shifts instead of by looking at bytes. Then the planes are written one after the other, so that nothing is
 * read again that was only just stored.
 */
import { SCRATCH } from './memory';

const FORMAT_RLE: u32 = 0x10;
const FORMAT_NO_ALPHA: u32 = 0x20;
const MAX_RAW: u32 = 15;
const MIN_RUN: u32 = 3;
const MAX_SHORT_RUN: u32 = 15;
const MAX_LONG_RUN: u32 = 47;

const TILE_SIDE: u32 = 64;

/** Rows of 64 bytes, three planes of 64 rows. Copies are made 16 bytes at a time, and may read so many more than they need. */
const PLANE_BYTES: usize = 64 * 64;
const RED_ROWS: usize = SCRATCH;
const GREEN_ROWS: usize = RED_ROWS + PLANE_BYTES;
const BLUE_ROWS: usize = GREEN_ROWS + PLANE_BYTES;
/** For each row of each plane, which bytes repeat the one before. */
const RED_SAME: usize = BLUE_ROWS + PLANE_BYTES;
const GREEN_SAME: usize = RED_SAME + 64 * 8;
const BLUE_SAME: usize = GREEN_SAME + 64 * 8;
/** Where each row of red begins in the stream, and the last ends. */
const RED_ENDS: usize = BLUE_SAME + 64 * 8;

/**
 * Encodes a tile of at most 64×64 pixels.
 * @param first the tile's first scanline in the stream, and `step` bytes from there to the next: negative for bottom-up
 * @param out where the stream goes; 500 bytes more than `limit` may be written
 * @returns its length, or -1 when that would not be less than `limit`
 */
export function planarTile(first: usize, step: i32, width: u32, height: u32, out: usize, limit: u32, skipAlpha: bool): i32 {
  const end: usize = out + limit;
  store<u8>(out, FORMAT_RLE | (skipAlpha ? FORMAT_NO_ALPHA : 0));
  const red: usize = skipAlpha ? out + 1 : opaqueAlpha(width, height, out + 1);
  if (red >= end) return -1;
  const grey = partRows(first, step, width, height);
  const green = writePlane(RED_ROWS, RED_SAME, 0, width, height, red, end);
  if (green == 0) return -1;
  const blue = writePlane(GREEN_ROWS, GREEN_SAME, grey, width, height, green, end);
  if (blue == 0) return -1;
  const done = writePlane(BLUE_ROWS, BLUE_SAME, grey, width, height, blue, end);
  return done == 0 ? -1 : <i32>(done - out);
}

/**
 * Fills the planes and what repeats in them.
 * @returns a bit for each row that is the same in all three: grey on grey, as most text
 */
function partRows(first: usize, step: i32, width: u32, height: u32): u64 {
  const all: u64 = width == TILE_SIDE ? ~(<u64>0) : ((<u64>1) << width) - 1;
  let grey: u64 = 0;
  let row: usize = first;
  for (let line: u32 = 0; line < height; line++) {
    let redSame: u64 = 0;
    let greenSame: u64 = 0;
    let blueSame: u64 = 0;
    let lastRed: v128 = i8x16.splat(0);
    let lastGreen: v128 = i8x16.splat(0);
    let lastBlue: v128 = i8x16.splat(0);
    let spread: v128 = i8x16.splat(0);
    const place: usize = line * TILE_SIDE;
    for (let at: u32 = 0; at < width; at += 16) {
      let p0: v128 = v128.load(row + (at << 2), 0);
      let p1: v128 = v128.load(row + (at << 2), 16);
      let p2: v128 = v128.load(row + (at << 2), 32);
      let p3: v128 = v128.load(row + (at << 2), 48);
      if (line != 0) {
        const below: usize = row - step + (at << 2);
        const zero: v128 = i8x16.splat(0);
        p0 = i8x16.sub(p0, v128.load(below, 0));
        p1 = i8x16.sub(p1, v128.load(below, 16));
        p2 = i8x16.sub(p2, v128.load(below, 32));
        p3 = i8x16.sub(p3, v128.load(below, 48));
        // (delta << 1) ^ (delta >> 7): even for >= 0, odd for < 0
        p0 = v128.xor(i8x16.add(p0, p0), i8x16.lt_s(p0, zero));
        p1 = v128.xor(i8x16.add(p1, p1), i8x16.lt_s(p1, zero));
        p2 = v128.xor(i8x16.add(p2, p2), i8x16.lt_s(p2, zero));
        p3 = v128.xor(i8x16.add(p3, p3), i8x16.lt_s(p3, zero));
      }
      const low: v128 = i8x16.shuffle(p0, p1, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
      const high: v128 = i8x16.shuffle(p2, p3, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
      const lowRed: v128 = i8x16.shuffle(p0, p1, 2, 6, 10, 14, 18, 22, 26, 30, 2, 6, 10, 14, 18, 22, 26, 30);
      const highRed: v128 = i8x16.shuffle(p2, p3, 2, 6, 10, 14, 18, 22, 26, 30, 2, 6, 10, 14, 18, 22, 26, 30);
      const blues: v128 = i64x2.shuffle(low, high, 0, 2);
      const greens: v128 = i64x2.shuffle(low, high, 1, 3);
      const reds: v128 = i64x2.shuffle(lowRed, highRed, 0, 2);
      v128.store(RED_ROWS + place + at, reds);
      v128.store(GREEN_ROWS + place + at, greens);
      v128.store(BLUE_ROWS + place + at, blues);
      spread = v128.or(spread, v128.or(v128.xor(reds, greens), v128.xor(reds, blues)));
      redSame |= (<u64>repeats(lastRed, reds)) << at;
      greenSame |= (<u64>repeats(lastGreen, greens)) << at;
      blueSame |= (<u64>repeats(lastBlue, blues)) << at;
      lastRed = reds;
      lastGreen = greens;
      lastBlue = blues;
    }
    store<u64>(RED_SAME + (line << 3), redSame & all);
    store<u64>(GREEN_SAME + (line << 3), greenSame & all);
    store<u64>(BLUE_SAME + (line << 3), blueSame & all);
    grey |= (<u64>!v128.any_true(spread)) << line;
    row += step;
  }
  return grey;
}

/**
 * Writes one plane from `start`. Rows whose bit is set in `grey` are those of red, which has been written before.
 * @returns where it ends, or 0 when that is not below `end`
 */
function writePlane(rows: usize, same: usize, grey: u64, width: u32, height: u32, start: usize, end: usize): usize {
  const isRed = rows == RED_ROWS;
  let out = start;
  for (let line: u32 = 0; line < height; line++) {
    if (isRed) store<u32>(RED_ENDS + (line << 2), <u32>out);
    if ((grey >> line) & 1) {
      const from: usize = load<u32>(RED_ENDS + (line << 2), 0);
      const bytes: usize = <usize>load<u32>(RED_ENDS + (line << 2), 4) - from;
      for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, v128.load(from + i));
      out += bytes;
    } else out = writeRow(rows + line * TILE_SIDE, load<u64>(same + (line << 3)), width, out);
    if (out >= end) return 0;
  }
  if (isRed) store<u32>(RED_ENDS + (height << 2), <u32>out);
  return out;
}

/** One bit for each byte of `now` that is like the byte before; `last` are the 16 bytes before. */
function repeats(last: v128, now: v128): i32 {
  const before = i8x16.shuffle(last, now, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
  return i8x16.bitmask(i8x16.eq(before, now));
}

/** One scanline of one plane. A run repeats the last raw byte, or 0 at the start, so that bit 0 of `same` tells of a zero. */
function writeRow(row: usize, same: u64, width: u32, start: usize): usize {
  let out = start;
  let raw: u32 = 0;
  let runs: u64 = same & (same >> 1) & (same >> 2);
  while (runs != 0) {
    const from: u32 = <u32>ctz(runs);
    const length: u32 = <u32>ctz(~(same >> from));
    out = writeSegment(row + raw, from - raw, length, out);
    raw = from + length;
    if (raw >= 64) return out;
    runs = (runs >> raw) << raw;
  }
  return raw < width ? writeSegment(row + raw, width - raw, 0, out) : out;
}

/** RDP6_RLE_SEGMENTs for `count` raw bytes followed by a run of 0 or >= 3. */
function writeSegment(start: usize, count: u32, runLength: u32, to: usize): usize {
  let from = start;
  let out = to;
  let rest = count;
  let run = runLength;
  while (rest > MAX_RAW) {
    store<u8>(out, MAX_RAW << 4);
    v128.store(out + 1, v128.load(from));
    out += 1 + MAX_RAW;
    from += MAX_RAW;
    rest -= MAX_RAW;
  }
  if (rest > 0) {
    let short = run;
    if (short > MAX_SHORT_RUN) short = run - MAX_SHORT_RUN < MIN_RUN ? MAX_SHORT_RUN - MIN_RUN : MAX_SHORT_RUN;
    store<u8>(out, (rest << 4) | short);
    v128.store(out + 1, v128.load(from));
    out += 1 + rest;
    run -= short;
  }
  while (run > 0) {
    if (run <= MAX_SHORT_RUN) {
      store<u8>(out, run);
      return out + 1;
    }
    let long = run;
    if (long > MAX_LONG_RUN) long = run - MAX_LONG_RUN < MIN_RUN ? MAX_LONG_RUN - MIN_RUN : MAX_LONG_RUN;
    store<u8>(out, long >= 32 ? ((long - 32) << 4) | 2 : ((long - 16) << 4) | 1);
    out += 1;
    run -= long;
  }
  return out;
}

/** A plane of 0xFF: the first row as such, then rows without a difference. */
function opaqueAlpha(width: u32, height: u32, start: usize): usize {
  const rows = RED_ROWS;
  v128.store(rows, i8x16.splat(-1));
  let out = width > MIN_RUN ? writeSegment(rows, 1, width - 1, start) : writeSegment(rows, width, 0, start);
  v128.store(rows, i8x16.splat(0));
  for (let line: u32 = 1; line < height; line++) {
    out = width < MIN_RUN ? writeSegment(rows, width, 0, out) : writeSegment(rows, 0, width, out);
  }
  return out;
}
