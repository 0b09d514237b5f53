/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a byte would cost a frame */
import { ProtocolError } from '../../../bytes/errors.ts';
import { MAX_SEGMENT_BYTES, type Segment, type SegmentedData } from '../../pdu/rdpgfx/segmented-data.ts';
import { Rdp8Kernels } from '../kernels/rdp8-kernels.ts';
import { RDP8_DISTANCES, RDP8_HISTORY_BYTES, RDP8_PREFIX_BITS, RDP8_RAW_COUNT_BITS, RDP8_SHORT_LITERALS } from './rdp8-codes.ts';

const WINDOW_BYTES = RDP8_HISTORY_BYTES + 16 * MAX_SEGMENT_BYTES;

/** What the next nine bits begin with: the width of the prefix (with the literal itself), and which literal or distance it is. */
const WIDTH = new Uint8Array(1 << RDP8_PREFIX_BITS);
const MEANS = new Int16Array(1 << RDP8_PREFIX_BITS).fill(-1);
/** Added to the index of a distance, to tell it from a literal. */
const DISTANCE = 256;
fill(0, 1, (rest) => rest, RDP8_PREFIX_BITS);
for (const { value, prefix, bits } of RDP8_SHORT_LITERALS) fill(prefix, bits, () => value, bits);
for (const [index, { prefix, bits }] of RDP8_DISTANCES.entries()) fill(prefix, bits, () => DISTANCE + index, bits);

function fill(prefix: number, bits: number, means: (rest: number) => number, width: number): void {
  const restBits = RDP8_PREFIX_BITS - bits;
  for (let rest = 0; rest < 1 << restBits; rest += 1) {
    WIDTH[(prefix << restBits) | rest] = width;
    MEANS[(prefix << restBits) | rest] = means(rest);
  }
}

/** What works in WebAssembly, where that is to be had. */
function openKernels(): Rdp8Kernels | undefined {
  return Rdp8Kernels.open(
    WINDOW_BYTES,
    Int32Array.from(MEANS, (means, ahead) => (means & 0xffff) | (WIDTH[ahead]! << 16)),
  );
}

/** RDP 8.0 bulk decompression ([MS-RDPEGFX] 3.1.9.1) of one channel: everything that comes goes through it, in order. */
export class Rdp8Decompressor {
  private readonly kernels: Rdp8Kernels | undefined;
  private readonly window: Uint8Array;
  private end = 0;

  /** `withKernels`: in WebAssembly where that is to be had. */
  constructor(withKernels = true) {
    this.kernels = withKernels ? openKernels() : undefined;
    this.window = this.kernels?.window ?? new Uint8Array(WINDOW_BYTES);
  }

  /** What comes next refers to nothing that came before. */
  forget(): void {
    this.end = 0;
  }

