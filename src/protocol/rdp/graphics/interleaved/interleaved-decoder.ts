/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import { ProtocolError } from '../../../bytes/errors.ts';
import { rgbaFrom15, rgbaFrom16, rgbaFrom24 } from '../colour.ts';
import type { DecoderKind } from '../contract.ts';
import type { BitmapTarget } from '../surface.ts';

/** Compressed bitmaps of any other depth. */
export const INTERLEAVED_BITMAPS: DecoderKind = {
  name: 'interleaved',
  takes: (format) => format.carrier === 'bitmapUpdate' && format.compressed && format.bitsPerPixel !== 32,
  create() {
    const interleaved = new InterleavedDecoder();
    return {
      decode({ data, bitsPerPixel, width, height, palette }, target) {
        interleaved.decode(data, bitsPerPixel, width, height, palette, target);
        return undefined;
      },
    };
  },
};

/**
 * RLE_BITMAP_STREAM decoder ([MS-RDPBCGR] 2.2.9.1.1.3.1.2.4, pseudo-code in 3.1.9): interleaved run length encoding of 8, 15, 16 or 24 bits
 * a pixel, bottom up. We never send it; servers that run at lower colour depths do. Keeps its scratch between calls.
 */
export class InterleavedDecoder {
  private scratch = new Int32Array(64 * 64);

  /**
   * Decodes a `width`×`height` bitmap onto the target. `palette` has 256 RGBA words and is used for 8 bits a pixel.
   * @throws ProtocolError TRUNCATED, MALFORMED (more pixels than the bitmap has), UNEXPECTED (unknown order), OUT_OF_RANGE (bitsPerPixel)
   */
  decode(data: Uint8Array, bitsPerPixel: number, width: number, height: number, palette: Int32Array, target: BitmapTarget): void {
    if (bitsPerPixel !== 8 && bitsPerPixel !== 15 && bitsPerPixel !== 16 && bitsPerPixel !== 24) {
      throw new ProtocolError('OUT_OF_RANGE', 'RLE_BITMAP_STREAM.bitsPerPixel', '8, 15, 16 or 24', bitsPerPixel);
    }
    const area = width * height;
    // the densest order gives 65,535 pixels for three bytes
    if (area > Math.ceil(data.length / 3) * 65_535) {
      throw new ProtocolError('TRUNCATED', 'RLE_BITMAP_STREAM', `data for ${area} pixels`, data.length);
    }
    if (this.scratch.length < area) this.scratch = new Int32Array(area);
    const pixels = this.scratch;
    decodeOrders(data, bitsPerPixel, width, area, pixels);
    const { words, columns, rows } = target;
    for (let row = 0; row < rows; row++) {
      let from = (height - 1 - row) * width;
      let to = target.offset + row * target.stride;
      const stop = to + columns;
      if (bitsPerPixel === 8) for (; to < stop; to++, from++) words[to] = palette[pixels[from]!]!;
      else if (bitsPerPixel === 15) for (; to < stop; to++, from++) words[to] = rgbaFrom15(pixels[from]!);
      else if (bitsPerPixel === 16) for (; to < stop; to++, from++) words[to] = rgbaFrom16(pixels[from]!);
      else for (; to < stop; to++, from++) words[to] = rgbaFrom24(pixels[from]!);
    }
  }
}

/** What an order does with its run; the SET variants first read a foreground colour. */
type Kind = 'background' | 'foreground' | 'mask' | 'colour' | 'image' | 'dithered';

interface Order {
  readonly kind: Kind;
  readonly setForeground: boolean;
}

const BACKGROUND: Order = { kind: 'background', setForeground: false };
const FOREGROUND: Order = { kind: 'foreground', setForeground: false };
const MASK: Order = { kind: 'mask', setForeground: false };
const COLOUR: Order = { kind: 'colour', setForeground: false };
const IMAGE: Order = { kind: 'image', setForeground: false };
const SET_FOREGROUND: Order = { kind: 'foreground', setForeground: true };
const SET_MASK: Order = { kind: 'mask', setForeground: true };
const DITHERED: Order = { kind: 'dithered', setForeground: false };

/** By the three high bits of the order header. */
const REGULAR = [BACKGROUND, FOREGROUND, MASK, COLOUR, IMAGE] as const;
/** 0xC0, 0xD0, 0xE0. */
const LITE = [SET_FOREGROUND, SET_MASK, DITHERED] as const;
/** 0xF0 … 0xF8; 0xF5 is not assigned. */
const MEGA = [BACKGROUND, FOREGROUND, MASK, COLOUR, IMAGE, undefined, SET_FOREGROUND, SET_MASK, DITHERED] as const;

const SPECIAL_FGBG_1 = 0xf9;
const SPECIAL_FGBG_2 = 0xfa;
const SPECIAL_WHITE = 0xfd;
const SPECIAL_BLACK = 0xfe;

/** From here on it costs less to have a run written at once than pixel by pixel. */
const LONG_RUN = 64;

