/* I420 to RGBA, BT.709 full range, byte for byte as `drawPlanes` does. */

const RED_OF_V: i32 = 103_206;
const GREEN_OF_U: i32 = 12_276;
const GREEN_OF_V: i32 = 30_679;
const BLUE_OF_U: i32 = 121_608;
const HALF: i32 = 32_768;

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
  for (let row: u32 = 0; row < rows; row++) {
    const luma = y + row * yStride;
    const chroma = (row >> 1) * chromaStride;
    const to = out + row * outStride;
    for (let x: u32 = 0; x < width; x += 16) block(luma + x, u + chroma + (x >> 1), v + chroma + (x >> 1), to + (x << 2));
  }
}

function block(y: usize, u: usize, v: usize, out: usize): void {
  const middle: v128 = i16x8.splat(128);
  const d: v128 = i16x8.sub(v128.load8x8_u(u), middle);
  const e: v128 = i16x8.sub(v128.load8x8_u(v), middle);
  const d0 = i32x4.extend_low_i16x8_s(d);
  const d1 = i32x4.extend_high_i16x8_s(d);
  const e0 = i32x4.extend_low_i16x8_s(e);
  const e1 = i32x4.extend_high_i16x8_s(e);
  const half: v128 = i32x4.splat(HALF);
  const redOfV: v128 = i32x4.splat(RED_OF_V);
  const greenOfU: v128 = i32x4.splat(GREEN_OF_U);
  const greenOfV: v128 = i32x4.splat(GREEN_OF_V);
  const blueOfU: v128 = i32x4.splat(BLUE_OF_U);
  const light: v128 = v128.load(y);
  const reds = channel(light, i32x4.add(half, i32x4.mul(e0, redOfV)), i32x4.add(half, i32x4.mul(e1, redOfV)));
  const greens = channel(
    light,
    i32x4.sub(half, i32x4.add(i32x4.mul(d0, greenOfU), i32x4.mul(e0, greenOfV))),
    i32x4.sub(half, i32x4.add(i32x4.mul(d1, greenOfU), i32x4.mul(e1, greenOfV))),
  );
  const blues = channel(light, i32x4.add(half, i32x4.mul(d0, blueOfU)), i32x4.add(half, i32x4.mul(d1, blueOfU)));
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

/** One colour of 16 pixels: their luma, and what the chroma of two pixels each adds, in 65,536ths. */
function channel(light: v128, chroma0: v128, chroma1: v128): v128 {
  const low = i16x8.extend_low_i8x16_u(light);
  const high = i16x8.extend_high_i8x16_u(light);
  const p0 = i32x4.add(i32x4.shl(i32x4.extend_low_i16x8_u(low), 16), i32x4.shuffle(chroma0, chroma0, 0, 0, 1, 1));
  const p1 = i32x4.add(i32x4.shl(i32x4.extend_high_i16x8_u(low), 16), i32x4.shuffle(chroma0, chroma0, 2, 2, 3, 3));
  const p2 = i32x4.add(i32x4.shl(i32x4.extend_low_i16x8_u(high), 16), i32x4.shuffle(chroma1, chroma1, 0, 0, 1, 1));
  const p3 = i32x4.add(i32x4.shl(i32x4.extend_high_i16x8_u(high), 16), i32x4.shuffle(chroma1, chroma1, 2, 2, 3, 3));
  const q0 = i16x8.narrow_i32x4_s(i32x4.shr_s(p0, 16), i32x4.shr_s(p1, 16));
  const q1 = i16x8.narrow_i32x4_s(i32x4.shr_s(p2, 16), i32x4.shr_s(p3, 16));
  return i8x16.narrow_i16x8_u(q0, q1);
}
