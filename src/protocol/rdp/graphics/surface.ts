import { ProtocolError } from '../../bytes/errors.ts';
import type { Rect, Size } from '../geometry.ts';

/** Longest side and largest area (in pixels) of a picture we are willing to hold. */
const MAX_SURFACE_SIDE = 16_384;
export const MAX_SURFACE_AREA = 64 * 1024 * 1024;

/**
 * A decoded desktop: 32-bit RGBA in memory order, opaque, rows top down without gaps, which is the layout of a canvas' ImageData.
 * `words` sees each pixel as one little-endian word (0xAABBGGRR); every platform the application runs on is little-endian.
 */
export interface Surface extends Size {
  readonly words: Int32Array<ArrayBuffer>;
}

export const OPAQUE = 0xff00_0000 | 0;

/**
 * A black surface.
 * @throws ProtocolError OUT_OF_RANGE for an empty size, TOO_LARGE beyond our bounds
 */
export function createSurface(size: Size): Surface {
  const { width, height } = size;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new ProtocolError('OUT_OF_RANGE', 'Surface.size', 'width and height >= 1', `${width}x${height}`);
  }
  if (width > MAX_SURFACE_SIDE || height > MAX_SURFACE_SIDE || width * height > MAX_SURFACE_AREA) {
    throw new ProtocolError('TOO_LARGE', 'Surface.size', `side <= ${MAX_SURFACE_SIDE}, area <= ${MAX_SURFACE_AREA}`, `${width}x${height}`);
  }
  return { width, height, words: new Int32Array(width * height).fill(OPAQUE) };
}

/** Where a bitmap goes: the part of it (from its top left corner) that lies on the surface. */
export interface BitmapTarget {
  readonly words: Int32Array;
  /** Pixels from row to row. */
  readonly stride: number;
  /** Index in `words` of the bitmap's top left pixel. */
  readonly offset: number;
  readonly columns: number;
  readonly rows: number;
  /** Takes a picture instead of its pixels; left out where those are seen at once. */
  hold?(picture: HeldPicture): void;
}

/** A decoded picture that has not been drawn. It stays as it is until another one has been held in its place. */
export interface HeldPicture {
  /** What of the surface it changes. */
  readonly regions: readonly Rect[];
  /** Draws a part that lies in one of the regions; the target is as large. */
  draw(part: Rect, target: BitmapTarget): void;
}

/** The part of `rect` that lies on the surface, or undefined when there is none. */
export function clipToSurface(surface: Size, rect: Rect): Rect | undefined {
  const left = Math.max(0, rect.x);
  const top = Math.max(0, rect.y);
  const right = Math.min(surface.width, rect.x + rect.width);
  const bottom = Math.min(surface.height, rect.y + rect.height);
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : undefined;
}

/** `rect` must lie on the surface (see {@link clipToSurface}). */
export function bitmapTarget(surface: Surface, rect: Rect): BitmapTarget {
  return { words: surface.words, stride: surface.width, offset: rect.y * surface.width + rect.x, columns: rect.width, rows: rect.height };
}
