import type { Size } from '../../protocol/rdp/geometry.ts';

export type Scaling = 'fit' | 'actual';

/** Where the picture lies: its size in CSS pixels, and how its pixels are to be scaled. */
export interface Placement extends Size {
  readonly rendering: 'pixelated' | 'auto';
}

/**
 * `fit`: as large as the room allows, in the picture's proportions. `actual`: one picture pixel is one pixel of the screen, whatever the
 * window's zoom. Whole multiples stay sharp; anything else is smoothed.
 */
export function placePicture(picture: Size, room: Size, scaling: Scaling, devicePixelRatio: number): Placement {
  const actual = 1 / devicePixelRatio;
  const fit = Math.min(room.width / picture.width, room.height / picture.height);
  const scale = scaling === 'actual' || !(fit > 0) ? actual : fit;
  const screenScale = scale * devicePixelRatio;
  const whole = Math.round(screenScale);
  const sharp = whole >= 1 && Math.abs(screenScale - whole) * Math.max(picture.width, picture.height) < 0.5;
  const used = sharp ? whole / devicePixelRatio : scale;
  return { width: picture.width * used, height: picture.height * used, rendering: sharp ? 'pixelated' : 'auto' };
}

/** A point of the window as a pixel of the picture, kept inside it. `box` is where the picture is shown, in the same coordinates as the point. */
export function picturePoint(
  point: { readonly x: number; readonly y: number },
  box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
  picture: Size,
): { x: number; y: number } {
  return { x: along(point.x - box.left, box.width, picture.width), y: along(point.y - box.top, box.height, picture.height) };
}

function along(offset: number, shown: number, pixels: number): number {
  if (!(shown > 0)) return 0;
  return Math.min(pixels - 1, Math.max(0, Math.floor((offset * pixels) / shown)));
}
