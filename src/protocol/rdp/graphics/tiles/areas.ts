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

/** Where copies put what they have read from `sources`. */
export function copiedFrom(copies: readonly ScreenCopy[], sources: readonly Rect[]): Rect[] {
  return copies.flatMap(({ x, y, width, height, fromX, fromY }) =>
    sources.flatMap((source) => {
      const read = intersection({ x: fromX, y: fromY, width, height }, source);
      return read === undefined ? [] : [{ ...read, x: read.x + x - fromX, y: read.y + y - fromY }];
    }),
  );
}

/** The least rectangle that holds both. */
export function around(one: Rect, other: Rect): Rect {
  const x = Math.min(one.x, other.x);
  const y = Math.min(one.y, other.y);
  const right = Math.max(one.x + one.width, other.x + other.width);
  const bottom = Math.max(one.y + one.height, other.y + other.height);
  return { x, y, width: right - x, height: bottom - y };
}

function intersection(one: Rect, other: Rect): Rect | undefined {
  const common = clipToSurface(other, { ...one, x: one.x - other.x, y: one.y - other.y });
  return common === undefined ? undefined : { ...common, x: common.x + other.x, y: common.y + other.y };
}
