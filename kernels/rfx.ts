/*
 * A tile of RemoteFX ([MS-RDPRFX] 3.1.8) up to its coefficients, number for number as `encodeRfxTile` makes them: colours, wavelet, quantisation, and
 * differences of the coarsest band. All in 16 bits: the widest sums stay below 2^15.
 */

const SIDE: u32 = 64;
const PLANE_BYTES: u32 = 64 * 64 * 2;
/** Rows of a wavelet's first direction, the second half of which are high. */
const SPLIT_BYTES: u32 = PLANE_BYTES;

/**
 * Writes three planes of 4,096 numbers of 16 bits (Y, Cb, Cr) at `work`; behind them 32 kB are scratch.
 * @param first the tile's top left pixel, `stride` bytes from row to row; of less than 64×64 pixels the last column and row are repeated
 * @param quants ten 32-bit numbers in the order in which the bands lie: HL1, LH1, HH1, HL2 … HH3, LL3
 */
export function rfxCoefficients(first: usize, stride: u32, width: u32, height: u32, quants: usize, work: usize): void {
  const split: usize = work + 3 * PLANE_BYTES;
  const pixels: usize = split + SPLIT_BYTES;
  if (width == SIDE && height == SIDE) colours(first, stride, work);
  else {
    // One row at a time is repeated to 64 pixels.
    for (let row: u32 = 0; row < SIDE; row++) {
      const from = first + min(row, height - 1) * stride;
      const to = pixels + row * SIDE * 4;
      memory.copy(to, from, width << 2);
      const last = load<u32>(from + ((width - 1) << 2));
      for (let x = width; x < SIDE; x++) store<u32>(to + (x << 2), last);
    }
    colours(pixels, SIDE * 4, work);
  }
  for (let plane: u32 = 0; plane < 3; plane++) {
    const at: usize = work + plane * PLANE_BYTES;
    level(at, 32, split);
    level(at + 3072 * 2, 16, split);
    level(at + 3840 * 2, 8, split);
    quantise(at, quants);
    const coarsest: usize = at + 4032 * 2;
    for (let i: u32 = 63; i > 0; i--) {
      const place = coarsest + (i << 1);
      store<i16>(place, load<i16>(place) - load<i16>(place - 2));
    }
  }
}

function colours(first: usize, stride: u32, work: usize): void {
  const zero: v128 = i8x16.splat(0);
  let at: usize = work;
  let row: usize = first;
  for (let y: u32 = 0; y < SIDE; y++, row += stride) {
    for (let x: u32 = 0; x < SIDE; x += 8, at += 16) {
      const p0: v128 = v128.load(row + (x << 2), 0);
      const p1: v128 = v128.load(row + (x << 2), 16);
      // Pairs of 16 bits: blue and green, red and nothing.
      const bg0: v128 = i8x16.shuffle(p0, zero, 0, 16, 1, 16, 4, 16, 5, 16, 8, 16, 9, 16, 12, 16, 13, 16);
      const bg1: v128 = i8x16.shuffle(p1, zero, 0, 16, 1, 16, 4, 16, 5, 16, 8, 16, 9, 16, 12, 16, 13, 16);
      const r0: v128 = i8x16.shuffle(p0, zero, 2, 16, 16, 16, 6, 16, 16, 16, 10, 16, 16, 16, 14, 16, 16, 16);
      const r1: v128 = i8x16.shuffle(p1, zero, 2, 16, 16, 16, 6, 16, 16, 16, 10, 16, 16, 16, 14, 16, 16, 16);
      const luma = weighed(bg0, bg1, r0, r1, i32x4.splat((19_235 << 16) | 3735), i32x4.splat(9798));
      v128.store(at, i16x8.sub(luma, i16x8.splat(4096)));
      v128.store(at + PLANE_BYTES, weighed(bg0, bg1, r0, r1, i32x4.splat((-10_868 << 16) | 16_403), i32x4.splat(-5535 & 0xffff)));
      v128.store(at + 2 * PLANE_BYTES, weighed(bg0, bg1, r0, r1, i32x4.splat((-13_714 << 16) | (-2663 & 0xffff)), i32x4.splat(16_377)));
    }
  }
}

