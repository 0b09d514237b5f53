import { expect } from 'vitest';
import type { PixelFrame } from '../../../../../src/protocol/rdp/graphics/contract.ts';
import { openPictureMemory } from '../../../../../src/protocol/rdp/graphics/kernels/picture-memory.ts';

/** Writes the colours of `frame` into `memory`, a frame of the same size in the kernels' memory; made when none is given. */
export function inKernels(frame: PixelFrame, memory: PixelFrame = openPictureMemory(frame)): PixelFrame {
  expect(memory.kernels, 'kernels are to be had here').toBeDefined();
  for (let y = 0; y < frame.height; y++)
    memory.pixels.set(frame.pixels.subarray(y * frame.stride, y * frame.stride + frame.width * 4), y * memory.stride);
  return memory;
}
