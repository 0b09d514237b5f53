import { instantiateKernels, type KernelExports, type KernelInstance } from './kernel-module.ts';

/** As many rows are converted at once: so little memory stays near the processor, and is enough for a picture of any height. */
export const BAND_ROWS = 16;
/** Longest row, in bytes of luma. */
const MAX_STRIDE = 16_384 + 256;
const Y_AT = 65_536;
const U_AT = Y_AT + BAND_ROWS * MAX_STRIDE;
const V_AT = U_AT + (BAND_ROWS / 2) * MAX_STRIDE;
const OUT_AT = V_AT + (BAND_ROWS / 2) * MAX_STRIDE;
const BYTES = OUT_AT + BAND_ROWS * MAX_STRIDE * 4;

/** One of a band's planes: from its first sample on, rows `stride` bytes apart. */
export interface BandPlane {
  readonly bytes: Uint8Array;
  readonly stride: number;
}

/** Turns bands of decoded pictures (I420) into pixels. */
export class PlaneKernels {
  private readonly kernels: KernelExports;
  private readonly memory: Uint8Array<ArrayBuffer>;
  private readonly out: Int32Array<ArrayBuffer>;

  /** Undefined where there are no kernels. */
  static open(): PlaneKernels | undefined {
    const instance = instantiateKernels(BYTES);
    return instance === undefined ? undefined : new PlaneKernels(instance);
  }

  private constructor({ exports, buffer }: KernelInstance) {
    this.kernels = exports;
    this.memory = new Uint8Array(buffer);
    this.out = new Int32Array(buffer, OUT_AT, BAND_ROWS * MAX_STRIDE);
  }

  /** Whether rows of this many bytes fit. */
  takes(y: number, chroma: number): boolean {
    return y <= MAX_STRIDE && chroma <= MAX_STRIDE;
  }

  /**
   * RGBA words of `width`×`rows` pixels (at most {@link BAND_ROWS}) whose first is the upper left of four that share their chroma.
   * Rows are `stride` words apart; valid until the next call.
   */
  convert(y: BandPlane, u: BandPlane, v: BandPlane, width: number, rows: number): { readonly words: Int32Array; readonly stride: number } {
    const { memory } = this;
    memory.set(y.bytes, Y_AT);
    memory.set(u.bytes, U_AT);
    memory.set(v.bytes, V_AT);
    const stride = (width + 15) & ~15;
    this.kernels.toRgba(Y_AT, y.stride, U_AT, V_AT, u.stride, width, rows, OUT_AT, stride * 4);
    return { words: this.out, stride };
  }
}
