import type { Rect } from '../../geometry.ts';
import type { ScreenCopy } from '../../pdu/drawing-orders.ts';
import { clipToSurface } from '../surface.ts';

/** What is left of `rects` outside of `holes`. */
export function without(rects: readonly Rect[], holes: readonly Rect[]): Rect[] {
  let left = [...rects];
  for (const hole of holes) left = left.flatMap((rect) => outside(rect, hole));
  return left;
}

function outside(rect: Rect, hole: Rect): Rect[] {
  const common = intersection(rect, hole);
  if (common === undefined) return [rect];
  const { x, y, width, height } = rect;
  const bottom = common.y + common.height;
  const right = common.x + common.width;
  return [
    { x, y, width, height: common.y - y },
    { x, y: bottom, width, height: y + height - bottom },
    { x, y: common.y, width: common.x - x, height: common.height },
    { x: right, y: common.y, width: x + width - right, height: common.height },
  ].filter((part) => part.width > 0 && part.height > 0);
}

/** Where copies, made in this order, put what they have read from `sources`, and what others have put there. */
export function copiedFrom(copies: readonly ScreenCopy[], sources: readonly Rect[]): Rect[] {
  const copied: Rect[] = [];
  for (const { x, y, width, height, fromX, fromY } of copies) {
    for (const source of [...sources, ...copied]) {
      const read = intersection({ x: fromX, y: fromY, width, height }, source);
      if (read !== undefined) copied.push({ ...read, x: read.x + x - fromX, y: read.y + y - fromY });
    }
  }
  return copied;
}

/** The least rectangle that holds both. */
export function around(one: Rect, other: Rect): Rect {
  const x = Math.min(one.x, other.x);
  const y = Math.min(one.y, other.y);
  const right = Math.max(one.x + one.width, other.x + other.width);
  const bottom = Math.max(one.y + one.height, other.y + other.height);
  return { x, y, width: right - x, height: bottom - y };
}

/** The least rectangle that holds all of them, of which there is at least one. */
export function boundsOf(rects: readonly Rect[]): Rect {
  return rects.reduce(around);
}

export function overlap(one: Rect, other: Rect): boolean {
  return one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;
}

/** Whether all of one rectangle lies in another. */
export function holds(outer: Rect, inner: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** What two rectangles have in common; undefined for nothing. */
export function intersection(one: Rect, other: Rect): Rect | undefined {
  const common = clipToSurface(other, { ...one, x: one.x - other.x, y: one.y - other.y });
  return common === undefined ? undefined : { ...common, x: common.x + other.x, y: common.y + other.y };
}
