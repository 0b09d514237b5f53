/* What `src/protocol/rdp/graphics/scroll/scroll-detector.ts` looks for, found alike: what its functions of the same names say. */
import { sameRow } from './changed';

const PROBES: u32 = 4;
const PROBE_WIDTH: u32 = 32;
const STRIP_WIDTH: u32 = 64;
/** In the table of hashes: 0 for none, else a row's number and one, or this for a hash that several rows have. */
const TWICE: u32 = 0xffff_ffff;

/**
 * Widens a box by what differs in every fourth row of a rectangle. Columns `x0` to `x1` and rows `y0` to `y1` of pictures at `now` and `before`.
 * @param box a record of left, end of the columns, top, end of the rows
 */
export function changedBox(now: usize, before: usize, stride: u32, x0: u32, x1: u32, y0: u32, y1: u32, every: u32, box: usize): void {
  let left = load<u32>(box, 0);
  let right = load<u32>(box, 4);
  let top = load<u32>(box, 8);
  let bottom = load<u32>(box, 12);
  for (let y = y0; y < y1; y += every) {
    const a: usize = now + y * stride;
    const b: usize = before + y * stride;
    if (sameRow(a + (x0 << 2), b + (x0 << 2), x1 - x0)) continue;
    top = min(top, y);
    bottom = max(bottom, y + 1);
    let x = x0;
    while (x + 16 <= left && x + 16 <= x1 && sameRow(a + (x << 2), b + (x << 2), 16)) x += 16;
    for (; x < min(x1, left); x++) if (differ(a, b, x)) left = x;
    let end = x1;
    while (end >= right + 16 && end >= x0 + 16 && sameRow(a + ((end - 16) << 2), b + ((end - 16) << 2), 16)) end -= 16;
    for (; end > max(x0, right); end--) if (differ(a, b, end - 1)) right = end;
  }
  store<u32>(box, left, 0);
  store<u32>(box, right, 4);
  store<u32>(box, top, 8);
  store<u32>(box, bottom, 12);
}

function differ(now: usize, before: usize, x: u32): bool {
  return ((load<u32>(now + (x << 2)) ^ load<u32>(before + (x << 2))) & 0xff_ffff) != 0;
}

/**
 * By how many rows most of the recognisable rows of a box have moved; `now` and `before` are its top left pixel in either picture.
 * @param table of `places` (a power of two, more than rows) times eight bytes; behind it votes, eight bytes a row, and hashes, four a row
 */
export function commonShift(
  now: usize,
  before: usize,
  stride: u32,
  width: u32,
  height: u32,
  minVotes: u32,
  table: usize,
  places: u32,
): i32 {
  const votes: usize = table + (places << 3);
  const hashes: usize = votes + (height << 3);
  const mask = places - 1;
  memory.fill(votes, 0, height << 3);
  const probeWidth = min(PROBE_WIDTH, width);
  for (let probe: u32 = 0; probe < PROBES; probe++) {
    const x: usize = (((width - probeWidth) * probe) / (PROBES - 1)) << 2;
    memory.fill(table, 0, places << 3);
    rowHashes(before + x, stride, probeWidth, height, hashes);
    for (let y: u32 = 0; y < height; y++) {
      const hash = load<u32>(hashes + (y << 2));
      const place = find(table, mask, hash);
      if (load<u32>(place, 4) == 0) {
        store<u32>(place, hash, 0);
        store<u32>(place, y + 1, 4);
      } else store<u32>(place, TWICE, 4);
    }
    rowHashes(now + x, stride, probeWidth, height, hashes);
    for (let y: u32 = 0; y < height; y++) {
      const from = load<u32>(find(table, mask, load<u32>(hashes + (y << 2))), 4);
      if (from == 0 || from == TWICE) continue;
      const vote: usize = votes + ((height + y - (from - 1)) << 2);
      store<u32>(vote, load<u32>(vote) + 1);
    }
  }
  let best = height;
  let most: u32 = 0;
  for (let at: u32 = 0; at < 2 * height; at++) {
    const count = load<u32>(votes + (at << 2));
    if (at == height || count <= most) continue;
    best = at;
    most = count;
  }
  return most >= minVotes ? <i32>best - <i32>height : 0;
}

