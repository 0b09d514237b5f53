import type { BitmapTarget } from '../surface.ts';
import { instantiateKernels, type KernelExports, type KernelInstance } from './kernel-module.ts';

/** Longest side of a bitmap, in pixels. */
const SIDE = 64;
const PLANE_BYTES = SIDE * SIDE;
/** Of what is read; nobody has a use for twice the planes. */
const MAX_DATA_BYTES = 4 * 2 * PLANE_BYTES;
/** Some bytes behind the data and the planes are read and written. */
const GAP_BYTES = 256;
const DATA_AT = 65_536;
const WORK_AT = DATA_AT + MAX_DATA_BYTES + GAP_BYTES;
const OUT_AT = WORK_AT + 3 * PLANE_BYTES + GAP_BYTES;
const BYTES = OUT_AT + 4 * PLANE_BYTES;

/** Turns planar bitmaps back into pixels. */
export class PlanarKernels {
  private readonly kernels: KernelExports;
  private readonly data: Uint8Array<ArrayBuffer>;
  /** A view for each row, from the top. */
  private readonly lines: readonly Int32Array<ArrayBuffer>[];

  /** Undefined where there are no kernels. */
  static open(): PlanarKernels | undefined {
    const instance = instantiateKernels(BYTES);
    return instance === undefined ? undefined : new PlanarKernels(instance);
  }

  private constructor({ exports, buffer }: KernelInstance) {
    this.kernels = exports;
    this.data = new Uint8Array(buffer, DATA_AT, MAX_DATA_BYTES);
    this.lines = Array.from({ length: SIDE }, (_, row) => new Int32Array(buffer, OUT_AT + row * SIDE * 4, SIDE));
  }

  /**
   * Draws a run-length encoded bitmap.
   * @param planes what follows the header
   * @returns false where nothing was drawn: it is too large for these kernels, or wrong
   */
  draw(planes: Uint8Array, width: number, height: number, hasAlpha: boolean, target: BitmapTarget): boolean {
    if (width > SIDE || height > SIDE || planes.length > MAX_DATA_BYTES) return false;
    this.data.set(planes);
    if (this.kernels.planarTileBack(DATA_AT, planes.length, width, height, hasAlpha ? 1 : 0, WORK_AT, OUT_AT) === 0) return false;
    const { words, stride, offset, columns, rows } = target;
    for (const [row, line] of this.lines.entries()) {
      if (row === rows) break;
      words.set(columns === SIDE ? line : line.subarray(0, columns), offset + row * stride);
    }
    return true;
  }
}
