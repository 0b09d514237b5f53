/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import type { ScreenCopy } from '../../pdu/drawing-orders.ts';
import type { Rect, Size } from '../../geometry.ts';
import type { FrameWords } from '../pixel-words.ts';
import { changedBox, isChanged } from './changed-box.ts';
import { movedParts } from './moved-parts.ts';

/** Rows are recognised by these parts of them, spread over the changed box. */
const PROBES = 4;
const PROBE_WIDTH = 32;
/** Rows that must agree on how far the picture has moved. */
const MIN_VOTES = 12;

/** Of what a shift may have moved, so much must be seen to have, for no other to be looked for. */
const ENOUGH = 0.75;

/** Of a copy with fewer pixels than this it is looked whether it changes anything: blank rows are the same wherever they are. */
const DOUBTED_PIXELS = 16_384;

/** What has scrolled by `dy` rows (down: > 0; 0: nothing has), and the copies that do it. */
export interface Scroll {
  readonly dy: number;
  readonly copies: readonly ScreenCopy[];
}

/**
 * Finds what has scrolled up or down between two pictures inside `damage`. Made in order on `previous`, the copies leave every pixel that
 * they write as it is in `now`; what else has changed is not theirs.
 * @param likely by how many rows it scrolled before: what scrolls goes on so, mostly, and is recognised sooner then
 */
export function detectScroll(now: FrameWords, previous: Int32Array, size: Size, damage: readonly Rect[], likely = 0): Scroll {
  const box = changedBox(now, previous, size, damage);
  if (box === undefined) return { dy: likely, copies: [] };
  const again = likely === 0 ? undefined : scrolledBy(now, previous, size, box, likely);
  if (again !== undefined && again.share >= ENOUGH) return again;
  const dy = commonShift(now, previous, size, box);
  if (dy === 0) return { dy, copies: [] };
  return dy === likely && again !== undefined ? again : scrolledBy(now, previous, size, box, dy);
}

/** `share`: of what lies in the box before and after. */
function scrolledBy(now: FrameWords, previous: Int32Array, size: Size, box: Rect, dy: number): Scroll & { readonly share: number } {
  const area = { ...box, y: Math.max(box.y, box.y + dy), height: box.height - Math.abs(dy) };
  if (area.height <= 0) return { dy, copies: [], share: 0 };
  const copies = movedParts(now, previous, size, area, { dx: 0, dy }).filter(
    (copy) => copy.width * copy.height >= DOUBTED_PIXELS || isChanged(now, previous, size, copy),
  );
  const pixels = copies.reduce((sum, { width, height }) => sum + width * height, 0);
  return { dy, copies, share: pixels / (area.width * area.height) };
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
