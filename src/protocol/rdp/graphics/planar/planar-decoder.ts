/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import { ProtocolError } from '../../../bytes/errors.ts';
import type { DecoderKind } from '../contract.ts';
import { openedOnce } from '../kernels/kernel-module.ts';
import { PlanarKernels } from '../kernels/planar-kernels.ts';
import { OPAQUE, type BitmapTarget } from '../surface.ts';
import { FORMAT_CHROMA_SUBSAMPLING, FORMAT_COLOR_LOSS_LEVEL, FORMAT_NO_ALPHA, FORMAT_RLE, MAX_LONG_RUN } from './planar-format.ts';

/** Compressed bitmaps of 32 bits a pixel are planar ([MS-RDPEGDI] 3.1.9). */
export const PLANAR_BITMAPS: DecoderKind = {
  name: 'planar',
  takes: (format) => format.carrier === 'bitmapUpdate' && format.compressed && format.bitsPerPixel === 32,
  create() {
    const planar = new PlanarDecoder();
    return {
      decode({ data, width, height }, target) {
        planar.decode(data, width, height, target);
        return undefined;
      },
    };
  },
};

const kernels = openedOnce(() => PlanarKernels.open());

/**
 * RDP6_BITMAP_STREAM decoder ([MS-RDPEGDI] 2.2.2.5.1), 32-bit, straight to RGBA. Keeps its scratch between calls.
 * A scanline that equals the one before it is not written again: it shares that one's place in the plane, and on the surface it is copied whole.
 */
export class PlanarDecoder {
  private readonly withKernels: boolean;
  private planes = new Uint8Array(3 * 64 * 64);
  /** Where each scanline of each plane lies in `planes`. */
  private places = new Int32Array(3 * 64);

  /** `withKernels`: in WebAssembly where that is to be had, to the same pixels. */
  constructor(withKernels = true) {
    this.withKernels = withKernels;
  }

  /**
   * Decodes a bottom-up `width`×`height` bitmap onto the target; alpha is read over, not used.
   * @throws ProtocolError TRUNCATED, MALFORMED (a segment past its scanline), UNEXPECTED (colour loss or subsampling, which we do not offer)
   */
  decode(data: Uint8Array, width: number, height: number, target: BitmapTarget): void {
    if (data.length < 1) throw new ProtocolError('TRUNCATED', 'RDP6_BITMAP_STREAM.FormatHeader', '1 byte', 0);
    const header = data[0]!;
    if ((header & (FORMAT_COLOR_LOSS_LEVEL | FORMAT_CHROMA_SUBSAMPLING)) !== 0) {
      throw new ProtocolError('UNEXPECTED', 'RDP6_BITMAP_STREAM.FormatHeader', 'no colour loss, no subsampling', header);
    }
    const area = width * height;
    const planes = (header & FORMAT_NO_ALPHA) === 0 ? 4 : 3;
    if ((header & FORMAT_RLE) === 0) {
      if (data.length < 1 + planes * area) {
        throw new ProtocolError('TRUNCATED', 'RDP6_BITMAP_STREAM.planes', `${planes * area} bytes`, data.length - 1);
      }
      combineRaw(data, 1 + (planes - 3) * area, width, height, target);
      return;
    }
    // What they do not take is decoded below, which also says what is wrong with it.
    if (this.withKernels && kernels()?.draw(data.subarray(1), width, height, planes === 4, target) === true) return;
    // every scanline needs this much: checked before anything is allocated for it
    const least = planes * height * Math.ceil(width / MAX_LONG_RUN);
    if (data.length - 1 < least) throw new ProtocolError('TRUNCATED', 'RDP6_BITMAP_STREAM.planes', `>= ${least} bytes`, data.length - 1);
    if (this.planes.length < 3 * area) this.planes = new Uint8Array(3 * area);
    if (this.places.length < 3 * height) this.places = new Int32Array(3 * height);
    let at = 1;
    if (planes === 4) at = skipPlane(data, at, width, height);
    for (let plane = 0; plane < 3; plane++)
      at = decodePlane(data, at, width, height, this.planes, plane * area, this.places, plane * height);
    combine(this.planes, this.places, height, target);
  }
}

