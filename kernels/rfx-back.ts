/*
 * A tile of RemoteFX ([MS-RDPRFX] 3.1.8) back to pixels, number for number as `decodeRfxTile` does: 32 bits that wrap around, since any data are a
 * picture.
 */
import { rlgrBack } from './rlgr-back';

const SIDE: u32 = 64;
const PLANE_BYTES: u32 = 64 * 64 * 4;
const LL3: u32 = 4032;

/**
 * Decodes Y, Cb and Cr, which follow each other at `data`, to 64×64 RGBA pixels at `out`. Up to 16 bytes behind the data are read and mean nothing.
 * @param quants for each of the three ten 32-bit numbers in the order in which the bands lie: HL1, LH1, HH1, HL2 … HH3, LL3
 * @param work room for three planes of 4,096 numbers of 32 bits, the samples of one, and a row
 */
export function rfxTileBack(
  data: usize,
  lumaBytes: u32,
  cbBytes: u32,
  crBytes: u32,
  quants: usize,
  withoutPairs: bool,
  work: usize,
  out: usize,
): void {
  plane(data, lumaBytes, quants, withoutPairs, work, work);
  plane(data + lumaBytes, cbBytes, quants + 40, withoutPairs, work + PLANE_BYTES, work);
  plane(data + lumaBytes + cbBytes, crBytes, quants + 80, withoutPairs, work + 2 * PLANE_BYTES, work);
  for (let at: u32 = 0; at < PLANE_BYTES; at += 16) {
    const cb = v128.load(work + PLANE_BYTES + at);
    const cr = v128.load(work + 2 * PLANE_BYTES + at);
    const light = i32x4.add(i32x4.shl(i32x4.add(v128.load(work + at), i32x4.splat(4096)), 16), i32x4.splat(1 << 20));
    const red = level(i32x4.add(light, i32x4.mul(cr, i32x4.splat(91_916))));
    const lost = i32x4.add(i32x4.mul(cb, i32x4.splat(22_527)), i32x4.mul(cr, i32x4.splat(46_819)));
    const green = level(i32x4.sub(light, lost));
    const blue = level(i32x4.add(light, i32x4.mul(cb, i32x4.splat(115_992))));
    const opaque = i32x4.splat(<i32>0xff00_0000);
    v128.store(out + at, v128.or(v128.or(opaque, red), v128.or(i32x4.shl(green, 8), i32x4.shl(blue, 16))));
  }
}

/** Of a channel, from 2,097,152nds. */
function level(value: v128): v128 {
  return i32x4.min_s(i32x4.splat(255), i32x4.max_s(i32x4.splat(0), i32x4.shr_s(value, 21)));
}

function plane(data: usize, bytes: u32, quants: usize, withoutPairs: bool, at: usize, work: usize): void {
  rlgrBack(data, bytes, withoutPairs, at);
  dequantise(at, quants);
  const samples: usize = work + 3 * PLANE_BYTES;
  joined(at + 3840 * 4, 8, samples);
  joined(at + 3072 * 4, 16, samples);
  joined(at, 32, samples);
}

function dequantise(plane: usize, quants: usize): void {
  for (let at: usize = plane + (LL3 + 1) * 4; at < plane + PLANE_BYTES; at += 4) store<i32>(at, load<i32>(at) + load<i32>(at - 4));
  let at: usize = plane;
  for (let band: u32 = 0; band < 10; band++) {
    const shift: i32 = load<i32>(quants + (band << 2)) - 1;
    const count: u32 = band < 3 ? 1024 : band < 6 ? 256 : 64;
    for (const end: usize = at + (count << 2); at < end; at += 16) v128.store(at, i32x4.shl(v128.load(at), shift));
  }
}

/** HL, LH, HH and LL, each `half` square, become a square of twice that. `samples` has room for it and for a row. */
function joined(square: usize, half: u32, samples: usize): void {
  const rowBytes: u32 = half << 3;
  const bandBytes: u32 = (half * half) << 2;
  const highs: usize = samples + half * rowBytes;
  // From left to right: LL and HL become rows of L, LH and HH those of H.
  for (let y: u32 = 0; y < half; y++) {
    const from: usize = y * half * 4;
    joinRow(square + 3 * bandBytes + from, square + from, half, samples + y * rowBytes, samples + PLANE_BYTES);
    joinRow(square + bandBytes + from, square + 2 * bandBytes + from, half, highs + y * rowBytes, samples + PLANE_BYTES);
  }
  // From top to bottom, four columns at a time.
  for (let x: u32 = 0; x < rowBytes; x += 16) {
    let before: v128 = v128.load(highs + x);
    let now: v128 = v128.load(square);
    for (let n: u32 = 0; n < half; n++) {
      const high: v128 = v128.load(highs + x + n * rowBytes);
      const to: usize = square + x + 2 * n * rowBytes;
      const even: v128 = lowBack(v128.load(samples + x + n * rowBytes), before, high);
      // What is between two even ones waits for the second.
      if (n > 0) v128.store(to - rowBytes, between(before, now, even));
      v128.store(to, even);
      before = high;
      now = even;
    }
    v128.store(square + x + (2 * half - 1) * rowBytes, between(before, now, now));
  }
}

/** A row of samples from its lows and highs. */
function joinRow(lows: usize, highs: usize, half: u32, out: usize, evens: usize): void {
  let before: v128 = v128.load(highs);
  before = i32x4.shuffle(before, before, 0, 0, 0, 0);
  for (let n: u32 = 0; n < half; n += 4) {
    const high: v128 = v128.load(highs + (n << 2));
    v128.store(evens + (n << 2), lowBack(v128.load(lows + (n << 2)), i32x4.shuffle(before, high, 3, 4, 5, 6), high));
    before = high;
  }
  store<i32>(evens + (half << 2), load<i32>(evens + ((half - 1) << 2)));
  for (let n: u32 = 0; n < half; n += 4) {
    const now: v128 = v128.load(evens + (n << 2), 0);
    const odd: v128 = between(v128.load(highs + (n << 2)), now, v128.load(evens + (n << 2), 4));
    v128.store(out + (n << 3), i32x4.shuffle(now, odd, 0, 4, 1, 5), 0);
    v128.store(out + (n << 3), i32x4.shuffle(now, odd, 2, 6, 3, 7), 16);
  }
}

/** An even sample, from its low and the highs beside it. */
function lowBack(low: v128, before: v128, high: v128): v128 {
  return i32x4.sub(low, i32x4.shr_s(i32x4.add(i32x4.add(before, high), i32x4.splat(1)), 1));
}

/** An odd sample, from its high and the even ones beside it. */
function between(high: v128, now: v128, next: v128): v128 {
  return i32x4.add(i32x4.shl(high, 1), i32x4.shr_s(i32x4.add(now, next), 1));
}
