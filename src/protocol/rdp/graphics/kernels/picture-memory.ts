import type { Size } from '../../geometry.ts';
import type { PixelFrame } from '../contract.ts';
import { PictureKernels } from './picture-kernels.ts';

/** A frame and the memory that is its own. */
export interface PictureMemory extends PixelFrame {
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/** The kernels' picture, wherever in their memory it is. */
class KernelMemory implements PictureMemory {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly kernels: PictureKernels;

  constructor(kernels: PictureKernels) {
    this.width = kernels.width;
    this.height = kernels.height;
    this.stride = kernels.width * 4;
    this.kernels = kernels;
  }

  get pixels(): Uint8Array<ArrayBuffer> {
    return this.kernels.pixels;
  }
}

/** A frame of this size in memory that whoever captures writes into again and again: the kernels' where there are any. */
export function openPictureMemory({ width, height }: Size): PictureMemory {
  const kernels = PictureKernels.open({ width, height });
  if (kernels !== undefined) return new KernelMemory(kernels);
  const stride = width * 4;
  return { width, height, stride, pixels: new Uint8Array(stride * height) };
}
