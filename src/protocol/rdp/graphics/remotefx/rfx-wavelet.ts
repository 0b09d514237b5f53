/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop; a check a coefficient would cost a frame */
/* The wavelet of RemoteFX ([MS-RDPRFX] 3.1.8.1.4): 5/3, three levels, in place. */

/** One row or column at a time. */
const even = new Int32Array(33);
const high = new Int32Array(32);
const scratch = new Int32Array(64 * 64);

/** 64×64 samples, row by row, become coefficients in bands. */
export function forwardWavelet(tile: Int32Array): void {
  forwardLevel(tile, 0, 32);
  forwardLevel(tile, 3072, 16);
  forwardLevel(tile, 3840, 8);
}

/** The samples of coefficients, as near as what was kept of them. */
export function inverseWavelet(tile: Int32Array): void {
  inverseLevel(tile, 3840, 8);
  inverseLevel(tile, 3072, 16);
  inverseLevel(tile, 0, 32);
}

/** A square of twice `half` at `at` becomes HL, LH, HH and LL, each `half` square. */
function forwardLevel(tile: Int32Array, at: number, half: number): void {
  const side = 2 * half;
  const area = half * half;
  for (let x = 0; x < side; x++) {
    split(tile, at + x, side, half);
    for (let n = 0; n < half; n++) {
      scratch[n * side + x] = low(n);
      scratch[(half + n) * side + x] = high[n]!;
    }
  }
  for (let y = 0; y < side; y++) {
    split(scratch, y * side, 1, half);
    const upper = y < half;
    const lowAt = at + (upper ? 3 * area + y * half : area + (y - half) * half);
    const highAt = at + (upper ? y * half : 2 * area + (y - half) * half);
    for (let n = 0; n < half; n++) {
      tile[lowAt + n] = low(n);
      tile[highAt + n] = high[n]!;
    }
  }
}

/** Every second sample, and what the others differ by from the mean of those beside them, halved. */
function split(from: Int32Array, at: number, step: number, half: number): void {
  for (let n = 0; n < half; n++) even[n] = from[at + 2 * n * step]!;
  even[half] = even[half - 1]!;
  for (let n = 0; n < half; n++) high[n] = (from[at + (2 * n + 1) * step]! - ((even[n]! + even[n + 1]!) >> 1)) >> 1;
}

function low(n: number): number {
  return even[n]! + ((high[n === 0 ? 0 : n - 1]! + high[n]! + 1) >> 1);
}

function inverseLevel(tile: Int32Array, at: number, half: number): void {
  const side = 2 * half;
  const area = half * half;
  for (let y = 0; y < side; y++) {
    const upper = y < half;
    const lowAt = at + (upper ? 3 * area + y * half : area + (y - half) * half);
    const highAt = at + (upper ? y * half : 2 * area + (y - half) * half);
    join(tile, lowAt, tile, highAt, 1, half, scratch, y * side, 1);
  }
  for (let x = 0; x < side; x++) join(scratch, x, scratch, half * side + x, side, half, tile, at + x, side);
}

function join(
  lows: Int32Array,
  lowAt: number,
  highs: Int32Array,
  highAt: number,
  step: number,
  half: number,
  to: Int32Array,
  toAt: number,
  toStep: number,
): void {
  for (let n = 0; n < half; n++) high[n] = highs[highAt + n * step]!;
  for (let n = 0; n < half; n++) even[n] = lows[lowAt + n * step]! - ((high[n === 0 ? 0 : n - 1]! + high[n]! + 1) >> 1);
  even[half] = even[half - 1]!;
  for (let n = 0; n < half; n++) {
    to[toAt + 2 * n * toStep] = even[n]!;
    to[toAt + (2 * n + 1) * toStep] = 2 * high[n]! + ((even[n]! + even[n + 1]!) >> 1);
  }
}