/** Scanlines come bottom up: the last one is row 0 of the target. */
function combine(planes: Uint8Array, places: Int32Array, height: number, target: BitmapTarget): void {
  const { words, stride, columns, rows, offset } = target;
  let redBefore = -1;
  let greenBefore = -1;
  let blueBefore = -1;
  for (let row = rows - 1; row >= 0; row--) {
    const scanline = height - 1 - row;
    let red = places[scanline]!;
    let green = places[height + scanline]!;
    let blue = places[2 * height + scanline]!;
    let to = offset + row * stride;
    if (red === redBefore && green === greenBefore && blue === blueBefore) {
      words.copyWithin(to, to + stride, to + stride + columns);
      continue;
    }
    redBefore = red;
    greenBefore = green;
    blueBefore = blue;
    for (const stop = to + columns; to < stop; to++) {
      words[to] = OPAQUE | (planes[blue++]! << 16) | (planes[green++]! << 8) | planes[red++]!;
    }
  }
}

function combineRaw(planes: Uint8Array, start: number, width: number, height: number, target: BitmapTarget): void {
  const { words, stride, columns, rows, offset } = target;
  for (let row = 0; row < rows; row++) {
    let red = start + (height - 1 - row) * width;
    let green = red + width * height;
    let blue = green + width * height;
    let to = offset + row * stride;
    for (const stop = to + columns; to < stop; to++) {
      words[to] = OPAQUE | (planes[blue++]! << 16) | (planes[green++]! << 8) | planes[red++]!;
    }
  }
}

function truncated(): ProtocolError {
  return new ProtocolError('TRUNCATED', 'RDP6_RLE_SEGMENT', 'another byte', 'the end');
}

function overlong(row: number): ProtocolError {
  return new ProtocolError('MALFORMED', 'RDP6_RLE_SEGMENT', 'a segment inside its scanline', `overrun in scanline ${row}`);
}

function decodePlane(
  data: Uint8Array,
  start: number,
  width: number,
  height: number,
  plane: Uint8Array,
  first: number,
  places: Int32Array,
  firstPlace: number,
): number {
  const end = data.length;
  let at = start;
  let to = first;
  let before = first;
  for (let row = 0; row < height; row++) {
    const place = to;
    const stop = to + width;
    // from the scanline before to this one
    const back = place - before;
    // the value (first scanline) or delta (others) that a run repeats
    let value = 0;
    // true while there have been only runs of delta 0, which are not written yet
    let same = row > 0;
    while (to < stop) {
      if (at >= end) throw truncated();
      const control = data[at++]!;
      let run = control & 15;
      let raw = control >>> 4;
      if (run === 1) {
        run = raw + 16;
        raw = 0;
      } else if (run === 2) {
        run = raw + 32;
        raw = 0;
      }
      if (to + raw + run > stop) throw overlong(row);
      if (at + raw > end) throw truncated();
      if (row === 0) {
        for (; raw > 0; raw--) plane[to++] = value = data[at++]!;
        for (; run > 0; run--) plane[to++] = value;
        continue;
      }
      if (same) {
        if (raw === 0) {
          to += run;
          continue;
        }
        for (let i = place; i < to; i++) plane[i] = plane[i - back]!;
        same = false;
      }
      for (; raw > 0; raw--, to++) {
        const coded = data[at++]!;
        value = (coded >>> 1) ^ -(coded & 1);
        plane[to] = plane[to - back]! + value;
      }
      for (; run > 0; run--, to++) plane[to] = plane[to - back]! + value;
    }
    if (same) to = place;
    else before = place;
    places[firstPlace + row] = before;
  }
  return at;
}

function skipPlane(data: Uint8Array, start: number, width: number, height: number): number {
  const end = data.length;
  let at = start;
  for (let row = 0; row < height; row++) {
    let left = width;
    while (left > 0) {
      if (at >= end) throw truncated();
      const control = data[at++]!;
      let run = control & 15;
      let raw = control >>> 4;
      if (run === 1) {
        run = raw + 16;
        raw = 0;
      } else if (run === 2) {
        run = raw + 32;
        raw = 0;
      }
      left -= raw + run;
      if (left < 0) throw overlong(row);
      at += raw;
    }
  }
  return at;
}
