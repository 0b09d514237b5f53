/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a byte would cost a frame */
import { ProtocolError } from '../../../bytes/errors.ts';
import { MAX_SEGMENT_BYTES, type Segment } from '../../pdu/rdpgfx/segmented-data.ts';
import { Rdp8Kernels } from '../kernels/rdp8-kernels.ts';
import {
  RDP8_DISTANCES,
  RDP8_HISTORY_BYTES,
  RDP8_LITERAL_BITS,
  RDP8_MAX_RAW,
  RDP8_MIN_MATCH,
  RDP8_RAW_COUNT_BITS,
  RDP8_SHORT_LITERALS,
} from './rdp8-codes.ts';

/** The history and room for what comes, so that it is moved to the front seldom. */
const WINDOW_BYTES = RDP8_HISTORY_BYTES + 24 * MAX_SEGMENT_BYTES;
const HASH_BITS = 16;
/** What is compared at once. Three bytes alone would seldom be worth their distance. */
const MIN_LOOKED_FOR = 4;
/** From so many literals in a row on, they are shorter as they are. */
const MIN_RAW = 40;
/** Of a long match only its ends are remembered. */
const REMEMBERED = 24;

/** Prefix and width of each literal, and of the prefix of each distance below 2^25. */
const LITERAL_CODE = new Uint16Array(256);
const LITERAL_BITS = new Uint8Array(256).fill(RDP8_LITERAL_BITS);
for (let value = 0; value < 256; value += 1) LITERAL_CODE[value] = value;
for (const { value, prefix, bits } of RDP8_SHORT_LITERALS) {
  LITERAL_CODE[value] = prefix;
  LITERAL_BITS[value] = bits;
}
const RAW = RDP8_DISTANCES[0]!;

/** What works in WebAssembly, where that is to be had: to the same bits. */
function openKernels(): Rdp8Kernels | undefined {
  return Rdp8Kernels.open(
    WINDOW_BYTES,
    Int32Array.from(LITERAL_CODE, (code, value) => code | (LITERAL_BITS[value]! << 16)),
  );
}

/**
 * RDP 8.0 bulk compression ([MS-RDPEGFX] 3.1.9.1): one greedy pass, one candidate a place. It remembers what it has been given since
 * {@link forget}, so that must be all that the other side has been sent since.
 */
export class Rdp8Compressor {
  private readonly kernels: Rdp8Kernels | undefined;
  private readonly window: Uint8Array;
  /** Places in the window, each one more than it is; 0 for none. */
  private readonly places: Int32Array;
  private end = 0;
  private out = new Uint8Array(0);
  private at = 0;
  /** Bits that do not fill a byte yet are the lowest of it, and so many. */
  private pending = 0;
  private pendingBits = 0;

  /** `withKernels`: in WebAssembly where that is to be had. */
  constructor(withKernels = true) {
    this.kernels = withKernels ? openKernels() : undefined;
    this.window = this.kernels?.window ?? new Uint8Array(WINDOW_BYTES);
    this.places = this.kernels?.places ?? new Int32Array(1 << HASH_BITS);
  }

  /** What comes next refers to nothing that came before: the other side may have lost it. */
  forget(): void {
    this.end = 0;
    this.places.fill(0);
  }

  /**
   * The next segment; it is plain where compressing gains nothing. Its memory is its own.
   * @throws ProtocolError TOO_LARGE for more than a segment holds
   */
  compress(data: Uint8Array): Segment {
    const { length } = data;
    const start = this.remembered(data);
    if (this.kernels !== undefined) {
      const made = this.kernels.compress(start, this.end);
      return made.length >= length ? { compressed: false, data: data.slice() } : { compressed: true, data: made.slice() };
    }
    this.out = new Uint8Array(length + (length >> 3) + 16);
    this.at = 0;
    this.pending = 0;
    this.pendingBits = 0;
    this.encode(start, this.end);
    const unused = (8 - this.pendingBits) & 7;
    if (this.pendingBits > 0) this.put(0, unused);
    this.out[this.at++] = unused;
    if (this.at >= length) return { compressed: false, data: data.slice() };
    return { compressed: true, data: this.out.subarray(0, this.at) };
  }

  /**
   * The next segment as it is, without looking for anything in it. Its memory is its own.
   * @throws ProtocolError TOO_LARGE for more than a segment holds
   */
  plain(data: Uint8Array): Segment {
    this.remembered(data);
    return { compressed: false, data: data.slice() };
  }

  /** Where in the window the segment begins: plain ones are part of the history, too. */
  private remembered(data: Uint8Array): number {
    const { length } = data;
    if (length > MAX_SEGMENT_BYTES) throw new ProtocolError('TOO_LARGE', 'RDP8_BULK_ENCODED_DATA', `<= ${MAX_SEGMENT_BYTES} bytes`, length);
    this.makeRoom(length);
    const start = this.end;
    this.window.set(data, start);
    this.end += length;
    return start;
  }

