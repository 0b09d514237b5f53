/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import { ProtocolError } from '../../../bytes/errors.ts';
import type { Rect, Size } from '../../geometry.ts';
import type { PixelFrame } from '../contract.ts';
import { frameWords } from '../pixel-words.ts';
import type { FilmPicture } from './contract.ts';

/** So much less than this may a picture be larger than the part of the screen in it, each way: a macroblock of H.264. */
const MOST_PADDING = 16;

/**
 * A part of the frame as an encoder of film wants it: BT.709 full range, within one level of the exact Y, U and V. `size` is even and less than 16 more than
 * `part` either way (H.264 counts in blocks of 16): the last column and row are repeated there. Where the frame lies in the kernels' memory, the
 * picture does too, until the next one is made there.
 * @throws ProtocolError OUT_OF_RANGE for a part that is not in the frame, or another size
 */
export function filmPicture(frame: PixelFrame, part: Rect, size: Size = evenSize(part)): FilmPicture {
  check(frame, part, size);
  const { width, height } = size;
  const { words, stride, kernels } = frameWords(frame);
  if (kernels !== undefined) return { width, height, i420: kernels.toI420(part, size) };
  const i420 = new Uint8Array((width * height * 3) / 2);
  const uAt = width * height;
  const vAt = uAt + uAt / 4;
  const at = (x: number, y: number): number =>
    words[(part.y + Math.min(y, part.height - 1)) * stride + part.x + Math.min(x, part.width - 1)]!;
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const pixels = [at(x, y), at(x + 1, y), at(x, y + 1), at(x + 1, y + 1)] as const;
      i420[y * width + x] = luma(pixels[0]);
      i420[y * width + x + 1] = luma(pixels[1]);
      i420[(y + 1) * width + x] = luma(pixels[2]);
      i420[(y + 1) * width + x + 1] = luma(pixels[3]);
      const red = mean(pixels, 16);
      const green = mean(pixels, 8);
      const blue = mean(pixels, 0);
      const chroma = ((y / 2) * width) / 2 + x / 2;
      i420[uAt + chroma] = (CHROMA_MIDDLE + 128 * blue - 29 * red - 99 * green) >> 8;
      i420[vAt + chroma] = (CHROMA_MIDDLE + 128 * red - 116 * green - 12 * blue) >> 8;
    }
  }
  return { width, height, i420 };
}

/** 128 and a half, less what would make the strongest colour 256. */
const CHROMA_MIDDLE = 32_895;

/** 0.2126 R + 0.7152 G + 0.0722 B in 256ths, so that white is 255. */
function luma(pixel: number): number {
  return (54 * ((pixel >> 16) & 0xff) + 183 * ((pixel >> 8) & 0xff) + 19 * (pixel & 0xff) + 128) >> 8;
}

function mean(pixels: readonly [number, number, number, number], shift: number): number {
  return (
    (((pixels[0] >> shift) & 0xff) + ((pixels[1] >> shift) & 0xff) + ((pixels[2] >> shift) & 0xff) + ((pixels[3] >> shift) & 0xff) + 2) >> 2
  );
}

function evenSize({ width, height }: Size): Size {
  return { width: width + (width & 1), height: height + (height & 1) };
}

function check(frame: Size, part: Rect, size: Size): void {
  if (
    part.x < 0 ||
    part.y < 0 ||
    part.width < 1 ||
    part.height < 1 ||
    part.x + part.width > frame.width ||
    part.y + part.height > frame.height
  ) {
    const where = `${part.width}x${part.height} at ${part.x},${part.y}`;
    throw new ProtocolError('OUT_OF_RANGE', 'FilmPicture.part', `inside ${frame.width}x${frame.height}`, where);
  }
  for (const [side, least] of [
    [size.width, part.width],
    [size.height, part.height],
  ] as const) {
    if (side % 2 !== 0 || side < least || side >= least + MOST_PADDING)
      throw new ProtocolError('OUT_OF_RANGE', 'FilmPicture.size', `even, ${least} to ${least + MOST_PADDING - 1}`, side);
  }
}
