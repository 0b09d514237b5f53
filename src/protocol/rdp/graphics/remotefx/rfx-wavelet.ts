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
    joinRow(tile, lowAt, highAt, half, y * side);
  }
  joinRows(tile, at, half);
}

/** A row of samples in `scratch`, from its lows and highs. */
function joinRow(tile: Int32Array, lowAt: number, highAt: number, half: number, to: number): void {
  let now = tile[lowAt]! - ((2 * tile[highAt]! + 1) >> 1);
  for (let n = 0; n < half; n++) {
    const here = tile[highAt + n]!;
    const next = n + 1 < half ? tile[lowAt + n + 1]! - ((here + tile[highAt + n + 1]! + 1) >> 1) : now;
    scratch[to + 2 * n] = now;
    scratch[to + 2 * n + 1] = 2 * here + ((now + next) >> 1);
    now = next;
  }
}

/** All columns at once, row by row, from where {@link joinRow} has put them. */
function joinRows(tile: Int32Array, at: number, half: number): void {
  const side = 2 * half;
  const highs = half * side;
  for (let n = 0; n < half; n++) {
    const here = highs + n * side;
    const above = highs + Math.max(0, n - 1) * side;
    const low = n * side;
    const to = at + 2 * n * side;
    for (let x = 0; x < side; x++) tile[to + x] = scratch[low + x]! - ((scratch[above + x]! + scratch[here + x]! + 1) >> 1);
  }
  for (let n = 0; n < half; n++) {
    const here = highs + n * side;
    const to = at + 2 * n * side;
    const next = n + 1 < half ? to + 2 * side : to;
    for (let x = 0; x < side; x++) tile[to + side + x] = 2 * scratch[here + x]! + ((tile[to + x]! + tile[next + x]!) >> 1);
  }
}