  private makeRoom(length: number): void {
    if (this.end + length <= WINDOW_BYTES) return;
    const shift = this.end - RDP8_HISTORY_BYTES;
    this.window.copyWithin(0, shift, this.end);
    this.end = RDP8_HISTORY_BYTES;
    const { places } = this;
    for (let index = 0; index < places.length; index += 1) places[index] = Math.max(0, places[index]! - shift);
  }

  private encode(start: number, end: number): void {
    const { window, places } = this;
    const last = end - MIN_LOOKED_FOR;
    let literals = start;
    let at = start;
    while (at <= last) {
      const hash = hashAt(window, at);
      const candidate = places[hash]! - 1;
      places[hash] = at + 1;
      const distance = at - candidate;
      if (candidate < 0 || distance > RDP8_HISTORY_BYTES || !sameFour(window, candidate, at)) {
        // The longer nothing is found, the less is looked for: noise costs little.
        at += 1 + ((at - literals) >> 6);
        continue;
      }
      let length = MIN_LOOKED_FOR;
      while (at + length < end && window[candidate + length] === window[at + length]) length += 1;
      let from = at;
      let back = candidate;
      while (from > literals && back > 0 && window[from - 1] === window[back - 1]) {
        from -= 1;
        back -= 1;
        length += 1;
      }
      this.putLiterals(literals, from);
      this.putMatch(distance, length);
      const next = from + length;
      this.remember(at + 1, Math.min(next, last + 1));
      at = next;
      literals = next;
    }
    this.putLiterals(literals, end);
  }

  private remember(from: number, to: number): void {
    const { window, places } = this;
    let at = from;
    for (const stop = Math.min(to, from + REMEMBERED); at < stop; at += 1) places[hashAt(window, at)] = at + 1;
    for (at = Math.max(at, to - REMEMBERED); at < to; at += 1) places[hashAt(window, at)] = at + 1;
  }

  private putLiterals(from: number, to: number): void {
    const { window, out } = this;
    let at = from;
    while (to - at >= MIN_RAW) {
      const count = Math.min(RDP8_MAX_RAW, to - at);
      this.put(RAW.prefix, RAW.bits);
      this.put(0, RAW.valueBits);
      this.put(count, RDP8_RAW_COUNT_BITS);
      if (this.pendingBits > 0) this.put(0, 8 - this.pendingBits);
      out.set(window.subarray(at, at + count), this.at);
      this.at += count;
      at += count;
    }
    let { pending, pendingBits, at: written } = this;
    for (; at < to; at += 1) {
      const value = window[at]!;
      pending = (pending << LITERAL_BITS[value]!) | LITERAL_CODE[value]!;
      pendingBits += LITERAL_BITS[value]!;
      while (pendingBits >= 8) {
        pendingBits -= 8;
        out[written++] = pending >>> pendingBits;
      }
    }
    this.pending = pending;
    this.pendingBits = pendingBits;
    this.at = written;
  }

  private putMatch(distance: number, length: number): void {
    let index = 0;
    while (distance >= RDP8_DISTANCES[index]!.base + 2 ** RDP8_DISTANCES[index]!.valueBits) index += 1;
    const { prefix, bits, valueBits, base } = RDP8_DISTANCES[index]!;
    this.put(prefix, bits);
    this.put(distance - base, valueBits);
    if (length === RDP8_MIN_MATCH) {
      this.put(0, 1);
      return;
    }
    // 2^n to 2^(n+1) - 1: n - 1 ones and a zero, then n bits.
    const n = 31 - Math.clz32(length);
    this.put((1 << n) - 2, n);
    this.put(length - (1 << n), n);
  }

  /** At most 24 bits. */
  private put(value: number, count: number): void {
    const pending = (this.pending << count) | value;
    let pendingBits = this.pendingBits + count;
    while (pendingBits >= 8) {
      pendingBits -= 8;
      this.out[this.at++] = pending >>> pendingBits;
    }
    this.pending = pending;
    this.pendingBits = pendingBits;
  }
}

function hashAt(bytes: Uint8Array, at: number): number {
  const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  return Math.imul(word, 0x9e37_79b1) >>> (32 - HASH_BITS);
}

function sameFour(bytes: Uint8Array, one: number, other: number): boolean {
  return (
    bytes[one] === bytes[other] &&
    bytes[one + 1] === bytes[other + 1] &&
    bytes[one + 2] === bytes[other + 2] &&
    bytes[one + 3] === bytes[other + 3]
  );
}
