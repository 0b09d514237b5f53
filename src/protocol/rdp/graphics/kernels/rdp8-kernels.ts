import { MAX_SEGMENT_BYTES } from '../../pdu/rdpgfx/segmented-data.ts';
import { RDP8_DISTANCES } from '../rdp8/rdp8-codes.ts';
import { instantiateKernels, type KernelExports, type KernelInstance } from './kernel-module.ts';

const DISTANCES_AT = 65_536;
const DISTANCE_NUMBERS = 4;
/** One for each literal, or for each beginning of nine bits. */
const CODES_AT = DISTANCES_AT + 4096;
const CODE_NUMBERS = 512;
const OTHER_AT = CODES_AT + 4 * CODE_NUMBERS;
/** What is read, or written, of one segment: the worst is an eighth more than its bytes. */
const SEGMENT_ROOM = MAX_SEGMENT_BYTES + (MAX_SEGMENT_BYTES >> 3) + 64;
const PLACES_AT = OTHER_AT + Math.ceil(SEGMENT_ROOM / 256) * 256;
const PLACE_NUMBERS = 65_536;
const WINDOW_AT = PLACES_AT + 4 * PLACE_NUMBERS;
/** Kernels read and write a little further than they must. */
const GAP_BYTES = 256;

/** The memory of one direction of a channel's compression, and the kernels that work in it. */
export class Rdp8Kernels {
  /** The history, and what is new behind it. */
  readonly window: Uint8Array<ArrayBuffer>;
  /** For each hash, a place in the window and one; 0 for none. */
  readonly places: Int32Array<ArrayBuffer>;
  /** What {@link compress} has written, and what {@link decompress} reads. */
  private readonly segment: Uint8Array<ArrayBuffer>;
  private readonly kernels: KernelExports;

  /**
   * Undefined where there are no kernels.
   * @param codes of each literal, when it is to compress: prefix, and width from bit 16 on; what each nine bits begin with, when it is to
   *   decompress: literal or 256 and the index of a distance or 0xFFFF, and width from bit 16 on
   */
  static open(windowBytes: number, codes: Int32Array): Rdp8Kernels | undefined {
    const instance = instantiateKernels(WINDOW_AT + windowBytes + GAP_BYTES);
    return instance === undefined ? undefined : new Rdp8Kernels(windowBytes, codes, instance);
  }

  private constructor(windowBytes: number, codes: Int32Array, { exports, buffer }: KernelInstance) {
    this.kernels = exports;
    this.window = new Uint8Array(buffer, WINDOW_AT, windowBytes);
    this.places = new Int32Array(buffer, PLACES_AT, PLACE_NUMBERS);
    this.segment = new Uint8Array(buffer, OTHER_AT, SEGMENT_ROOM);
    new Int32Array(buffer, CODES_AT, CODE_NUMBERS).set(codes);
    const distances = RDP8_DISTANCES.flatMap(({ prefix, bits, valueBits, base }) => [prefix, bits, valueBits, base]);
    new Int32Array(buffer, DISTANCES_AT, DISTANCE_NUMBERS * RDP8_DISTANCES.length).set(distances);
  }

  /** The segment of what is from `start` to `end` of the window, at most 65,535 bytes. Valid until the next call. */
  compress(start: number, end: number): Uint8Array<ArrayBuffer> {
    const bytes = this.kernels.rdp8Compress(WINDOW_AT, PLACES_AT, start, end, CODES_AT, DISTANCES_AT, OTHER_AT);
    return this.segment.subarray(0, bytes);
  }

  /** Decodes a segment to `start` of the window. Gives where it ends there, or undefined for data that are wrong, or too long to be meant. */
  decompress(data: Uint8Array, start: number): number | undefined {
    if (data.length > SEGMENT_ROOM) return undefined;
    this.segment.set(data);
    const end = this.kernels.rdp8Decompress(OTHER_AT, data.length, WINDOW_AT, start, CODES_AT, DISTANCES_AT);
    return end === 0 ? undefined : end - 1;
  }
}
