import type { PointerShape } from '../../protocol/rdp/pointer-shape.ts';

/** Chromium ignores larger cursors. */
const MAX_CURSOR_SIDE = 128;
/** Where a cursor would reach beyond the window, Chromium ignores one larger than this and takes the next. */
const EDGE_CURSOR_SIDE = 32;
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
  const side = Math.max(picture.canvas.width, picture.canvas.height);
  const images = cursorScales(side, shownScale, devicePixelRatio).map((scale) => cursorImage(picture, scale, devicePixelRatio));
  return [...images, 'default'].join(', ');
}

/** {@link cursorScale}, and the one for the edges of the window where that is another one. */
export function cursorScales(side: number, shownScale: number, devicePixelRatio: number): readonly number[] {
  const scale = cursorScale(side, shownScale, devicePixelRatio);
  const atEdge = (EDGE_CURSOR_SIDE * devicePixelRatio) / side;
  return scale > atEdge ? [scale, atEdge] : [scale];
}

function cursorImage({ canvas, hotX, hotY }: PointerPicture, scale: number, devicePixelRatio: number): string {
  const shown = scale === 1 ? canvas : scaled(canvas, scale);
  const along = (hot: number, length: number): number =>
    Math.max(0, Math.min(Math.floor((hot * scale) / devicePixelRatio), Math.ceil(length / devicePixelRatio) - 1));
  const hotSpot = `${along(hotX, shown.width)} ${along(hotY, shown.height)}`;
  return `image-set(url("${shown.toDataURL('image/png')}") ${devicePixelRatio}x) ${hotSpot}`;
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
