/*
 * RDP6_BITMAP_STREAM of one tile ([MS-RDPEGDI] 2.2.2.5.1), byte for byte what `PlanarEncoder` makes.
 *
 * A row's three deltas are computed 16 pixels at a time and parted into rows of red, green and blue. Where a byte repeats the one before it is one
 * bit of a word, in which runs are found by shifts instead of by looking at bytes.
 */

import { SCRATCH } from './memory';

const FORMAT_RLE: u32 = 0x10;
const FORMAT_NO_ALPHA: u32 = 0x20;
const MAX_RAW: u32 = 15;
const MIN_RUN: u32 = 3;
const MAX_SHORT_RUN: u32 = 15;
const MAX_LONG_RUN: u32 = 47;

const TILE_SIDE: usize = 64;
/** Copies are made 16 bytes at a time, and may read and write so many more than they need. */
const SLACK: usize = 16;
const ROW_BYTES: usize = TILE_SIDE + SLACK;
/** Of noise: each 15 raw bytes cost one control byte more. */
const PLANE_BYTES: usize = TILE_SIDE * (TILE_SIDE + 5) + SLACK;

const RED_ROW: usize = SCRATCH;
const GREEN_ROW: usize = RED_ROW + ROW_BYTES;
const BLUE_ROW: usize = GREEN_ROW + ROW_BYTES;
const GREEN_PLANE: usize = BLUE_ROW + ROW_BYTES;
const BLUE_PLANE: usize = GREEN_PLANE + PLANE_BYTES;

/**
 * Encodes a tile of at most 64×64 pixels.
 * @param first the tile's first scanline in the stream, and `step` bytes from there to the next: negative for bottom-up
 * @param out where the stream goes; 4 × 4,416 bytes and a little more may be written
 * @returns its length, or -1 when that would not be less than `limit`
 */
export function planarTile(first: usize, step: i32, width: u32, height: u32, out: usize, limit: u32, skipAlpha: bool): i32 {
  const end: usize = out + limit;
  const all: u64 = width == 64 ? ~(<u64>0) : ((<u64>1) << width) - 1;
  store<u8>(out, FORMAT_RLE | (skipAlpha ? FORMAT_NO_ALPHA : 0));
  let red: usize = skipAlpha ? out + 1 : opaqueAlpha(width, height, out + 1);
  let green: usize = GREEN_PLANE;
  let blue: usize = BLUE_PLANE;
  let row: usize = first;

  for (let line: u32 = 0; line < height; line++) {
    let redSame: u64 = 0;
    let greenSame: u64 = 0;
    let blueSame: u64 = 0;
    let lastRed: v128 = i8x16.splat(0);
    let lastGreen: v128 = i8x16.splat(0);
    let lastBlue: v128 = i8x16.splat(0);
    let spread: v128 = i8x16.splat(0);
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
      v128.store(RED_ROW + at, reds);
      v128.store(GREEN_ROW + at, greens);
      v128.store(BLUE_ROW + at, blues);
      spread = v128.or(spread, v128.or(v128.xor(reds, greens), v128.xor(reds, blues)));
      redSame |= (<u64>repeats(lastRed, reds)) << at;
      greenSame |= (<u64>repeats(lastGreen, greens)) << at;
      blueSame |= (<u64>repeats(lastBlue, blues)) << at;
      lastRed = reds;
      lastGreen = greens;
      lastBlue = blues;
    }
    const before = red;
    red = writeRow(RED_ROW, redSame & all, width, red);
    if (v128.any_true(spread)) {
      green = writeRow(GREEN_ROW, greenSame & all, width, green);
      blue = writeRow(BLUE_ROW, blueSame & all, width, blue);
    } else {
      // grey on grey, as most text: the three planes have the same bytes
      const bytes = red - before;
      for (let i: usize = 0; i < bytes; i += 16) {
        const part = v128.load(before + i);
        v128.store(green + i, part);
        v128.store(blue + i, part);
      }
      green += bytes;
      blue += bytes;
    }
    if (red + (green - GREEN_PLANE) + (blue - BLUE_PLANE) >= end) return -1;
    row += step;
  }
  const greenBytes = green - GREEN_PLANE;
  const blueBytes = blue - BLUE_PLANE;
  memory.copy(red, GREEN_PLANE, greenBytes);
  memory.copy(red + greenBytes, BLUE_PLANE, blueBytes);
  return <i32>(red + greenBytes + blueBytes - out);
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
  const rows = RED_ROW;
  v128.store(rows, i8x16.splat(-1));
  let out = width > MIN_RUN ? writeSegment(rows, 1, width - 1, start) : writeSegment(rows, width, 0, start);
  v128.store(rows, i8x16.splat(0));
  for (let line: u32 = 1; line < height; line++) {
    out = width < MIN_RUN ? writeSegment(rows, width, 0, out) : writeSegment(rows, 0, width, out);
  }
  return out;
}
