import { scaledPointer, type PointerShape } from '../../../protocol/rdp/pointer-shape.ts';

/** Large Pointers are at most this wide and high ([MS-RDPBCGR] 2.2.7.2.7); a larger cursor is scaled. */
const MAX_POINTER_SIDE = 384;

export interface XCursorImage {
  readonly width: number;
  readonly height: number;
  readonly xhot: number;
  readonly yhot: number;
  /** ARGB32, little-endian, colours premultiplied with alpha (XFIXES protocol, section 7.1). */
  readonly cursorImage: Uint8Array;
}

/** Converts to BGRA, not premultiplied. A cursor without a visible pixel gives `null`, the hidden pointer. */
export function pointerShapeFromX(cursor: XCursorImage): PointerShape | null {
  const { width, height } = cursor;
  const pixels = new Uint8Array(width * height * 4);
  let visible = false;
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = cursor.cursorImage[at + 3] ?? 0;
    if (alpha === 0) continue;
    visible = true;
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[at + channel] = Math.min(255, Math.round(((cursor.cursorImage[at + channel] ?? 0) * 255) / alpha));
    }
    pixels[at + 3] = alpha;
  }
  if (!visible) return null;
  return scaledPointer({ width, height, hotX: cursor.xhot, hotY: cursor.yhot, pixels }, MAX_POINTER_SIDE);
}

export function samePointerShape(one: PointerShape | null, other: PointerShape | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.width === other.width &&
    one.height === other.height &&
    one.hotX === other.hotX &&
    one.hotY === other.hotY &&
    Buffer.compare(one.pixels, other.pixels) === 0
  );
}
