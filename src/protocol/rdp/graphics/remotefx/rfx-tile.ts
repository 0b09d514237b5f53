/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import { openedOnce } from '../kernels/kernel-module.ts';
import { RfxKernels } from '../kernels/rfx-kernels.ts';
import type { FrameWords } from '../pixel-words.ts';
import { OPAQUE } from '../surface.ts';
import { decodeRlgr, encodeRlgr } from './rlgr.ts';
import { RFX_BANDS, RFX_ENTROPY, RFX_LL3, RFX_TILE_PIXELS, RFX_TILE_SIDE, type RfxEntropy, type RfxQuants } from './rfx-format.ts';
import { forwardWavelet, inverseWavelet } from './rfx-wavelet.ts';

/** Room for one component at its worst. */
export const MAX_RFX_COMPONENT_BYTES = 8 * RFX_TILE_PIXELS;

const planes = [new Int32Array(RFX_TILE_PIXELS), new Int32Array(RFX_TILE_PIXELS), new Int32Array(RFX_TILE_PIXELS)] as const;

/**
 * Encodes the tile at `x`,`y` of the frame ([MS-RDPRFX] 3.1.8): Y, Cb and Cr one after the other in `out`, which has room for three times
 * {@link MAX_RFX_COMPONENT_BYTES}. Frames in the kernels' memory are encoded there, to the same bytes. Of a tile of less than 64×64 the last column and row are repeated.
 * @returns where each of the three ends
 */
export function encodeRfxTile(
  frame: FrameWords,
  x: number,
  y: number,
  width: number,
  height: number,
  quants: RfxQuants,
  entropy: RfxEntropy,
  out: Uint8Array,
): readonly [number, number, number] {
  const { kernels } = frame;
  if (kernels !== undefined) {
    const inBands = RFX_BANDS.map(({ quant }) => quants[quant]!);
    return kernels.encodeRemoteFx(x, y, width, height, inBands, entropy === RFX_ENTROPY.rlgr1, out);
  }
  readColours(frame, x, y, width, height);
  let at = 0;
  const [first, second, third] = planes.map((plane) => {
    forwardWavelet(plane);
    for (const { at: from, count, quant } of RFX_BANDS) {
      // samples are in 32nds of a level
      const shift = quants[quant]! - 1;
      const half = 1 << (shift - 1);
      for (let i = from; i < from + count; i++) plane[i] = (plane[i]! + half) >> shift;
    }
    for (let i = RFX_TILE_PIXELS - 1; i > RFX_LL3; i--) plane[i]! -= plane[i - 1]!;
    at = encodeRlgr(plane, entropy, out, at);
    return at;
  });
  return [first!, second!, third!];
}

/** Y in -128 to 127, Cb and Cr, each in 32nds of a level (3.1.8.1.3). */
function readColours({ words, stride }: FrameWords, x: number, y: number, width: number, height: number): void {
  const [luma, blueness, redness] = planes;
  for (let row = 0, at = 0; row < RFX_TILE_SIDE; row++) {
    const from = (y + Math.min(row, height - 1)) * stride + x;
    for (let column = 0; column < RFX_TILE_SIDE; column++, at++) {
      const pixel = words[from + Math.min(column, width - 1)]!;
      const red = (pixel >> 16) & 0xff;
      const green = (pixel >> 8) & 0xff;
      const blue = pixel & 0xff;
      luma[at] = ((9798 * red + 19_235 * green + 3735 * blue) >> 10) - 4096;
      blueness[at] = (-5535 * red - 10_868 * green + 16_403 * blue) >> 10;
      redness[at] = (16_377 * red - 13_714 * green - 2663 * blue) >> 10;
    }
  }
}

/** How each component of a tile was coded. */
export interface RfxComponent {
  readonly data: Uint8Array;
  readonly quants: RfxQuants;
}

const kernelsBack = openedOnce(() => RfxKernels.open());

/**
 * Decodes a tile to `tile`, 64×64 RGBA words row by row. Any data are a picture; a component has 65,535 bytes at most. `withKernels`: in WebAssembly where that
 * is to be had, to the same pixels.
 */
export function decodeRfxTile(
  components: readonly [RfxComponent, RfxComponent, RfxComponent],
  entropy: RfxEntropy,
  tile: Int32Array<ArrayBuffer>,
  withKernels = true,
): void {
  const quick = withKernels ? kernelsBack() : undefined;
  if (quick !== undefined) {
    const [luma, blueness, redness] = components;
    const inBands = components.flatMap(({ quants }) => RFX_BANDS.map(({ quant }) => quants[quant]!));
    tile.set(quick.decode([luma.data, blueness.data, redness.data], inBands, entropy === RFX_ENTROPY.rlgr1));
    return;
  }
  for (const [index, { data, quants }] of components.entries()) {
    const plane = planes[index]!;
    decodeRlgr(data, entropy, plane);
    dequantise(plane, quants);
    inverseWavelet(plane);
  }
  writeColours(planes[0], planes[1], planes[2], tile);
}

function dequantise(plane: Int32Array, quants: RfxQuants): void {
  for (let i = RFX_LL3 + 1; i < RFX_TILE_PIXELS; i++) plane[i] = plane[i]! + plane[i - 1]!;
  for (const { at, count, quant } of RFX_BANDS) {
    const shift = quants[quant]! - 1;
    const end = at + count;
    for (let i = at; i < end; i++) plane[i] = plane[i]! << shift;
  }
}

/** In 2,097,152nds of a level; values that no picture has may wrap around, and are some colour. */
function writeColours(luma: Int32Array, blueness: Int32Array, redness: Int32Array, tile: Int32Array<ArrayBuffer>): void {
  for (let at = 0; at < RFX_TILE_PIXELS; at++) {
    const light = (((luma[at]! + 4096) << 16) + (1 << 20)) | 0;
    const cb = blueness[at]!;
    const cr = redness[at]!;
    const red = level((light + Math.imul(91_916, cr)) | 0);
    const green = level((light - Math.imul(22_527, cb) - Math.imul(46_819, cr)) | 0);
    const blue = level((light + Math.imul(115_992, cb)) | 0);
    tile[at] = OPAQUE | (blue << 16) | (green << 8) | red;
  }
}

function level(value: number): number {
  const whole = value >> 21;
  return whole < 0 ? 0 : whole > 255 ? 255 : whole;
}
