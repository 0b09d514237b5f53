import { OPAQUE } from './surface.ts';

/** RGB 5-5-5 to an opaque RGBA word; the high bits fill the low ones, so that white stays white. */
export function rgbaFrom15(pixel: number): number {
  const red = (pixel >> 10) & 31;
  const green = (pixel >> 5) & 31;
  const blue = pixel & 31;
  return OPAQUE | (((blue << 3) | (blue >> 2)) << 16) | (((green << 3) | (green >> 2)) << 8) | ((red << 3) | (red >> 2));
}

/** RGB 5-6-5 to an opaque RGBA word. */
export function rgbaFrom16(pixel: number): number {
  const red = (pixel >> 11) & 31;
  const green = (pixel >> 5) & 63;
  const blue = pixel & 31;
  return OPAQUE | (((blue << 3) | (blue >> 2)) << 16) | (((green << 2) | (green >> 4)) << 8) | ((red << 3) | (red >> 2));
}

/** 0xRRGGBB to an opaque RGBA word. */
export function rgbaFrom24(pixel: number): number {
  return OPAQUE | ((pixel & 0xff) << 16) | (pixel & 0xff00) | ((pixel >> 16) & 0xff);
}