/** Each of so many pixels becomes what the one above it is, black in the first row. Returns where they end. */
function copyAbove(pixels: Int32Array, from: number, count: number, width: number): number {
  const end = from + count;
  let to = from;
  if (to < width) {
    const stop = Math.min(width, end);
    pixels.fill(0, to, stop);
    to = stop;
  }
  // What lies above has to be there before it is copied: a row at a time at first, then all rows that have become equal.
  for (let rows = width; to < end; rows += width) {
    const part = Math.min(rows, end - to);
    pixels.copyWithin(to, to - rows, to - rows + part);
    to += part;
  }
  return to;
}

function decodeOrders(data: Uint8Array, bitsPerPixel: number, width: number, area: number, pixels: Int32Array): void {
  const pixelBytes = (bitsPerPixel + 7) >> 3;
  const white = bitsPerPixel === 24 ? 0xff_ffff : (1 << bitsPerPixel) - 1;
  let foreground = white;
  let to = 0;
  let at = 0;
  let insertForeground = false;
  let firstLine = true;

  function need(count: number): void {
    if (at + count > data.length) throw new ProtocolError('TRUNCATED', 'RLE_BITMAP_STREAM', `${count} bytes`, data.length - at);
  }
  function room(count: number): void {
    if (to + count > area) throw new ProtocolError('MALFORMED', 'RLE_BITMAP_STREAM', `<= ${area} pixels`, to + count);
  }
  function pixel(): number {
    need(pixelBytes);
    let value = data[at++]!;
    if (pixelBytes > 1) value |= data[at++]! << 8;
    if (pixelBytes > 2) value |= data[at++]! << 16;
    return value;
  }
  function above(): number {
    return to < width ? 0 : pixels[to - width]!;
  }
  function writeMask(mask: number, count: number): void {
    for (let bit = 0; bit < count; bit++, to++) pixels[to] = (mask >> bit) & 1 ? above() ^ foreground : above();
  }

  while (to < area) {
    if (firstLine && to >= width) {
      firstLine = false;
      insertForeground = false;
    }
    need(1);
    const header = data[at++]!;
    if (header >= SPECIAL_FGBG_1) {
      insertForeground = false;
      if (header === SPECIAL_FGBG_1 || header === SPECIAL_FGBG_2) {
        room(8);
        writeMask(header === SPECIAL_FGBG_1 ? 0x03 : 0x05, 8);
      } else if (header === SPECIAL_WHITE || header === SPECIAL_BLACK) {
        pixels[to++] = header === SPECIAL_WHITE ? white : 0;
      } else {
        throw new ProtocolError('UNEXPECTED', 'RLE_BITMAP_STREAM.order', 'a known order', header);
      }
      continue;
    }

    let order: Order | undefined;
    let length: number;
    if (header >= 0xf0) {
      order = MEGA[header - 0xf0];
      need(2);
      length = data[at]! | (data[at + 1]! << 8);
      at += 2;
    } else {
      const lite = header >= 0xc0;
      order = lite ? LITE[(header >> 4) - 0xc] : REGULAR[header >> 5];
      const short = header & (lite ? 0x0f : 0x1f);
      if (short !== 0) {
        length = order?.kind === 'mask' ? short * 8 : short;
      } else {
        need(1);
        length = data[at++]! + (order?.kind === 'mask' ? 1 : lite ? 16 : 32);
      }
    }
    if (order === undefined) throw new ProtocolError('UNEXPECTED', 'RLE_BITMAP_STREAM.order', 'a known order', header);
    if (order.setForeground) foreground = pixel();
    room(order.kind === 'dithered' ? length * 2 : length);

    if (order.kind === 'background') {
      // two background runs in a row have one foreground pixel between them
      if (insertForeground && length > 0) {
        pixels[to] = above() ^ foreground;
        to++;
        length--;
      }
      if (length >= LONG_RUN) to = copyAbove(pixels, to, length, width);
      else for (; length > 0; length--, to++) pixels[to] = above();
      insertForeground = true;
      continue;
    }
    insertForeground = false;
    switch (order.kind) {
      case 'foreground':
        for (; length > 0; length--, to++) pixels[to] = above() ^ foreground;
        break;
      case 'mask':
        for (; length > 0; length -= 8) {
          need(1);
          writeMask(data[at++]!, Math.min(8, length));
        }
        break;
      case 'colour': {
        const value = pixel();
        if (length >= LONG_RUN) {
          pixels.fill(value, to, to + length);
          to += length;
        } else for (; length > 0; length--) pixels[to++] = value;
        break;
      }
      case 'image':
        need(length * pixelBytes);
        for (; length > 0; length--) pixels[to++] = pixel();
        break;
      case 'dithered': {
        const first = pixel();
        const second = pixel();
        for (; length > 0; length--) {
          pixels[to++] = first;
          pixels[to++] = second;
        }
        break;
      }
    }
  }
}
