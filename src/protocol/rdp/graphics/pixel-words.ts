import { ProtocolError } from '../../bytes/errors.ts';
import type { PixelFrame } from './contract.ts';
import type { PictureKernels } from './kernels/picture-kernels.ts';

/** A frame seen as one word a pixel (little-endian: 0xXXRRGGBB); the top byte means nothing. */
export interface FrameWords {
  readonly words: Int32Array;
  /** Words from row to row. */
  readonly stride: number;
  /** The frame is what lies in their memory. */
  readonly kernels?: PictureKernels;
}

/**
 * A view of the frame's own memory where its alignment allows, else a packed copy.
 * @throws ProtocolError OUT_OF_RANGE when stride or pixels are too short for the size
 */
export function frameWords(frame: PixelFrame): FrameWords {
  const { width, height, stride, pixels } = frame;
  if (!(width >= 1) || !(height >= 1) || stride < width * 4) {
    throw new ProtocolError('OUT_OF_RANGE', 'PixelFrame.stride', `>= 4 x width, size >= 1`, `${stride} for ${width}x${height}`);
  }
  if (pixels.length < stride * (height - 1) + width * 4) {
    throw new ProtocolError('TRUNCATED', 'PixelFrame.pixels', stride * (height - 1) + width * 4, pixels.length);
  }
  if (frame.kernels !== undefined) return { words: frame.kernels.words, stride: width, kernels: frame.kernels };
  if (stride % 4 === 0 && pixels.byteOffset % 4 === 0) {
    return { words: new Int32Array(pixels.buffer, pixels.byteOffset, pixels.length >>> 2), stride: stride >>> 2 };
  }
  const packed = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) packed.set(pixels.subarray(y * stride, y * stride + width * 4), y * width * 4);
  return { words: new Int32Array(packed.buffer), stride: width };
}
