/*
 * RDP 8.0 bulk decompression ([MS-RDPEGFX] 3.1.9.1) of one segment, as the function `decode` of `Rdp8Decompressor`. Whatever is wrong is answered with
 * 0: the caller decodes again, slowly, to say what.
 */

const HISTORY_BYTES: u32 = 2_500_000;
const PREFIX_BITS: u32 = 9;
const RAW_COUNT_BITS: u32 = 15;
/** Most that one segment stands for. */
const MAX_BYTES: u32 = 65_535;
/** Added to the index of a distance, to tell it from a literal. */
const DISTANCE: u32 = 256;
const UNKNOWN: u32 = 0xffff;

/** Bits that are read ahead, the oldest highest, and from where the next come; behind `lastByte` zeros. */
let held: u64 = 0;
let heldBits: u32 = 0;
let at: u32 = 0;
let data: usize = 0;
let lastByte: u32 = 0;
let bitsLeft: i32 = 0;

/**
 * Decodes to `start` of the window.
 * @param meanings 512 numbers: what nine bits begin with, and the width of the prefix from bit 16 on
 * @param distances four numbers a row: prefix, its width, width of what follows, first distance
 * @returns the end in the window and one, or 0
 */
export function rdp8Decompress(bytes: usize, length: u32, window: usize, start: u32, meanings: usize, distances: usize): u32 {
  data = bytes;
  lastByte = length - 1;
  held = 0;
  heldBits = 0;
  at = 0;
  if (length == 0) return 0;
  bitsLeft = <i32>(8 * lastByte) - <i32>load<u8>(bytes + lastByte);
  if (bitsLeft < 0) return 0;
  const stop = start + MAX_BYTES;
  let to = start;
  while (bitsLeft > 0) {
    refill();
    const meaning = load<u32>(meanings + ((<usize>(held >> (heldBits - PREFIX_BITS)) & 0x1ff) << 2));
    const width = meaning >>> 16;
    const means = meaning & 0xffff;
    if (means == UNKNOWN || <i32>width > bitsLeft) return 0;
    bitsLeft -= width;
    heldBits -= width;
    if (means < DISTANCE) {
      if (to >= stop) return 0;
      store<u8>(window + to++, means);
      continue;
    }
    const row = distances + ((means - DISTANCE) << 4);
    const valueBits = load<u32>(row, 8);
    if (<i32>valueBits > bitsLeft) return 0;
    refill();
    const distance = load<u32>(row, 12) + take(valueBits);
    refill();
    if (distance == 0) {
      if (<i32>RAW_COUNT_BITS > bitsLeft) return 0;
      const count = take(RAW_COUNT_BITS);
      bitsLeft -= heldBits & 7;
      at -= heldBits >>> 3;
      heldBits = 0;
      if (bitsLeft < <i32>(8 * count) || to + count > stop) return 0;
      memory.copy(window + to, bytes + at, count);
      at += count;
      bitsLeft -= 8 * count;
      to += count;
      continue;
    }
    if (bitsLeft < 1) return 0;
    let many: u32 = 3;
    if (take(1) == 1) {
      let bits: u32 = 2;
      for (;;) {
        if (bitsLeft < 1) return 0;
        if (take(1) == 0) break;
        if (++bits > 16) return 0;
      }
      if (<i32>bits > bitsLeft) return 0;
      refill();
      many = ((<u32>1) << bits) + take(bits);
    }
    if (distance > to || distance > HISTORY_BYTES || to + many > stop) return 0;
    repeat(window + to, distance, many);
    to += many;
  }
  return to + 1;
}

/** At least 32 bits are held then. */
function refill(): void {
  if (heldBits >= 32) return;
  if (at + 4 <= lastByte) {
    held = (held << 32) | <u64>bswap<u32>(load<u32>(data + at));
    at += 4;
    heldBits += 32;
    return;
  }
  while (heldBits < 32) {
    held = (held << 8) | (at < lastByte ? <u64>load<u8>(data + at) : 0);
    at++;
    heldBits += 8;
  }
}

/** At most 32 bits, which are held and left. */
function take(count: u32): u32 {
  bitsLeft -= count;
  heldBits -= count;
  return <u32>(held >> heldBits) & <u32>(((<u64>1) << count) - 1);
}

/** Writes `count` bytes that are `distance` bytes before; up to 15 more are written where they lie 16 apart or more. */
function repeat(to: usize, distance: u32, count: u32): void {
  const from = to - distance;
  if (distance >= 16) for (let i: u32 = 0; i < count; i += 16) v128.store(to + i, v128.load(from + i));
  else for (let i: u32 = 0; i < count; i++) store<u8>(to + i, load<u8>(from + i));
}
