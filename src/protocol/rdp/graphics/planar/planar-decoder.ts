import { ProtocolError } from '../../../bytes/errors.ts';
import { OPAQUE, type BitmapTarget } from '../surface.ts';
import { FORMAT_CHROMA_SUBSAMPLING, FORMAT_COLOR_LOSS_LEVEL, FORMAT_NO_ALPHA, FORMAT_RLE, MAX_LONG_RUN } from './planar-format.ts';

/** RDP6_BITMAP_STREAM decoder ([MS-RDPEGDI] 2.2.2.5.1), 32-bit, straight to RGBA. Keeps its scratch planes between calls. */
export class PlanarDecoder {
  private scratch = new Uint8Array(3 * 64 * 64);

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
      combine(data, 1 + (planes - 3) * area, area, width, height, target);
      return;
    }
    // every scanline needs this much: checked before anything is allocated for it
    const least = planes * height * Math.ceil(width / MAX_LONG_RUN);
    if (data.length - 1 < least) throw new ProtocolError('TRUNCATED', 'RDP6_BITMAP_STREAM.planes', `>= ${least} bytes`, data.length - 1);
    if (this.scratch.length < 3 * area) this.scratch = new Uint8Array(3 * area);
    let at = 1;
    if (planes === 4) at = skipPlane(data, at, width, height);
    at = decodePlane(data, at, width, height, this.scratch, 0);
    at = decodePlane(data, at, width, height, this.scratch, area);
    decodePlane(data, at, width, height, this.scratch, 2 * area);
    combine(this.scratch, 0, area, width, height, target);
  }
}

function combine(planes: Uint8Array, start: number, area: number, width: number, height: number, target: BitmapTarget): void {
  const { words, stride, columns, rows } = target;
  let to = target.offset;
  for (let row = 0; row < rows; row++) {
    let red = start + (height - 1 - row) * width;
    let green = red + area;
    let blue = green + area;
    for (const stop = to + columns; to < stop; to++) {
      words[to] = OPAQUE | (planes[blue++]! << 16) | (planes[green++]! << 8) | planes[red++]!;
    }
    to += stride - columns;
  }
}

function truncated(): ProtocolError {
  return new ProtocolError('TRUNCATED', 'RDP6_RLE_SEGMENT', 'another byte', 'the end');
}

function overlong(row: number): ProtocolError {
  return new ProtocolError('MALFORMED', 'RDP6_RLE_SEGMENT', 'a segment inside its scanline', `overrun in scanline ${row}`);
}

function decodePlane(data: Uint8Array, start: number, width: number, height: number, plane: Uint8Array, first: number): number {
  const end = data.length;
  let at = start;
  let to = first;
  for (let row = 0; row < height; row++) {
    const stop = to + width;
    // the value (first scanline) or delta (others) that a run repeats
    let value = 0;
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
      } else {
        for (; raw > 0; raw--, to++) {
          const coded = data[at++]!;
          value = (coded >>> 1) ^ -(coded & 1);
          plane[to] = plane[to - width]! + value;
        }
        for (; run > 0; run--, to++) plane[to] = plane[to - width]! + value;
      }
    }
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
