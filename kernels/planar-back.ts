/* An RDP6_BITMAP_STREAM ([MS-RDPEGDI] 2.2.2.5.1) back to pixels, as `PlanarDecoder` does. */

const ROW_BYTES: usize = 64;
const PLANE_BYTES: usize = 64 * ROW_BYTES;

/**
 * Decodes a run-length encoded bitmap of at most 64×64 pixels to RGBA at `out`, rows of 64 pixels from the top.
 * @param data its planes, without the header; up to 16 bytes behind them are read and mean nothing
 * @param hasAlpha the first plane is alpha, which is read over
 * @param work room for three planes of 64×64 bytes and 16 more
 * @returns false for data that end too soon, or a segment that leaves its scanline
 */
export function planarTileBack(data: usize, length: u32, width: u32, height: u32, hasAlpha: bool, work: usize, out: usize): bool {
  const end: usize = data + length;
  let at: usize = data;
  if (hasAlpha) {
    at = codedPlane(at, end, width, height, work);
    if (at == 0) return false;
  }
  for (let plane: usize = 0; plane < 3; plane++) {
    at = codedPlane(at, end, width, height, work + plane * PLANE_BYTES);
    if (at == 0) return false;
  }
  // Scanlines come bottom up. Each is left decoded in its plane, for the next one.
  let to: usize = out + (height - 1) * (ROW_BYTES << 2);
  for (let row: usize = 0; row < <usize>height; row++, to -= ROW_BYTES << 2) {
    const isFirst = row == 0;
    for (let x: usize = 0; x < <usize>width; x += 16) {
      const place: usize = work + row * ROW_BYTES + x;
      const red = decoded(place, isFirst);
      const green = decoded(place + PLANE_BYTES, isFirst);
      const blue = decoded(place + 2 * PLANE_BYTES, isFirst);
      const opaque = i8x16.splat(-1);
      const redGreen0 = i8x16.shuffle(red, green, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const redGreen1 = i8x16.shuffle(red, green, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const blueAlpha0 = i8x16.shuffle(blue, opaque, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const blueAlpha1 = i8x16.shuffle(blue, opaque, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const pixel: usize = to + (x << 2);
      v128.store(pixel, i16x8.shuffle(redGreen0, blueAlpha0, 0, 8, 1, 9, 2, 10, 3, 11), 0);
      v128.store(pixel, i16x8.shuffle(redGreen0, blueAlpha0, 4, 12, 5, 13, 6, 14, 7, 15), 16);
      v128.store(pixel, i16x8.shuffle(redGreen1, blueAlpha1, 0, 8, 1, 9, 2, 10, 3, 11), 32);
      v128.store(pixel, i16x8.shuffle(redGreen1, blueAlpha1, 4, 12, 5, 13, 6, 14, 7, 15), 48);
    }
  }
  return true;
}

/** Sixteen values of a scanline, which are differences to the one before: an odd byte is a negative one. */
function decoded(place: usize, isFirst: bool): v128 {
  const coded = v128.load(place);
  if (isFirst) return coded;
  const delta = v128.xor(i8x16.shr_u(coded, 1), i8x16.neg(v128.and(coded, i8x16.splat(1))));
  const value = i8x16.add(delta, v128.load(place - ROW_BYTES));
  v128.store(place, value);
  return value;
}

/**
 * Writes the bytes of one plane as they are coded: a run repeats the byte before it, or 0 where a scanline begins with one.
 * @returns where the plane ends, or 0 for data that are wrong
 */
function codedPlane(start: usize, end: usize, width: u32, height: u32, plane: usize): usize {
  let at: usize = start;
  for (let row: usize = 0; row < <usize>height; row++) {
    let to: usize = plane + row * ROW_BYTES;
    const stop: usize = to + width;
    let value: u32 = 0;
    while (to < stop) {
      if (at >= end) return 0;
      const control: u32 = load<u8>(at++);
      let run: usize = control & 15;
      let raw: usize = control >>> 4;
      if (run == 1) {
        run = raw + 16;
        raw = 0;
      } else if (run == 2) {
        run = raw + 32;
        raw = 0;
      }
      if (to + raw + run > stop || at + raw > end) return 0;
      if (raw > 0) {
        // Sixteen at a time: what is too much is written over by what follows.
        v128.store(to, v128.load(at));
        at += raw;
        to += raw;
        value = load<u8>(at - 1);
      }
      const fill = i8x16.splat(<i8>value);
      for (let i: usize = 0; i < run; i += 16) v128.store(to + i, fill);
      to += run;
    }
  }
  return at;
}
