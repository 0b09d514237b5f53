import type { PointerShape } from '../../protocol/rdp/pointer-shape.ts';

/** Chromium ignores larger cursors. */
const MAX_CURSOR_SIDE = 128;
/** In CSS pixels: a smaller one is lost on a large screen. */
const LEAST_CURSOR_SIDE = 20;
const ALMOST = 0.05;

/** The novice's pointer as a picture, for the CSS `cursor` property and for drawing where the novice points. */
export interface PointerPicture {
  readonly canvas: HTMLCanvasElement;
  readonly hotX: number;
  readonly hotY: number;
}

/** Undefined for a shape whose pixels do not fill its size. */
export function drawPointer(shape: PointerShape): PointerPicture | undefined {
  const { width, height, pixels } = shape;
  if (!(width > 0) || !(height > 0) || pixels.length < width * height * 4) return undefined;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) return undefined;
  const image = context.createImageData(width, height);
  for (let at = 0; at < width * height * 4; at += 4) {
    const [blue = 0, green = 0, red = 0, alpha = 0] = pixels.subarray(at, at + 4);
    image.data.set([red, green, blue, alpha], at);
  }
  context.putImageData(image, 0, 0);
  return { canvas, hotX: shape.hotX, hotY: shape.hotY };
}

/**
 * By how much a pointer is scaled, in screen pixels for each of its own: as the picture around it, so that it is as large there as on the novice's
 * screen, but not so small that it is hard to see, and not so large that Chromium drops it.
 * @param side the longer one of the pointer, in its own pixels
 * @param shownScale CSS pixels a pixel of the picture
 */
export function cursorScale(side: number, shownScale: number, devicePixelRatio: number): number {
  const legible = Math.min(1, (LEAST_CURSOR_SIDE * devicePixelRatio) / side);
  const asShown = Math.max(shownScale * devicePixelRatio, legible);
  // Almost the same is better left sharp.
  const wanted = Math.abs(asShown - 1) < ALMOST ? 1 : asShown;
  return Math.min(wanted, (MAX_CURSOR_SIDE * devicePixelRatio) / side);
}

/** A CSS `cursor` value. Pictures are in screen pixels, so a zoomed window shows them as sharp as the desktop. */
export function cursorStyle(picture: PointerPicture, shownScale: number, devicePixelRatio: number): string {
  let { canvas, hotX, hotY } = picture;
  const scale = cursorScale(Math.max(canvas.width, canvas.height), shownScale, devicePixelRatio);
  if (scale !== 1) {
    canvas = scaled(canvas, scale);
    hotX *= scale;
    hotY *= scale;
  }
  const x = Math.min(Math.floor(hotX / devicePixelRatio), Math.ceil(canvas.width / devicePixelRatio) - 1);
  const y = Math.min(Math.floor(hotY / devicePixelRatio), Math.ceil(canvas.height / devicePixelRatio) - 1);
  return `image-set(url("${canvas.toDataURL('image/png')}") ${devicePixelRatio}x) ${Math.max(0, x)} ${Math.max(0, y)}, default`;
}

function scaled(source: HTMLCanvasElement, scale: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.floor(source.width * scale));
  canvas.height = Math.max(1, Math.floor(source.height * scale));
  const context = canvas.getContext('2d');
  if (context === null) return source;
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}
