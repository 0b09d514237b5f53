/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import type { Rect } from '../../geometry.ts';
import type { FrameWords } from '../pixel-words.ts';
import { TILE_SIDE } from './grid.ts';

export type BlockSide = 16 | 32;
/** Every so many pixels of a block, in both directions, are taken for its colour. */
const STEP = 4;

/** A tile in blocks, each of its mean colour: a hundred bytes where the exact one takes thousands. */
export class CoarseTile {
  /** Row by row, {@link stride} words each. */
  readonly words = new Int32Array(TILE_SIDE * TILE_SIDE);
  readonly stride = TILE_SIDE;

  /** Takes a part of the frame, at most 64×64, to the top left. */
  draw(frame: FrameWords, { x, y, width, height }: Rect, blockSide: BlockSide): void {
    for (let top = 0; top < height; top += blockSide) {
      for (let left = 0; left < width; left += blockSide) {
        const [right, bottom] = [Math.min(width, left + blockSide), Math.min(height, top + blockSide)];
        const colour = mean(frame, x + left, y + top, x + right, y + bottom);
        for (let row = top; row < bottom; row += 1) this.words.fill(colour, row * TILE_SIDE + left, row * TILE_SIDE + right);
      }
    }
  }
}

function mean({ words, stride }: FrameWords, left: number, top: number, right: number, bottom: number): number {
  let [red, green, blue, count] = [0, 0, 0, 0];
  for (let y = top; y < bottom; y += STEP) {
    for (let x = left; x < right; x += STEP) {
      const word = words[y * stride + x]!;
      red += (word >>> 16) & 0xff;
      green += (word >>> 8) & 0xff;
      blue += word & 0xff;
      count += 1;
    }
  }
  return (Math.round(red / count) << 16) | (Math.round(green / count) << 8) | Math.round(blue / count);
}
