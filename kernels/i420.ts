/*
 * BGRX to I420, BT.709 full range, byte for byte as `src/protocol/rdp/graphics/film/i420.ts` does. Blocks of 16×2 pixels; what is narrower, and the
 * edge that is repeated, goes through a block of scratch memory.
 */
import { SCRATCH } from './memory';

const BLOCK: u32 = 16;
/** Room for what is left of two rows when whole blocks are taken away, and for the edge: less than two blocks. */
const ROW_0: usize = SCRATCH;
const ROW_1: usize = ROW_0 + 128;
const Y_0: usize = ROW_1 + 128;
const Y_1: usize = Y_0 + 32;
const U_0: usize = Y_1 + 32;
const V_0: usize = U_0 + 16;

/**
 * Converts `width`×`height` pixels from `first`, `stride` bytes from row to row, to a picture of `outWidth`×`outHeight` (even, less than 16 more than
 * the pixels): the last column and row are repeated to the right and below. Y, U and V follow each other at `out`.
 */
export function toI420(first: usize, stride: u32, width: u32, height: u32, out: usize, outWidth: u32, outHeight: u32): void {
  const halfWidth = outWidth >> 1;
  const uAt: usize = out + outWidth * outHeight;
  const vAt: usize = uAt + halfWidth * (outHeight >> 1);
  const whole = width & ~(BLOCK - 1);
  for (let y: u32 = 0; y < outHeight; y += 2) {
    const row0: usize = first + min(y, height - 1) * stride;
    const row1: usize = first + min(y + 1, height - 1) * stride;
    const toY: usize = out + y * outWidth;
    const chroma: usize = (y >> 1) * halfWidth;
    for (let x: u32 = 0; x < whole; x += BLOCK) {
      block(row0 + (x << 2), row1 + (x << 2), toY + x, toY + outWidth + x, uAt + chroma + (x >> 1), vAt + chroma + (x >> 1));
    }
    if (whole == outWidth) continue;
    const rest = outWidth - whole;
    for (let i: u32 = 0; i < rest; i++) {
      const from: usize = min(whole + i, width - 1) << 2;
      store<u32>(ROW_0 + (i << 2), load<u32>(row0 + from));
      store<u32>(ROW_1 + (i << 2), load<u32>(row1 + from));
    }
    for (let x: u32 = 0; x < rest; x += BLOCK) {
      block(ROW_0 + (x << 2), ROW_1 + (x << 2), Y_0 + x, Y_1 + x, U_0 + (x >> 1), V_0 + (x >> 1));
    }
    memory.copy(toY + whole, Y_0, rest);
    memory.copy(toY + outWidth + whole, Y_1, rest);
    memory.copy(uAt + chroma + (whole >> 1), U_0, rest >> 1);
    memory.copy(vAt + chroma + (whole >> 1), V_0, rest >> 1);
  }
}

/** 16×2 pixels to 16 Y in each of two rows, and 8 U and V of the means of four pixels. */
function block(row0: usize, row1: usize, y0: usize, y1: usize, u: usize, v: usize): void {
  let p0: v128 = v128.load(row0, 0);
  let p1: v128 = v128.load(row0, 16);
  let p2: v128 = v128.load(row0, 32);
  let p3: v128 = v128.load(row0, 48);
  let low: v128 = i8x16.shuffle(p0, p1, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
  let high: v128 = i8x16.shuffle(p2, p3, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
  const blues: v128 = i64x2.shuffle(low, high, 0, 2);
  const greens: v128 = i64x2.shuffle(low, high, 1, 3);
  low = i8x16.shuffle(p0, p1, 2, 6, 10, 14, 18, 22, 26, 30, 2, 6, 10, 14, 18, 22, 26, 30);
  high = i8x16.shuffle(p2, p3, 2, 6, 10, 14, 18, 22, 26, 30, 2, 6, 10, 14, 18, 22, 26, 30);
  const reds: v128 = i64x2.shuffle(low, high, 0, 2);
  v128.store(y0, luma(reds, greens, blues));

  p0 = v128.load(row1, 0);
  p1 = v128.load(row1, 16);
  p2 = v128.load(row1, 32);
  p3 = v128.load(row1, 48);
  low = i8x16.shuffle(p0, p1, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
  high = i8x16.shuffle(p2, p3, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
  const bluesBelow: v128 = i64x2.shuffle(low, high, 0, 2);
  const greensBelow: v128 = i64x2.shuffle(low, high, 1, 3);
  low = i8x16.shuffle(p0, p1, 2, 6, 10, 14, 18, 22, 26, 30, 2, 6, 10, 14, 18, 22, 26, 30);
  high = i8x16.shuffle(p2, p3, 2, 6, 10, 14, 18, 22, 26, 30, 2, 6, 10, 14, 18, 22, 26, 30);
  const redsBelow: v128 = i64x2.shuffle(low, high, 0, 2);
  v128.store(y1, luma(redsBelow, greensBelow, bluesBelow));

  const red = means(reds, redsBelow);
  const green = means(greens, greensBelow);
  const blue = means(blues, bluesBelow);
  const middle: v128 = i16x8.splat(<i16>32_895);
  // All sums fit 16 bits without a sign.
  const blueness: v128 = i16x8.sub(
    i16x8.add(middle, i16x8.shl(blue, 7)),
    i16x8.add(i16x8.mul(red, i16x8.splat(29)), i16x8.mul(green, i16x8.splat(99))),
  );
  const redness: v128 = i16x8.sub(
    i16x8.add(middle, i16x8.shl(red, 7)),
    i16x8.add(i16x8.mul(green, i16x8.splat(116)), i16x8.mul(blue, i16x8.splat(12))),
  );
  const both: v128 = i8x16.narrow_i16x8_u(i16x8.shr_u(blueness, 8), i16x8.shr_u(redness, 8));
  v128.store64_lane(u, both, 0);
  v128.store64_lane(v, both, 1);
}

function luma(reds: v128, greens: v128, blues: v128): v128 {
  const r: v128 = i8x16.splat(54);
  const g: v128 = i8x16.splat(<i8>183);
  const b: v128 = i8x16.splat(19);
  const half: v128 = i16x8.splat(128);
  const low: v128 = i16x8.add(
    i16x8.add(i16x8.extmul_low_i8x16_u(reds, r), i16x8.extmul_low_i8x16_u(greens, g)),
    i16x8.add(i16x8.extmul_low_i8x16_u(blues, b), half),
  );
  const high: v128 = i16x8.add(
    i16x8.add(i16x8.extmul_high_i8x16_u(reds, r), i16x8.extmul_high_i8x16_u(greens, g)),
    i16x8.add(i16x8.extmul_high_i8x16_u(blues, b), half),
  );
  return i8x16.narrow_i16x8_u(i16x8.shr_u(low, 8), i16x8.shr_u(high, 8));
}

function means(above: v128, below: v128): v128 {
  const sum: v128 = i16x8.add(i16x8.extadd_pairwise_i8x16_u(above), i16x8.extadd_pairwise_i8x16_u(below));
  return i16x8.shr_u(i16x8.add(sum, i16x8.splat(2)), 2);
}
