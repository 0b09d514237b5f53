/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import { ProtocolError } from '../../../bytes/errors.ts';
import { GFX_CODEC } from '../../pdu/rdpgfx/wire-to-surface.ts';
import type { DecoderKind } from '../contract.ts';
import { PlanarDecoder } from '../planar/planar-decoder.ts';
import { OPAQUE, type BitmapTarget } from '../surface.ts';

/** Planar on the graphics channel: as in bitmap updates, but top down. */
export const PLANAR_ON_CHANNEL: DecoderKind = {
  name: 'planar on the channel',
  takes: (format) => format.carrier === 'channel' && format.codecId === GFX_CODEC.planar,
  create() {
    const planar = new PlanarDecoder();
    return {
      decode({ data, width, height }, target) {
        planar.decode(data, width, height, turnedOver(target));
        return undefined;
      },
    };
  },
};

/** Uncompressed on the graphics channel ([MS-RDPEGFX] 2.2.2.1): 32 bits a pixel, top down, without gaps. */
export const RAW_ON_CHANNEL: DecoderKind = {
  name: 'raw on the channel',
  takes: (format) => format.carrier === 'channel' && format.codecId === GFX_CODEC.uncompressed,
  create: () => ({
    decode({ data, width, height }, { words, stride, offset }) {
      const needed = 4 * width * height;
      if (data.length < needed)
        throw new ProtocolError('TRUNCATED', 'RDPGFX_WIRE_TO_SURFACE_PDU_1.bitmapData', `${needed} bytes`, data.length);
      let from = 0;
      for (let row = 0; row < height; row += 1) {
        let to = offset + row * stride;
        for (const stop = to + width; to < stop; to += 1, from += 4)
          words[to] = OPAQUE | (data[from]! << 16) | (data[from + 1]! << 8) | data[from + 2]!;
      }
      return undefined;
    },
  }),
};

/** Its rows from the last to the first; the target is as large as the bitmap. */
function turnedOver({ words, stride, offset, columns, rows }: BitmapTarget): BitmapTarget {
  return { words, stride: -stride, offset: offset + (rows - 1) * stride, columns, rows };
}
