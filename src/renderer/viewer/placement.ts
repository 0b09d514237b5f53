import type { Rect, Size } from '../../protocol/rdp/geometry.ts';

export type Scaling = 'fit' | 'actual';

/** Where the picture lies: its size in CSS pixels, and how its pixels are to be scaled. */
export interface Placement extends Size {
  readonly rendering: 'pixelated' | 'auto';
}

/** So much smaller than the room would allow a picture may be for being sharp. */
const ALMOST_WHOLE = 1.08;
/** Positions of the mouse are rounded on their way through CSS pixels. */
const ROUNDING = 0.01;

/**
 * `fit`: as large as the room allows, in the picture's proportions, but not larger than it is: a pixel for a pixel, or two where the screen's are so
 * small that programs draw with two for one. `actual`: one picture pixel is one pixel of the screen, whatever the window's zoom. Whole multiples stay
 * sharp, also where the room allows hardly more; anything else is smoothed.
 */
export function placePicture(picture: Size, room: Size, scaling: Scaling, devicePixelRatio: number): Placement {
  const actual = 1 / devicePixelRatio;
  const most = Math.max(1, Math.round(devicePixelRatio)) / devicePixelRatio;
  const fit = Math.min(room.width / picture.width, room.height / picture.height, most);
  const scale = scaling === 'actual' || !(fit > 0) ? actual : fit;
  const screenScale = scale * devicePixelRatio;
  // Less than half a pixel of the screen is missing in the whole length.
  const whole = Math.floor(screenScale + 0.5 / Math.max(picture.width, picture.height));
  const sharp = whole >= 1 && screenScale < whole * ALMOST_WHOLE;
  const used = sharp ? whole / devicePixelRatio : scale;
  return { width: picture.width * used, height: picture.height * used, rendering: sharp ? 'pixelated' : 'auto' };
}

/** Where the whole picture lies when a part of it is what fills the room ({@link placePicture}): CSS pixels, from the corner of what is to be seen. */
export function aroundPart(placed: Size, part: Rect, picture: Size): Rect {
  const scale = placed.width / part.width;
  return { x: -part.x * scale, y: -part.y * scale, width: picture.width * scale, height: picture.height * scale };
}

/**
 * A point of the window as a pixel of the picture, kept inside it. `box` is where the picture is shown, in the same coordinates as the point; it is
 * painted from the pixel of the screen next to its edge.
 */
export function picturePoint(
  point: { readonly x: number; readonly y: number },
  box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
  picture: Size,
  devicePixelRatio: number,
): { x: number; y: number } {
  return {
    x: along(point.x * devicePixelRatio, box.left * devicePixelRatio, box.width * devicePixelRatio, picture.width),
    y: along(point.y * devicePixelRatio, box.top * devicePixelRatio, box.height * devicePixelRatio, picture.height),
  };
}

function along(at: number, start: number, length: number, pixels: number): number {
  const first = Math.round(start);
  const shown = Math.round(start + length) - first;
  if (!(shown > 0)) return 0;
  return Math.min(pixels - 1, Math.max(0, Math.floor(((at - first) * pixels) / shown + ROUNDING)));
}
