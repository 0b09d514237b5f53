/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import type { ScreenCopy } from '../../pdu/drawing-orders.ts';
import type { Rect, Size } from '../../geometry.ts';
import type { FrameWords } from '../pixel-words.ts';
import { rowsEqual } from '../tiles/row-compare.ts';

/** A change smaller than this is quicker sent than looked into. Pixels. */
const MIN_BOX_WIDTH = 64;
const MIN_BOX_HEIGHT = 48;
/** Of the changed rows one in so many is looked at: what is missed at the edges is sent like any change. */
const LOOK_EVERY_ROWS = 4;
/** Rows are recognised by these parts of them, spread over the changed box. */
const PROBES = 4;
const PROBE_WIDTH = 32;
/** Rows that must agree on how far the picture has moved. */
const MIN_VOTES = 12;
/** Columns, on the grid of the tiles, in which moved rows are looked for each on its own: windows have borders and scroll bars. */
const STRIP_WIDTH = 64;
/** Fewer rows are not worth a copy. */
const MIN_COPY_ROWS = 16;
const MAX_COPIES = 256;

/**
 * Finds what has scrolled up or down between two pictures inside `damage`. Made in order on `previous`, the copies leave every pixel that
 * they write as it is in `now`; what else has changed is not theirs.
 */
export function detectScroll(now: FrameWords, previous: Int32Array, size: Size, damage: readonly Rect[]): ScreenCopy[] {
  const box = changedBox(now, previous, size, damage);
  if (box === undefined || box.width < MIN_BOX_WIDTH || box.height < MIN_BOX_HEIGHT) return [];
  const shift = commonShift(now, previous, size, box);
  return shift === 0 ? [] : copiesFor(now, previous, size, box, shift);
}

/** A rectangle that holds about every changed pixel: some rows are looked at, and its sides lie on the grid of four that bitmaps have. */
function changedBox(now: FrameWords, previous: Int32Array, size: Size, damage: readonly Rect[]): Rect | undefined {
  const seen = now.kernels === undefined ? seenChanged(now, previous, size, damage) : now.kernels.changedBox(damage, LOOK_EVERY_ROWS);
  if (seen === undefined) return undefined;
  const left = seen.x & ~3;
  const right = Math.min(size.width, (seen.x + seen.width + 3) & ~3);
  const top = Math.max(0, seen.y - LOOK_EVERY_ROWS + 1);
  const bottom = Math.min(size.height, seen.y + seen.height + LOOK_EVERY_ROWS - 1);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function seenChanged(
  { words, stride }: FrameWords,
  previous: Int32Array,
  { width, height }: Size,
  damage: readonly Rect[],
): Rect | undefined {
  let left = width;
  let right = 0;
  let top = height;
  let bottom = 0;
  for (const rect of damage) {
    const x0 = Math.max(0, rect.x);
    const x1 = Math.min(width, rect.x + rect.width);
    const y1 = Math.min(height, rect.y + rect.height);
    if (x0 >= x1) continue;
    for (let y = Math.max(0, rect.y); y < y1; y += LOOK_EVERY_ROWS) {
      const a = y * stride;
      const b = y * width;
      if (rowsEqual(words, a + x0, previous, b + x0, x1 - x0)) continue;
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
      for (let x = x0; x < Math.min(x1, left); x++) if (((words[a + x]! ^ previous[b + x]!) & 0xff_ffff) !== 0) left = x;
      for (let x = x1 - 1; x >= Math.max(x0, right); x--) if (((words[a + x]! ^ previous[b + x]!) & 0xff_ffff) !== 0) right = x + 1;
    }
  }
  return right <= left || bottom <= top ? undefined : { x: left, y: top, width: right - left, height: bottom - top };
}

/** By how many rows most of the recognisable rows have moved (down: > 0); 0 when they do not agree. */
function commonShift({ words, stride, kernels }: FrameWords, previous: Int32Array, { width }: Size, box: Rect): number {
  if (kernels !== undefined) return kernels.commonShift(box, MIN_VOTES);
  const votes = new Int32Array(2 * box.height);
  const probeWidth = Math.min(PROBE_WIDTH, box.width);
  for (let probe = 0; probe < PROBES; probe++) {
    const x = box.x + Math.floor(((box.width - probeWidth) * probe) / (PROBES - 1));
    // A row that is there twice (blank, mostly) says nothing.
    const before = new Map<number, number>();
    for (let y = 0; y < box.height; y++) {
      const hash = rowHash(previous, (box.y + y) * width + x, probeWidth);
      before.set(hash, before.has(hash) ? -1 : y);
    }
    for (let y = 0; y < box.height; y++) {
      const from = before.get(rowHash(words, (box.y + y) * stride + x, probeWidth));
      if (from !== undefined && from >= 0) votes[box.height + y - from]!++;
    }
  }
  let best = box.height;
  for (let at = 0; at < votes.length; at++) if (at !== box.height && (best === box.height || votes[at]! > votes[best]!)) best = at;
  return votes[best]! >= MIN_VOTES ? best - box.height : 0;
}

function rowHash(words: Int32Array, at: number, count: number): number {
  let hash = 0;
  for (const stop = at + count; at < stop; at++) hash = Math.imul(hash ^ (words[at]! & 0xff_ffff), 0x9e37_79b1) ^ (hash >>> 15);
  return hash;
}

/** Runs of rows that are `shift` rows further up in `previous`, in an order in which no copy writes what a later one reads. */
function copiesFor(now: FrameWords, previous: Int32Array, size: Size, box: Rect, shift: number): ScreenCopy[] {
  const copies: ScreenCopy[] = [];
  const end = box.y + box.height;
  const first = Math.max(box.y, box.y + shift);
  const last = Math.min(end, end + shift);
  const right = box.x + box.width;
  for (let x = box.x, next = 0; x < right; x = next) {
    next = Math.min(right, (Math.floor(x / STRIP_WIDTH) + 1) * STRIP_WIDTH);
    const strip = { x, y: first, width: next - x, height: last - first };
    const moved =
      now.kernels === undefined ? movedRuns(now, previous, size, strip, shift) : now.kernels.movedRuns(strip, shift, MIN_COPY_ROWS);
    const runs: ScreenCopy[] = moved.map((run) => ({ x, ...run, width: strip.width, fromX: x, fromY: run.y - shift }));
    if (shift > 0) runs.reverse();
    for (const run of runs) {
      const beside = copies.findIndex((copy) => copy.y === run.y && copy.height === run.height && copy.x + copy.width === run.x);
      const neighbour = copies[beside];
      if (neighbour !== undefined && runs.length === 1) copies[beside] = { ...neighbour, width: neighbour.width + run.width };
      else if (copies.length < MAX_COPIES) copies.push(run);
    }
  }
  return copies;
}

/** Runs of rows of the strip that are `shift` rows further up in `previous`. */
function movedRuns(
  { words, stride }: FrameWords,
  previous: Int32Array,
  { width }: Size,
  strip: Rect,
  shift: number,
): { readonly y: number; readonly height: number }[] {
  const runs = [];
  const last = strip.y + strip.height;
  let start = strip.y;
  for (let y = start; y <= last; y++) {
    if (y < last && rowsEqual(words, y * stride + strip.x, previous, (y - shift) * width + strip.x, strip.width)) continue;
    if (y - start >= MIN_COPY_ROWS) runs.push({ y: start, height: y - start });
    start = y + 1;
  }
  return runs;
}
