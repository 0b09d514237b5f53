/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import type { Rect } from '../../geometry.ts';
import type { FrameWords } from '../pixel-words.ts';

/** The colour (0xRRGGBB) of an area that has one, or undefined. The area lies inside the frame. */
export function oneColour({ words, stride, kernels }: FrameWords, area: Rect): number | undefined {
  const { x, y, width, height } = area;
  const colour = words[y * stride + x]! & 0xff_ffff;
  // Seldom used code is slow in JavaScript: a screen of one colour would take 15 ms.
  if (kernels !== undefined) return kernels.isOneColour(area) ? colour : undefined;
  for (let row = y; row < y + height; row += 1) {
    let at = row * stride + x;
    for (const end = at + width; at < end; at += 1) if ((words[at]! & 0xff_ffff) !== colour) return undefined;
  }
  return colour;
}

/** The same area in fewer rectangles, where neighbours share a whole side. */
export function merged(rects: readonly Rect[]): Rect[] {
  const rows = joinNeighbours(
    [...rects].sort((one, other) => one.y - other.y || one.x - other.x),
    (one, next) => one.y === next.y && one.height === next.height && one.x + one.width === next.x,
    (one, next) => ({ ...one, width: one.width + next.width }),
  );
  return joinNeighbours(
    rows.sort((one, other) => one.x - other.x || one.y - other.y),
    (one, next) => one.x === next.x && one.width === next.width && one.y + one.height === next.y,
    (one, next) => ({ ...one, height: one.height + next.height }),
  );
}

function joinNeighbours(
  rects: readonly Rect[],
  touches: (one: Rect, next: Rect) => boolean,
  join: (one: Rect, next: Rect) => Rect,
): Rect[] {
  const joined: Rect[] = [];
  for (const rect of rects) {
    const last = joined.at(-1);
    if (last !== undefined && touches(last, rect)) joined[joined.length - 1] = join(last, rect);
    else joined.push(rect);
  }
  return joined;
}
