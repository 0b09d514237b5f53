/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import { ProtocolError } from '../../bytes/errors.ts';
import type { DecoderKind } from './contract.ts';
import { rgbaFrom15, rgbaFrom16 } from './colour.ts';
import { OPAQUE, type BitmapTarget } from './surface.ts';

/** Surface bits without a codec. */
const CODEC_NONE = 0;

export const RAW_BITMAPS: DecoderKind = {
  name: 'raw',
  takes: (format) => (format.carrier === 'bitmapUpdate' ? !format.compressed : format.codecId === CODEC_NONE),
  create: () => ({
    decode({ data, bitsPerPixel, width, height, palette }, target) {
      decodeRawBitmap(data, bitsPerPixel, width, height, palette, target);
      return undefined;
    },
  }),
};

/**
 * Uncompressed bitmap ([MS-RDPBCGR] 2.2.9.1.1.3.1.2.2, bitmapDataStream): rows bottom up, each padded to four bytes.
 * `palette` has 256 RGBA words and is used for 8 bits a pixel.
 * @throws ProtocolError TRUNCATED, OUT_OF_RANGE (bitsPerPixel)
 */
export function decodeRawBitmap(
  data: Uint8Array,
  bitsPerPixel: number,
  width: number,
  height: number,
  palette: Int32Array,
  target: BitmapTarget,
): void {
  if (bitsPerPixel !== 8 && bitsPerPixel !== 15 && bitsPerPixel !== 16 && bitsPerPixel !== 24 && bitsPerPixel !== 32) {
    throw new ProtocolError('OUT_OF_RANGE', 'TS_BITMAP_DATA.bitsPerPixel', '8, 15, 16, 24 or 32', bitsPerPixel);
  }
  const bytes = (bitsPerPixel + 7) >> 3;
  const stride = (width * bytes + 3) & ~3;
  // the last row's padding may be missing
  const needed = stride * (height - 1) + width * bytes;
  if (data.length < needed) throw new ProtocolError('TRUNCATED', 'TS_BITMAP_DATA.bitmapDataStream', `${needed} bytes`, data.length);
  const { words, columns, rows } = target;
  for (let row = 0; row < rows; row++) {
    let from = (height - 1 - row) * stride;
    let to = target.offset + row * target.stride;
    const stop = to + columns;
    switch (bitsPerPixel) {
      case 8:
        for (; to < stop; to++, from++) words[to] = palette[data[from]!]!;
        break;
      case 15:
        for (; to < stop; to++, from += 2) words[to] = rgbaFrom15(data[from]! | (data[from + 1]! << 8));
        break;
      case 16:
        for (; to < stop; to++, from += 2) words[to] = rgbaFrom16(data[from]! | (data[from + 1]! << 8));
        break;
      case 24:
      case 32:
        for (; to < stop; to++, from += bytes) words[to] = OPAQUE | (data[from]! << 16) | (data[from + 1]! << 8) | data[from + 2]!;
        break;
    }
  }
}
