import type { BitmapDecoder, BitmapFormat, DecoderKind, EncodedBitmap } from '../../../../../src/protocol/rdp/graphics/contract.ts';
import { decodeAvc420 } from '../../../../../src/protocol/rdp/graphics/film/avc420.ts';
import { FilmEncoderError, type FilmEncoder, type FilmEncoders } from '../../../../../src/protocol/rdp/graphics/film/contract.ts';
import { drawPlanes } from '../../../../../src/protocol/rdp/graphics/film/draw-planes.ts';
import type { BitmapTarget } from '../../../../../src/protocol/rdp/graphics/surface.ts';
import { GFX_CODEC } from '../../../../../src/protocol/rdp/pdu/rdpgfx/wire-to-surface.ts';

/* A codec that stands for H.264: it loses detail, and what is no key frame is the difference to the picture before. */

const KEY = 1;
const HEADER_BYTES = 5;
const LOST_BITS = 0xf0;

/** Fails as often as `fails` says. */
export class LossyFilm implements FilmEncoders {
  readonly name = 'lossy';
  private readonly fails: () => boolean;

  constructor(fails: () => boolean = () => false) {
    this.fails = fails;
  }

  async open(): Promise<FilmEncoder> {
    if (this.fails()) throw new FilmEncoderError('FAILED', 'made up');
    let before: Uint8Array | undefined;
    return {
      encode: async ({ width, height, i420 }, askedKey) => {
        if (this.fails()) throw new FilmEncoderError('FAILED', 'made up');
        const key = askedKey || before === undefined;
        const lossy = i420.map((sample) => sample & LOST_BITS);
        const bytes = new Uint8Array(HEADER_BYTES + lossy.length);
        bytes.set([key ? KEY : 0, width & 0xff, width >> 8, height & 0xff, height >> 8]);
        const reference = before;
        bytes.set(key || reference === undefined ? lossy : lossy.map((sample, at) => sample ^ (reference[at] ?? 0)), HEADER_BYTES);
        before = lossy;
        return { bytes, key };
      },
      setBitrate: () => undefined,
      close: () => undefined,
    };
  }

  close(): void {
    // nothing is held
  }
}

class LossyDecoder implements BitmapDecoder {
  private before: Uint8Array | undefined;

  async decode({ data, width: most, height: tallest }: EncodedBitmap, target: BitmapTarget): Promise<void> {
    const { regions, h264 } = decodeAvc420(data);
    const [kind = 0, a = 0, b = 0, c = 0, d = 0] = h264;
    const [width, height] = [a | (b << 8), c | (d << 8)];
    if (width !== most || height !== tallest) throw new Error(`a film of ${width}x${height} on a surface of ${most}x${tallest}`);
    const coded = h264.subarray(HEADER_BYTES);
    const { before } = this;
    if (kind !== KEY && before === undefined) throw new Error('a picture refers to one that was never there');
    const bytes = kind === KEY ? coded.slice() : coded.map((sample, at) => sample ^ (before?.[at] ?? 0));
    this.before = bytes;
    await Promise.resolve();
    const [luma, half] = [width * height, width / 2];
    drawPlanes(
      {
        width,
        height,
        bytes,
        y: { offset: 0, stride: width, step: 1 },
        u: { offset: luma, stride: half, step: 1 },
        v: { offset: luma + luma / 4, stride: half, step: 1 },
      },
      regions.map(({ rect }) => rect),
      target,
    );
  }
}

export const LOSSY_FILM: DecoderKind = {
  name: 'lossy film',
  drawsOn: 'surface',
  takes: (format: BitmapFormat) => format.carrier === 'channel' && format.codecId === GFX_CODEC.avc420,
  create: () => new LossyDecoder(),
};
