import type { Rect } from '../../src/protocol/rdp/geometry.ts';
import type { CapturedPicture, PixelFrame } from '../../src/protocol/rdp/graphics/contract.ts';

/** A picture in memory as whoever captures hands it over. `damage`: everything, when left out. */
export function captured(frame: PixelFrame, damage?: readonly Rect[]): CapturedPicture & { readonly closed: () => number } {
  const { width, height } = frame;
  let closed = 0;
  return {
    width,
    height,
    damage: damage ?? [{ x: 0, y: 0, width, height }],
    pixels: () => frame,
    close: () => void (closed += 1),
    closed: () => closed,
  };
}
