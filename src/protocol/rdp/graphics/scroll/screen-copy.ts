import type { ScreenCopy } from '../../pdu/drawing-orders.ts';
import type { Rect, Size } from '../../geometry.ts';

/**
 * Copies a part of a picture to another place in it, as if the source were read before anything is written. What lies outside the
 * picture on either side is left out.
 * @param words one a pixel, rows without gaps
 * @returns what was drawn, or undefined when nothing was
 */
export function copyOnPicture(words: Int32Array, size: Size, copy: ScreenCopy): Rect | undefined {
  const shiftX = copy.fromX - copy.x;
  const shiftY = copy.fromY - copy.y;
  const left = Math.max(0, copy.x, -shiftX);
  const top = Math.max(0, copy.y, -shiftY);
  const right = Math.min(size.width, copy.x + copy.width, size.width - shiftX);
  const bottom = Math.min(size.height, copy.y + copy.height, size.height - shiftY);
  if (right <= left || bottom <= top) return undefined;
  const down = shiftY < 0;
  for (let row = 0; row < bottom - top; row++) {
    const y = down ? bottom - 1 - row : top + row;
    const from = (y + shiftY) * size.width + left + shiftX;
    words.copyWithin(y * size.width + left, from, from + right - left);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
