import type { Size } from './geometry.ts';

/** A cursor picture ([MS-RDPBCGR] 2.2.9.1.1.4.5), 32-bit BGRA not premultiplied, rows top down. Where one may be `null`, that hides the pointer. */
export interface PointerShape extends Size {
  readonly hotX: number;
  readonly hotY: number;
  readonly pixels: Uint8Array;
}

/**
 * A copy of the shape, no side longer than `most`: scaled as a whole, each pixel the average of those it stands for. The hot spot of a broken shape is
 * moved into it.
 */
export function scaledPointer(shape: PointerShape, most: number): PointerShape {
  const factor = Math.min(1, most / Math.max(shape.width, shape.height));
  const width = Math.max(1, Math.floor(shape.width * factor));
  const height = Math.max(1, Math.floor(shape.height * factor));
  const scaledHot = (hot: number, from: number, to: number): number =>
    Math.min(to - 1, Math.floor((Math.min(Math.max(0, hot), from - 1) * to) / from));
  const hot = { hotX: scaledHot(shape.hotX, shape.width, width), hotY: scaledHot(shape.hotY, shape.height, height) };
  if (factor === 1) return { width, height, ...hot, pixels: shape.pixels.slice(0, width * height * 4) };
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    const [top, bottom] = [Math.floor((y * shape.height) / height), Math.ceil(((y + 1) * shape.height) / height)];
    for (let x = 0; x < width; x += 1) {
      const [left, right] = [Math.floor((x * shape.width) / width), Math.ceil(((x + 1) * shape.width) / width)];
      average(shape, { left, top, right, bottom }, pixels, (y * width + x) * 4);
    }
  }
  return { width, height, ...hot, pixels };
}

/** A pixel that cannot be seen has no say in the colour. */
function average(
  { width, pixels }: PointerShape,
  { left, top, right, bottom }: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number },
  into: Uint8Array,
  at: number,
): void {
  const sums = [0, 0, 0];
  let alphas = 0;
  for (let y = top; y < bottom; y += 1)
    for (let x = left; x < right; x += 1) {
      const from = (y * width + x) * 4;
      const alpha = pixels[from + 3] ?? 0;
      alphas += alpha;
      for (let channel = 0; channel < 3; channel += 1) sums[channel] = (sums[channel] ?? 0) + (pixels[from + channel] ?? 0) * alpha;
    }
  for (let channel = 0; channel < 3; channel += 1) into[at + channel] = alphas === 0 ? 0 : Math.round((sums[channel] ?? 0) / alphas);
  into[at + 3] = Math.round(alphas / ((right - left) * (bottom - top)));
}
