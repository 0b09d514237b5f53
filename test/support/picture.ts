import type { Area } from '../bench/screen-probe.ts';
import type { Picture } from './display.ts';

/** The part of a picture. The area must lie inside. */
export function crop(picture: Picture, area: Area): Picture {
  const rgb = new Uint8Array(area.width * area.height * 3);
  for (let row = 0; row < area.height; row += 1) {
    const start = ((area.y + row) * picture.width + area.x) * 3;
    rgb.set(picture.rgb.subarray(start, start + area.width * 3), row * area.width * 3);
  }
  return { width: area.width, height: area.height, rgb };
}

/** How many pixels differ, and the smallest area that holds them all. */
export interface Difference {
  readonly pixels: number;
  readonly within?: Area;
}

/** Pictures of different sizes differ in all their pixels. */
export function differenceOf(a: Picture, b: Picture): Difference {
  const width = Math.max(a.width, b.width);
  const height = Math.max(a.height, b.height);
  if (a.width !== b.width || a.height !== b.height) return { pixels: width * height, within: { x: 0, y: 0, width, height } };
  let pixels = 0;
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let at = 0; at < a.rgb.length; at += 3) {
    if (a.rgb[at] === b.rgb[at] && a.rgb[at + 1] === b.rgb[at + 1] && a.rgb[at + 2] === b.rgb[at + 2]) continue;
    const x = (at / 3) % width;
    const y = Math.floor(at / 3 / width);
    pixels += 1;
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
  }
  return pixels === 0 ? { pixels } : { pixels, within: { x: left, y: top, width: right - left, height: bottom - top } };
}

/** How many pixels differ; all of them when the sizes do. */
export const differingPixels = (a: Picture, b: Picture): number => differenceOf(a, b).pixels;

/** The picture with an area painted black; what lies outside the picture is left out. */
export function without(picture: Picture, area: Area): Picture {
  const rgb = picture.rgb.slice();
  for (let y = Math.max(0, area.y); y < Math.min(picture.height, area.y + area.height); y += 1) {
    const from = Math.max(0, area.x);
    const to = Math.min(picture.width, area.x + area.width);
    if (to > from) rgb.fill(0, (y * picture.width + from) * 3, (y * picture.width + to) * 3);
  }
  return { ...picture, rgb };
}

/** The picture with what differs between two others as the first of them has it. All of one size, or it is left as it is. */
export function patched(picture: Picture, one: Picture, other: Picture): Picture {
  const rgb = picture.rgb.slice();
  if (rgb.length !== one.rgb.length || one.rgb.length !== other.rgb.length) return picture;
  for (let at = 0; at < rgb.length; at += 3)
    if (one.rgb[at] !== other.rgb[at] || one.rgb[at + 1] !== other.rgb[at + 1] || one.rgb[at + 2] !== other.rgb[at + 2])
      rgb.set(one.rgb.subarray(at, at + 3), at);
  return { ...picture, rgb };
}

/** How many pixels are about this colour. */
export function pixelsNear({ rgb }: Picture, [red, green, blue]: readonly [number, number, number]): number {
  const near = (at: number, value: number) => Math.abs((rgb[at] ?? 0) - value) <= 6;
  let count = 0;
  for (let at = 0; at < rgb.length; at += 3) if (near(at, red) && near(at + 1, green) && near(at + 2, blue)) count += 1;
  return count;
}