/** Sums of eight pixels, in 32nds. */
function weighed(bg0: v128, bg1: v128, r0: v128, r1: v128, blueGreen: v128, red: v128): v128 {
  const low = i32x4.add(i32x4.dot_i16x8_s(bg0, blueGreen), i32x4.dot_i16x8_s(r0, red));
  const high = i32x4.add(i32x4.dot_i16x8_s(bg1, blueGreen), i32x4.dot_i16x8_s(r1, red));
  return i16x8.narrow_i32x4_s(i32x4.shr_s(low, 10), i32x4.shr_s(high, 10));
}

/** A square of twice `half` becomes HL, LH, HH and LL, each `half` square. */
function level(square: usize, half: u32, split: usize): void {
  const rowBytes = half << 2;
  const bandBytes = (half * half) << 1;
  const highRows: usize = split + half * rowBytes;
  // From top to bottom, eight columns at a time.
  for (let x: u32 = 0; x < rowBytes; x += 16) {
    let even: v128 = v128.load(square + x);
    let before: v128 = even;
    for (let n: u32 = 0; n < half; n++) {
      const at: usize = square + x + 2 * n * rowBytes;
      const odd: v128 = v128.load(at + rowBytes);
      const next: v128 = n + 1 < half ? v128.load(at + 2 * rowBytes) : even;
      const high: v128 = i16x8.shr_s(i16x8.sub(odd, i16x8.shr_s(i16x8.add(even, next), 1)), 1);
      if (n == 0) before = high;
      v128.store(split + x + n * rowBytes, lowOf(even, before, high));
      v128.store(highRows + x + n * rowBytes, high);
      before = high;
      even = next;
    }
  }
  // From left to right: rows of L become LL and HL, those of H LH and HH.
  for (let y: u32 = 0; y < half; y++) {
    const to: usize = y * half * 2;
    splitRow(split + y * rowBytes, half, square + 3 * bandBytes + to, square + to);
    splitRow(highRows + y * rowBytes, half, square + bandBytes + to, square + 2 * bandBytes + to);
  }
}

function splitRow(row: usize, half: u32, lows: usize, highs: usize): void {
  let before: v128 = i16x8.splat(0);
  for (let n: u32 = 0; n < half; n += 8) {
    const at: usize = row + (n << 2);
    const a: v128 = v128.load(at, 0);
    const b: v128 = v128.load(at, 16);
    const even: v128 = i16x8.shuffle(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
    const odd: v128 = i16x8.shuffle(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
    // The even sample behind the eight; at the end the last one again.
    const behind: v128 = n + 8 < half ? v128.load(at, 32) : i16x8.shuffle(even, even, 7, 7, 7, 7, 7, 7, 7, 7);
    const next: v128 = i16x8.shuffle(even, behind, 1, 2, 3, 4, 5, 6, 7, 8);
    const high: v128 = i16x8.shr_s(i16x8.sub(odd, i16x8.shr_s(i16x8.add(even, next), 1)), 1);
    const last: v128 = n == 0 ? i16x8.shuffle(high, high, 0, 0, 0, 0, 0, 0, 0, 0) : before;
    v128.store(highs + (n << 1), high);
    v128.store(lows + (n << 1), lowOf(even, i16x8.shuffle(last, high, 7, 8, 9, 10, 11, 12, 13, 14), high));
    before = high;
  }
}

function lowOf(even: v128, before: v128, high: v128): v128 {
  return i16x8.add(even, i16x8.shr_s(i16x8.add(i16x8.add(before, high), i16x8.splat(1)), 1));
}

function quantise(plane: usize, quants: usize): void {
  let at: usize = plane;
  for (let band: u32 = 0; band < 10; band++) {
    const shift: i32 = <i32>load<u32>(quants + (band << 2)) - 1;
    const half: i32 = 1 << (shift - 1);
    const halves: v128 = i16x8.splat(<i16>half);
    const count: u32 = band < 3 ? 1024 : band < 6 ? 256 : 64;
    for (const end: usize = at + (count << 1); at < end; at += 16) v128.store(at, i16x8.shr_s(i16x8.add(v128.load(at), halves), shift));
  }
}
