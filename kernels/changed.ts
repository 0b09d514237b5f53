/* What differs between the picture and the one before. Only colour counts, not the fourth byte. */

const TILE_PIXELS: u32 = 64;
/** First row of a tile that has not changed. */
const NOWHERE: u32 = 0xffff_ffff;

/**
 * Compares a row of neighbouring tiles, or parts of them, as `ChangedTiles` does. `now` and `before` are the top left pixel in either picture, `stride`
 * bytes from row to row in both.
 * @param width of all tiles together, in pixels: the first `firstWidth` wide, the others 64, but the last may be narrower
 * @param height of the row of tiles, at most 64
 * @param take what changed is taken over to the picture before
 * @param found a record of four 32-bit numbers a tile: first and last changed row, first and end column on the grid of four; -1 first for none
 */
export function changedTiles(
  now: usize,
  before: usize,
  stride: u32,
  width: u32,
  firstWidth: u32,
  height: u32,
  take: bool,
  found: usize,
): void {
  const tiles: u32 = (width + 2 * TILE_PIXELS - 1 - firstWidth) / TILE_PIXELS;
  for (let tile: u32 = 0; tile < tiles; tile++) store<u32>(found + (tile << 4), NOWHERE);
  // Row by row as they lie in memory: that is quicker than tile by tile. A tile that is known to have changed is not looked at again.
  let unknown: u32 = tiles;
  let offset: usize = 0;
  for (let y: u32 = 0; y < height && unknown > 0; y++, offset += stride) {
    let end: u32 = firstWidth;
    for (let tile: u32 = 0, x: u32 = 0; tile < tiles; tile++, x = end, end += TILE_PIXELS) {
      if (load<u32>(found + (tile << 4)) != NOWHERE) continue;
      const at = offset + (x << 2);
      if (sameRow(now + at, before + at, min(end, width) - x)) continue;
      store<u32>(found + (tile << 4), y);
      unknown--;
    }
  }
  let end: u32 = firstWidth;
  for (let tile: u32 = 0, x: u32 = 0; tile < tiles; tile++, x = end, end += TILE_PIXELS) {
    const record = found + (tile << 4);
    const first = load<u32>(record);
    if (first == NOWHERE) continue;
    const pixels = min(end, width) - x;
    const at = x << 2;
    let last = height - 1;
    while (last > first && sameRow(now + at + last * stride, before + at + last * stride, pixels)) last--;
    store<u32>(record, last, 4);
    const offset: usize = at + first * stride;
    if (take) takeTile(now + offset, before + offset, stride, pixels, last - first + 1, record);
    else changedColumns(now + offset, before + offset, stride, pixels, last - first + 1, record);
  }
}

/** Copies the rows of a tile, and writes which columns of them differed, in steps of four pixels. */
function takeTile(now: usize, before: usize, stride: u32, pixels: u32, rows: u32, record: usize): void {
  const mask = i32x4.splat(0xff_ffff);
  const whole: u32 = pixels & ~3;
  let from: u32 = pixels;
  let to: u32 = 0;
  for (let x: u32 = 0; x < whole; x += 4) {
    let difference = i32x4.splat(0);
    let offset: usize = x << 2;
    for (let y: u32 = 0; y < rows; y++, offset += stride) {
      const pixel = v128.load(now + offset);
      difference = v128.or(difference, v128.xor(pixel, v128.load(before + offset)));
      v128.store(before + offset, pixel);
    }
    if (v128.any_true(v128.and(difference, mask))) {
      if (from == pixels) from = x;
      to = x + 4;
    }
  }
  if (whole < pixels) {
    let difference: u32 = 0;
    let offset: usize = 0;
    for (let y: u32 = 0; y < rows; y++, offset += stride) {
      for (let x: u32 = whole; x < pixels; x++) {
        const at = offset + (x << 2);
        const pixel = load<u32>(now + at);
        difference |= pixel ^ load<u32>(before + at);
        store<u32>(before + at, pixel);
      }
    }
    if ((difference & 0xff_ffff) != 0) {
      if (from == pixels) from = whole;
      to = pixels;
    }
  }
  store<u32>(record, from, 8);
  store<u32>(record, to, 12);
}

/** Writes which columns of the rows of a tile differ, one at least, in steps of four pixels. */
function changedColumns(now: usize, before: usize, stride: u32, pixels: u32, rows: u32, record: usize): void {
  const last: u32 = (pixels - 1) & ~3;
  let from: u32 = 0;
  while (from < last && sameColumns(now + (from << 2), before + (from << 2), stride, min(4, pixels - from), rows)) from += 4;
  let to: u32 = last;
  while (to > from && sameColumns(now + (to << 2), before + (to << 2), stride, min(4, pixels - to), rows)) to -= 4;
  store<u32>(record, from, 8);
  store<u32>(record, min(to + 4, pixels), 12);
}

/** Whether at most four columns have the same colours. */
function sameColumns(now: usize, before: usize, stride: u32, columns: u32, rows: u32): bool {
  if (columns < 4) {
    for (let y: u32 = 0; y < rows; y++, now += stride, before += stride) if (!sameRow(now, before, columns)) return false;
    return true;
  }
  const mask = i32x4.splat(0xff_ffff);
  for (let y: u32 = 0; y < rows; y++, now += stride, before += stride) {
    if (v128.any_true(v128.and(v128.xor(v128.load(now), v128.load(before)), mask))) return false;
  }
  return true;
}

/** Whether `pixels` have the same colour. */
export function sameRow(now: usize, before: usize, pixels: u32): bool {
  const mask = i32x4.splat(0xff_ffff);
  let i: usize = 0;
  const bytes: usize = pixels << 2;
  for (; i + 64 <= bytes; i += 64) {
    const d0 = v128.xor(v128.load(now + i, 0), v128.load(before + i, 0));
    const d1 = v128.xor(v128.load(now + i, 16), v128.load(before + i, 16));
    const d2 = v128.xor(v128.load(now + i, 32), v128.load(before + i, 32));
    const d3 = v128.xor(v128.load(now + i, 48), v128.load(before + i, 48));
    if (v128.any_true(v128.and(v128.or(v128.or(d0, d1), v128.or(d2, d3)), mask))) return false;
  }
  for (; i < bytes; i += 4) if (((load<u32>(now + i) ^ load<u32>(before + i)) & 0xff_ffff) != 0) return false;
  return true;
}
