/*
 * RDP 8.0 bulk compression ([MS-RDPEGFX] 3.1.9.1), bit for bit what `Rdp8Compressor` writes: its comments say why things are done. The codes come in
 * tables, so that they stand in one place.
 */

import { beginBits, endOfBits, fillByte, put, putBytes } from './bits';

const HASH_SHIFT: u32 = 16;
const HISTORY_BYTES: u32 = 2_500_000;
const MIN_LOOKED_FOR: u32 = 4;
const MIN_RAW: u32 = 40;
const MAX_RAW: u32 = 32_767;
const RAW_COUNT_BITS: u32 = 15;
const REMEMBERED: u32 = 24;

/**
 * Compresses `start` to `end` of the window.
 * @param window the history and what is new behind it
 * @param places a 32-bit number for each of 65,536 hashes: a place in the window and one, 0 for none
 * @param literals 256 numbers: prefix, and its width from bit 16 on
 * @param distances four numbers a row: prefix, its width, width of what follows, first distance
 * @returns how many bytes are at `out`, with the closing one
 */
export function rdp8Compress(window: usize, places: usize, start: u32, end: u32, literals: usize, distances: usize, out: usize): u32 {
  beginBits(out);
  const last: i32 = <i32>end - <i32>MIN_LOOKED_FOR;
  let written = start;
  let at = start;
  while (<i32>at <= last) {
    const place = places + (hashAt(window + at) << 2);
    const known = load<u32>(place);
    store<u32>(place, at + 1);
    const candidate = known - 1;
    const distance = at - candidate;
    if (known == 0 || distance > HISTORY_BYTES || load<u32>(window + candidate) != load<u32>(window + at)) {
      at += 1 + ((at - written) >> 6);
      continue;
    }
    let length = MIN_LOOKED_FOR + sameBytes(window + candidate + MIN_LOOKED_FOR, window + at + MIN_LOOKED_FOR, end - at - MIN_LOOKED_FOR);
    let from = at;
    let back = candidate;
    while (from > written && back > 0 && load<u8>(window + from - 1) == load<u8>(window + back - 1)) {
      from--;
      back--;
      length++;
    }
    putLiterals(window + written, from - written, literals, distances);
    putMatch(distance, length, distances);
    const next = from + length;
    remember(window, places, at + 1, min(next, <u32>(last + 1)));
    at = next;
    written = next;
  }
  putLiterals(window + written, end - written, literals, distances);
  const unused = fillByte();
  store<u8>(endOfBits(), unused);
  return <u32>(endOfBits() + 1 - out);
}

function hashAt(at: usize): u32 {
  return (load<u32>(at) * 0x9e37_79b1) >>> HASH_SHIFT;
}

/** How many bytes from the first on are the same, of at most `most`. */
function sameBytes(one: usize, other: usize, most: u32): u32 {
  let count: u32 = 0;
  for (; count + 8 <= most; count += 8) {
    const difference = load<u64>(one + count) ^ load<u64>(other + count);
    if (difference != 0) return count + <u32>(ctz(difference) >> 3);
  }
  while (count < most && load<u8>(one + count) == load<u8>(other + count)) count++;
  return count;
}

function remember(window: usize, places: usize, from: u32, end: u32): void {
  let at = from;
  for (const stop = min(end, from + REMEMBERED); at < stop; at++) store<u32>(places + (hashAt(window + at) << 2), at + 1);
  if (end > REMEMBERED) at = max(at, end - REMEMBERED);
  for (; at < end; at++) store<u32>(places + (hashAt(window + at) << 2), at + 1);
}

function putLiterals(start: usize, bytes: u32, literals: usize, distances: usize): void {
  let from = start;
  let rest = bytes;
  while (rest >= MIN_RAW) {
    const count = min(MAX_RAW, rest);
    // Distance 0: a count, and from the next whole byte on the bytes as they are.
    put(load<u32>(distances, 0), load<u32>(distances, 4));
    put(0, load<u32>(distances, 8));
    put(count, RAW_COUNT_BITS);
    fillByte();
    putBytes(from, count);
    from += count;
    rest -= count;
  }
  for (const end = from + rest; from < end; from++) {
    const code = load<u32>(literals + ((<usize>load<u8>(from)) << 2));
    put(code & 0xffff, code >>> 16);
  }
}

function putMatch(distance: u32, length: u32, distances: usize): void {
  let row = distances;
  while (distance >= load<u32>(row, 12) + ((<u32>1) << load<u32>(row, 8))) row += 16;
  put(load<u32>(row, 0), load<u32>(row, 4));
  put(distance - load<u32>(row, 12), load<u32>(row, 8));
  // 2^n to 2^(n+1) - 1: n - 1 ones and a zero, then n bits.
  const n: u32 = 31 - clz(length);
  put(((<u32>1) << n) - 2, n);
  put(length - ((<u32>1) << n), n);
}
