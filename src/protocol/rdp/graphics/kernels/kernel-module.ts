import { base64Decode } from '../../../bytes/text.ts';
import { KERNELS_BASE64 } from './kernels-binary.ts';

/** What `kernels/index.ts` exports. Addresses and lengths are in bytes unless they say otherwise; nothing is checked there. */
export interface KernelExports {
  readonly freeFrom: { readonly value: number };
  changedTiles(
    now: number,
    before: number,
    stride: number,
    width: number,
    firstWidth: number,
    height: number,
    take: number,
    found: number,
  ): void;
  copyRows(from: number, fromStride: number, to: number, toStride: number, bytes: number, rows: number): void;
  toI420(first: number, stride: number, width: number, height: number, out: number, outWidth: number, outHeight: number): void;
  changedBox(now: number, before: number, stride: number, x0: number, x1: number, y0: number, y1: number, every: number, box: number): void;
  commonShift(
    now: number,
    before: number,
    stride: number,
    width: number,
    height: number,
    minVotes: number,
    table: number,
    places: number,
  ): number;
  equalRuns(
    now: number,
    before: number,
    stride: number,
    width: number,
    firstWidth: number,
    rows: number,
    least: number,
    starts: number,
    found: number,
  ): number;
  oneColour(first: number, stride: number, width: number, height: number): number;
  rfxCoefficients(first: number, stride: number, width: number, height: number, quants: number, work: number): void;
  rfxTileBack(
    data: number,
    lumaBytes: number,
    cbBytes: number,
    crBytes: number,
    quants: number,
    withoutPairs: number,
    work: number,
    out: number,
  ): void;
  rlgr(coefficients: number, withoutPairs: number, out: number): number;
  toRgba(
    y: number,
    yStride: number,
    u: number,
    v: number,
    chromaStride: number,
    width: number,
    rows: number,
    out: number,
    outStride: number,
  ): void;
  rdp8Compress(window: number, places: number, start: number, end: number, literals: number, distances: number, out: number): number;
  rdp8Decompress(bytes: number, length: number, window: number, start: number, meanings: number, distances: number): number;
  planarTileBack(data: number, length: number, width: number, height: number, hasAlpha: number, work: number, out: number): number;
  planarTile(first: number, step: number, width: number, height: number, out: number, limit: number, skipAlpha: number): number;
}

/** The part of JavaScript's WebAssembly that is used: this room has the library of no platform. */
interface Engine {
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (binary: Uint8Array) => object;
  readonly Instance: new (module: object, imports: { readonly env: { readonly memory: object } }) => { readonly exports: object };
}

export interface KernelInstance {
  readonly exports: KernelExports;
  /** Of the whole memory. It never grows, so this stays attached, and addresses in it stay true for native code as well. */
  readonly buffer: ArrayBuffer;
}

const PAGE_BYTES = 65_536;

/** Once a thread: undefined until it is asked for, null where it cannot be had. */
let compiled: object | null | undefined;

/**
 * The kernels with a memory of their own of at least `bytes`. Undefined where there is no WebAssembly with SIMD (an old processor, a page that
 * may not compile) or not so much memory: the callers' own TypeScript does the same more slowly.
 */
export function instantiateKernels(bytes: number): KernelInstance | undefined {
  const { WebAssembly: engine } = globalThis as unknown as { readonly WebAssembly?: Engine };
  if (engine === undefined) return undefined;
  try {
    compiled ??= compiled === null ? null : new engine.Module(base64Decode(KERNELS_BASE64, 'kernels'));
    if (compiled === null) return undefined;
    const pages = Math.ceil(bytes / PAGE_BYTES);
    const memory = new engine.Memory({ initial: pages, maximum: pages });
    const { exports } = new engine.Instance(compiled, { env: { memory } });
    return { exports: exports as KernelExports, buffer: memory.buffer };
  } catch {
    if (compiled === undefined) compiled = null;
    return undefined;
  }
}

/** Opens kernels when they are first asked for, and gives the same from then on: undefined where there are none. Each thread has its own. */
export function openedOnce<Kernels>(open: () => Kernels | undefined): () => Kernels | undefined {
  let opened: { readonly kernels: Kernels | undefined } | undefined;
  return () => {
    opened ??= { kernels: open() };
    return opened.kernels;
  };
}
