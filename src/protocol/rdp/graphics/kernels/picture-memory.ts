import type { Size } from '../../geometry.ts';
import type { PixelFrame } from '../contract.ts';
import { PictureKernels } from './picture-kernels.ts';

/** A frame and the memory that is its own. */
export interface PictureMemory extends PixelFrame {
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/** A frame of this size in memory that whoever captures writes into again and again: the kernels' where there are any. */
export function openPictureMemory({ width, height }: Size): PictureMemory {
  const kernels = PictureKernels.open({ width, height });
  const stride = width * 4;
  return kernels === undefined
    ? { width, height, stride, pixels: new Uint8Array(stride * height) }
    : { width, height, stride, pixels: kernels.pixels, kernels };
}
