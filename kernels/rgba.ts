/* I420 to RGBA, BT.709 full range, byte for byte as `drawPlanes` does. Eight numbers of 16 bits at a time, in 64ths of a level. */

const RED_OF_V: i16 = 18_835;
const GREEN_OF_U: i16 = 6_137;
const GREEN_OF_V: i16 = 15_339;
const BLUE_OF_U: i16 = 28_036;

/**
 * Converts `rows` rows, the first of which is the upper of two that share their chroma, from a column that is the left of two. Up to 15 pixels more
 * than `width` are read and written in each row.
 */
export function toRgba(
  y: usize,
  yStride: u32,
  u: usize,
  v: usize,
  chromaStride: u32,
  width: u32,
  rows: u32,
  out: usize,
  outStride: u32,
): void {
  for (let row: u32 = 0; row < rows; row += 2) {
    const luma = y + row * yStride;
    const to = out + row * outStride;
    const chroma = (row >> 1) * chromaStride;
    // A last row without another one below it is converted twice.
    const below: u32 = row + 1 < rows ? 1 : 0;
    const nextLuma = luma + below * yStride;
    const next = to + below * outStride;
    for (let x: u32 = 0; x < width; x += 16)
      block(luma + x, nextLuma + x, u + chroma + (x >> 1), v + chroma + (x >> 1), to + (x << 2), next + (x << 2));
  }
}

/** 16 pixels of two rows that share their chroma. */
function block(y: usize, nextY: usize, u: usize, v: usize, out: usize, next: usize): void {
  const middle: v128 = i16x8.splat(128);
  const d: v128 = i16x8.shl(i16x8.sub(v128.load8x8_u(u), middle), 6);
  const e: v128 = i16x8.shl(i16x8.sub(v128.load8x8_u(v), middle), 6);
  const reds = i16x8.add(e, i16x8.q15mulr_sat_s(e, i16x8.splat(RED_OF_V)));
  const lost = i16x8.add(i16x8.q15mulr_sat_s(d, i16x8.splat(GREEN_OF_U)), i16x8.q15mulr_sat_s(e, i16x8.splat(GREEN_OF_V)));
  const greens = i16x8.neg(lost);
  const blues = i16x8.add(d, i16x8.q15mulr_sat_s(d, i16x8.splat(BLUE_OF_U)));
  const reds0 = i16x8.shuffle(reds, reds, 0, 0, 1, 1, 2, 2, 3, 3);
  const reds1 = i16x8.shuffle(reds, reds, 4, 4, 5, 5, 6, 6, 7, 7);
  const greens0 = i16x8.shuffle(greens, greens, 0, 0, 1, 1, 2, 2, 3, 3);
  const greens1 = i16x8.shuffle(greens, greens, 4, 4, 5, 5, 6, 6, 7, 7);
  const blues0 = i16x8.shuffle(blues, blues, 0, 0, 1, 1, 2, 2, 3, 3);
  const blues1 = i16x8.shuffle(blues, blues, 4, 4, 5, 5, 6, 6, 7, 7);
  pixels(y, out, reds0, reds1, greens0, greens1, blues0, blues1);
  pixels(nextY, next, reds0, reds1, greens0, greens1, blues0, blues1);
}

/** 16 pixels: their luma, and what chroma adds to the first and the last eight. */
function pixels(y: usize, out: usize, reds0: v128, reds1: v128, greens0: v128, greens1: v128, blues0: v128, blues1: v128): void {
  const light: v128 = v128.load(y);
  const half: v128 = i16x8.splat(32);
  const low: v128 = i16x8.add(half, i16x8.shl(i16x8.extend_low_i8x16_u(light), 6));
  const high: v128 = i16x8.add(half, i16x8.shl(i16x8.extend_high_i8x16_u(light), 6));
  const reds = levels(i16x8.add(low, reds0), i16x8.add(high, reds1));
  const greens = levels(i16x8.add(low, greens0), i16x8.add(high, greens1));
  const blues = levels(i16x8.add(low, blues0), i16x8.add(high, blues1));
  const opaque: v128 = i8x16.splat(-1);
  const redGreen0 = i8x16.shuffle(reds, greens, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const redGreen1 = i8x16.shuffle(reds, greens, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const blueAlpha0 = i8x16.shuffle(blues, opaque, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const blueAlpha1 = i8x16.shuffle(blues, opaque, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  v128.store(out, i16x8.shuffle(redGreen0, blueAlpha0, 0, 8, 1, 9, 2, 10, 3, 11), 0);
  v128.store(out, i16x8.shuffle(redGreen0, blueAlpha0, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  v128.store(out, i16x8.shuffle(redGreen1, blueAlpha1, 0, 8, 1, 9, 2, 10, 3, 11), 32);
  v128.store(out, i16x8.shuffle(redGreen1, blueAlpha1, 4, 12, 5, 13, 6, 14, 7, 15), 48);
}

/** One colour of 16 pixels, of sums in 64ths. */
function levels(low: v128, high: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.shr_s(low, 6), i16x8.shr_s(high, 6));
}