  /**
   * What a message stands for. After an error the history is no longer the sender's.
   * @throws ProtocolError TRUNCATED, TOO_LARGE (a segment of more than 65,535 bytes), OUT_OF_RANGE (a match before the history, a total that is
   *   not what was said), UNEXPECTED (a prefix that means nothing)
   */
  decompress({ segments, uncompressedBytes }: SegmentedData): Uint8Array {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (const segment of segments) {
      const part = this.segment(segment);
      length += part.length;
      // At once: a few bytes may stand for each segment, and there may be 65,535 of them.
      if (uncompressedBytes !== undefined && length > uncompressedBytes) throw otherSize(uncompressedBytes, length);
      parts.push(part);
    }
    if (uncompressedBytes !== undefined && length !== uncompressedBytes) throw otherSize(uncompressedBytes, length);
    const [first] = parts;
    if (first !== undefined && parts.length === 1) return first;
    const whole = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  private segment({ compressed, data }: Segment): Uint8Array {
    if (this.end + MAX_SEGMENT_BYTES > WINDOW_BYTES) {
      this.window.copyWithin(0, this.end - RDP8_HISTORY_BYTES, this.end);
      this.end = RDP8_HISTORY_BYTES;
    }
    const start = this.end;
    // What is wrong is said by the one that is slower.
    if (compressed) this.end = this.kernels?.decompress(data, start) ?? decode(data, this.window, start);
    else {
      this.window.set(data, start);
      this.end += data.length;
    }
    return this.window.slice(start, this.end);
  }
}

/** Decodes one segment's bits to `window` from `start`; gives where it ends. */
function decode(data: Uint8Array, window: Uint8Array, start: number): number {
  const stop = start + MAX_SEGMENT_BYTES;
  const lastByte = data.length - 1;
  /** The closing byte says how many bits of the one before mean nothing. */
  let bitsLeft = 8 * lastByte - (data[lastByte] ?? 0);
  if (bitsLeft < 0) throw truncated();
  let at = 0;
  let held = 0;
  let heldBits = 0;
  let to = start;

  /** At most 24 bits. */
  const take = (count: number): number => {
    if (count > bitsLeft) throw truncated();
    while (heldBits < count) {
      held = (held << 8) | data[at++]!;
      heldBits += 8;
    }
    bitsLeft -= count;
    heldBits -= count;
    const value = (held >>> heldBits) & ((1 << count) - 1);
    held &= (1 << heldBits) - 1;
    return value;
  };

  while (bitsLeft > 0) {
    while (heldBits < RDP8_PREFIX_BITS) {
      held = (held << 8) | (at < lastByte ? data[at]! : 0);
      at += 1;
      heldBits += 8;
    }
    const ahead = (held >>> (heldBits - RDP8_PREFIX_BITS)) & ((1 << RDP8_PREFIX_BITS) - 1);
    const width = WIDTH[ahead]!;
    const means = MEANS[ahead]!;
    if (means < 0) throw new ProtocolError('UNEXPECTED', 'RDP8_BULK_ENCODED_DATA.data', 'a known prefix', ahead);
    if (width > bitsLeft) throw truncated();
    bitsLeft -= width;
    heldBits -= width;
    held &= (1 << heldBits) - 1;
    if (means < DISTANCE) {
      if (to >= stop) throw tooLong();
      window[to++] = means;
      continue;
    }
    const { base, valueBits } = RDP8_DISTANCES[means - DISTANCE]!;
    const distance = base + take(valueBits);
    if (distance === 0) {
      const count = take(RDP8_RAW_COUNT_BITS);
      // From the next whole byte on: of the byte that is begun nothing more counts, and whole bytes that are held already are given back.
      bitsLeft -= heldBits & 7;
      at -= heldBits >> 3;
      held = 0;
      heldBits = 0;
      if (bitsLeft < 8 * count) throw truncated();
      if (to + count > stop) throw tooLong();
      window.set(data.subarray(at, at + count), to);
      at += count;
      bitsLeft -= 8 * count;
      to += count;
      continue;
    }
    let length = 3;
    if (take(1) === 1) {
      let bits = 2;
      while (take(1) === 1) {
        bits += 1;
        if (bits > 16) throw tooLong();
      }
      length = (1 << bits) + take(bits);
    }
    if (distance > to || distance > RDP8_HISTORY_BYTES)
      throw new ProtocolError('OUT_OF_RANGE', 'RDP8_BULK_ENCODED_DATA.distance', `<= ${Math.min(to, RDP8_HISTORY_BYTES)}`, distance);
    if (to + length > stop) throw tooLong();
    if (distance >= length) {
      window.copyWithin(to, to - distance, to - distance + length);
      to += length;
    } else for (const end = to + length; to < end; to += 1) window[to] = window[to - distance]!;
  }
  return to;
}

function otherSize(said: number, length: number): ProtocolError {
  return new ProtocolError('OUT_OF_RANGE', 'RDP_SEGMENTED_DATA.uncompressedSize', said, length);
}

function truncated(): ProtocolError {
  return new ProtocolError('TRUNCATED', 'RDP8_BULK_ENCODED_DATA.data', 'more bits', 'the end');
}

function tooLong(): ProtocolError {
  return new ProtocolError('TOO_LARGE', 'RDP8_BULK_ENCODED_DATA', `<= ${MAX_SEGMENT_BYTES} bytes`, 'more');
}