/** Where the hash is in the table, or would be. */
function find(table: usize, mask: u32, hash: u32): usize {
  let at = (hash ^ (hash >>> 15)) & mask;
  let place: usize = table + (at << 3);
  while (load<u32>(place, 4) != 0 && load<u32>(place, 0) != hash) {
    at = (at + 1) & mask;
    place = table + (at << 3);
  }
  return place;
}

/** Hashes of `count` pixels of each row. Four rows at a time, because each step of one waits for the step before. */
function rowHashes(first: usize, stride: u32, count: u32, rows: u32, out: usize): void {
  let y: u32 = 0;
  for (; y + 4 <= rows; y += 4) {
    let at0: usize = first + y * stride;
    let at1: usize = at0 + stride;
    let at2: usize = at1 + stride;
    let at3: usize = at2 + stride;
    let hash0: u32 = 0;
    let hash1: u32 = 0;
    let hash2: u32 = 0;
    let hash3: u32 = 0;
    for (const end: usize = at0 + (count << 2); at0 < end; at0 += 4) {
      hash0 = step(hash0, load<u32>(at0));
      hash1 = step(hash1, load<u32>(at1));
      hash2 = step(hash2, load<u32>(at2));
      hash3 = step(hash3, load<u32>(at3));
      at1 += 4;
      at2 += 4;
      at3 += 4;
    }
    store<u32>(out + (y << 2), hash0, 0);
    store<u32>(out + (y << 2), hash1, 4);
    store<u32>(out + (y << 2), hash2, 8);
    store<u32>(out + (y << 2), hash3, 12);
  }
  for (; y < rows; y++) {
    let at: usize = first + y * stride;
    let hash: u32 = 0;
    for (const end: usize = at + (count << 2); at < end; at += 4) hash = step(hash, load<u32>(at));
    store<u32>(out + (y << 2), hash);
  }
}

function step(hash: u32, pixel: u32): u32 {
  return ((hash ^ (pixel & 0xff_ffff)) * 0x9e37_79b1) ^ (hash >>> 15);
}

/**
 * Runs of at least `least` rows that are the same in two pictures, each strip of columns by itself: the first one `firstWidth` wide, the others 64.
 * @param starts room for a number a strip
 * @param found a record of three numbers a run: its strip, its first row, and how many
 * @returns how many runs
 */
export function equalRuns(
  now: usize,
  before: usize,
  stride: u32,
  width: u32,
  firstWidth: u32,
  rows: u32,
  least: u32,
  starts: usize,
  found: usize,
): u32 {
  const strips: u32 = (width + 2 * STRIP_WIDTH - 1 - firstWidth) / STRIP_WIDTH;
  memory.fill(starts, 0, strips << 2);
  let record: usize = found;
  for (let y: u32 = 0; y <= rows; y++, now += stride, before += stride) {
    // Most rows are the same from end to end, or nowhere.
    if (y < rows && sameRow(now, before, width)) continue;
    let end: u32 = firstWidth;
    for (let x: u32 = 0, strip: u32 = 0; x < width; x = end, end += STRIP_WIDTH, strip++) {
      const at: usize = x << 2;
      if (y < rows && sameRow(now + at, before + at, min(end, width) - x)) continue;
      const place: usize = starts + (strip << 2);
      const start = load<u32>(place);
      if (y - start >= least) {
        store<u32>(record, strip, 0);
        store<u32>(record, start, 4);
        store<u32>(record, y - start, 8);
        record += 12;
      }
      store<u32>(place, y + 1);
    }
  }
  return <u32>((record - found) / 12);
}
