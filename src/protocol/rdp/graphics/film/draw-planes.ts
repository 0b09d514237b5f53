/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a pixel would cost a frame */
import { ProtocolError } from '../../../bytes/errors.ts';
import type { Rect, Size } from '../../geometry.ts';
import { openedOnce } from '../kernels/kernel-module.ts';
import { BAND_ROWS, PlaneKernels } from '../kernels/plane-kernels.ts';
import { OPAQUE, type BitmapTarget, type HeldPicture } from '../surface.ts';

/** Where a plane of a decoded picture begins in `bytes`, and how many bytes it is from row to row and from sample to sample. */
interface Plane {
  readonly offset: number;
  readonly stride: number;
  readonly step: number;
}

/** A decoded picture of 4:2:0: its three planes, which may lie in one another (NV12). */
export interface DecodedPlanes extends Size {
  readonly bytes: Uint8Array;
  readonly y: Plane;
  readonly u: Plane;
  readonly v: Plane;
}

/**
 * R = Y + 1.5748 V, G = Y - 0.1873 U - 0.4681 V, B = Y + 1.8556 U (BT.709 full range): what is not whole of them, in 32,768ths. Sums are in 64ths of a
 * level, so that 16 bits are enough for them.
 */
const RED_OF_V = 18_835;
const GREEN_OF_U = 6_137;
const GREEN_OF_V = 15_339;
const BLUE_OF_U = 28_036;
const HALF = 32;

const kernels = openedOnce(() => PlaneKernels.open());

/**
 * Draws these parts of a decoded picture, which lie on the target, at the same places of it. H.264 in RDP has the colours of BT.709 with full range,
 * whatever its stream says. `withKernels`: in WebAssembly where that is to be had, to the same pixels.
 * @throws ProtocolError TRUNCATED when the planes are smaller than the parts
 */
export function drawPlanes(planes: DecodedPlanes, regions: readonly Rect[], target: BitmapTarget, withKernels = true): void {
  const { y, u, v } = planes;
  const apart = y.step === 1 && u.step === 1 && v.step === 1 && u.stride === v.stride;
  const found = withKernels && apart ? kernels() : undefined;
  const quick = found?.takes(y.stride, u.stride) === true ? found : undefined;
  for (const region of regions) {
    check(planes, region);
    if (quick === undefined) drawRegion(planes, region, target);
    else drawBands(quick, planes, region, target);
  }
}

/**
 * The same picture held: its parts are drawn when they are looked for. `bytes` must stay as they are until then.
 * @throws ProtocolError TRUNCATED when the planes are smaller than the parts
 */
export function heldPlanes(planes: DecodedPlanes, regions: readonly Rect[]): HeldPicture {
  for (const region of regions) check(planes, region);
  return {
    regions,
    draw: (part, target) => {
      const { words, stride, columns, rows } = target;
      drawPlanes(planes, [part], { words, stride, offset: target.offset - part.y * stride - part.x, columns, rows });
    },
  };
}

/** From even columns and rows on, where chroma begins. */
function drawBands(quick: PlaneKernels, { bytes, y, u, v }: DecodedPlanes, region: Rect, { words, stride, offset }: BitmapTarget): void {
  const left = region.x & ~1;
  const width = region.x + region.width - left;
  const bottom = region.y + region.height;
  const part = (plane: Plane, x: number, row: number, columns: number, rows: number) => {
    const from = plane.offset + row * plane.stride + x;
    return { bytes: bytes.subarray(from, from + (rows - 1) * plane.stride + columns), stride: plane.stride };
  };
  for (let top = region.y & ~1; top < bottom; top += BAND_ROWS) {
    const rows = Math.min(BAND_ROWS, bottom - top);
    const [halfWidth, halfRows] = [(width + 1) >> 1, (rows + 1) >> 1];
    const band = quick.convert(
      part(y, left, top, width, rows),
      part(u, left >> 1, top >> 1, halfWidth, halfRows),
      part(v, left >> 1, top >> 1, halfWidth, halfRows),
      width,
      rows,
    );
    for (let row = Math.max(region.y, top) - top; row < rows; row++) {
      const from = row * band.stride + region.x - left;
      words.set(band.words.subarray(from, from + region.width), offset + (top + row) * stride + region.x);
    }
  }
}

function drawRegion({ bytes, y, u, v }: DecodedPlanes, region: Rect, { words, stride, offset }: BitmapTarget): void {
  const right = region.x + region.width;
  for (let row = region.y; row < region.y + region.height; row++) {
    const luma = y.offset + row * y.stride;
    const blueness = u.offset + (row >> 1) * u.stride;
    const redness = v.offset + (row >> 1) * v.stride;
    const to = offset + row * stride;
    for (let x = region.x; x < right; x++) {
      const light = (bytes[luma + x * y.step]! << 6) + HALF;
      const d = (bytes[blueness + (x >> 1) * u.step]! - 128) << 6;
      const e = (bytes[redness + (x >> 1) * v.step]! - 128) << 6;
      const red = level(light + e + part(e, RED_OF_V));
      const green = level(light - (part(d, GREEN_OF_U) + part(e, GREEN_OF_V)));
      words[to + x] = OPAQUE | (level(light + d + part(d, BLUE_OF_U)) << 16) | (green << 8) | red;
    }
  }
}

/** So many 32,768ths of a number, rounded. */
function part(of: number, share: number): number {
  return (of * share + 0x4000) >> 15;
}

function level(sum: number): number {
  const value = sum >> 6;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function check({ bytes, y, u, v, width, height }: DecodedPlanes, { x, y: top, width: columns, height: rows }: Rect): void {
  const last = (plane: Plane, shift: number): number =>
    plane.offset + ((top + rows - 1) >> shift) * plane.stride + ((x + columns - 1) >> shift) * plane.step;
  if (x + columns > width || top + rows > height || Math.max(last(y, 0), last(u, 1), last(v, 1)) >= bytes.length) {
    throw new ProtocolError(
      'TRUNCATED',
      'RDPGFX_AVC420_BITMAP_STREAM.avc420EncodedBitstream',
      `${x + columns}x${top + rows}`,
      `${width}x${height}`,
    );
  }
}
