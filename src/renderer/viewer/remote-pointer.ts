import type { PointerShape } from '../../protocol/rdp/pointer-shape.ts';

/** Chromium ignores larger cursors. */
const MAX_CURSOR_SIDE = 128;

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

/** A CSS `cursor` value. Pictures are in screen pixels, so a zoomed window shows them as sharp as the desktop. */
export function cursorStyle(picture: PointerPicture, devicePixelRatio: number): string {
  let { canvas, hotX, hotY } = picture;
  const scale = (MAX_CURSOR_SIDE * devicePixelRatio) / Math.max(canvas.width, canvas.height);
  if (scale < 1) {
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
  canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}
