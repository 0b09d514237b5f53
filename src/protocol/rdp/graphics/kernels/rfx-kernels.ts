import { instantiateKernels, type KernelExports, type KernelInstance } from './kernel-module.ts';

const TILE_PIXELS = 64 * 64;
const PLANE_BYTES = TILE_PIXELS * 4;
const COMPONENTS = 3;
/** The length of a component is told in 16 bits. */
const MAX_COMPONENT_BYTES = 0xffff;
const QUANTS_AT = 65_536;
const OUT_AT = QUANTS_AT + 256;
/** Three planes, the samples of one, and a row of it. */
const WORK_AT = OUT_AT + PLANE_BYTES;
const WORK_BYTES = (COMPONENTS + 1) * PLANE_BYTES + 512;
const DATA_AT = WORK_AT + WORK_BYTES;
/** Some bytes behind the data are read. */
const BYTES = DATA_AT + COMPONENTS * MAX_COMPONENT_BYTES + 64;

/** Turns tiles of RemoteFX back into pixels. */
export class RfxKernels {
  private readonly kernels: KernelExports;
  private readonly memory: Uint8Array<ArrayBuffer>;
  private readonly quants: Int32Array<ArrayBuffer>;
  private readonly out: Int32Array<ArrayBuffer>;

  /** Undefined where there are no kernels. */
  static open(): RfxKernels | undefined {
    const instance = instantiateKernels(BYTES);
    return instance === undefined ? undefined : new RfxKernels(instance);
  }

  private constructor({ exports, buffer }: KernelInstance) {
    this.kernels = exports;
    this.memory = new Uint8Array(buffer);
    this.quants = new Int32Array(buffer, QUANTS_AT, COMPONENTS * 10);
    this.out = new Int32Array(buffer, OUT_AT, TILE_PIXELS);
  }

  /**
   * Y, Cb and Cr as 64×64 RGBA words, which are valid until the next call. None of the three is longer than 65,535 bytes.
   * @param quants ten numbers for each of them, in the order in which bands lie
   */
  decode(components: readonly [Uint8Array, Uint8Array, Uint8Array], quants: readonly number[], withoutPairs: boolean): Int32Array {
    const [luma, cb, cr] = components;
    this.memory.set(luma, DATA_AT);
    this.memory.set(cb, DATA_AT + luma.length);
    this.memory.set(cr, DATA_AT + luma.length + cb.length);
    this.quants.set(quants);
    this.kernels.rfxTileBack(DATA_AT, luma.length, cb.length, cr.length, QUANTS_AT, withoutPairs ? 1 : 0, WORK_AT, OUT_AT);
    return this.out;
  }
}
