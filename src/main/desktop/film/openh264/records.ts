import { FilmEncoderError, i420Bytes, type FilmEncoderOptions, type FilmPicture } from '../../../../protocol/rdp/graphics/film/contract.ts';

/*
 * The records that libopenh264 is told and answers with, as they lie in memory on a 64-bit little-endian machine: SEncParamExt, SSourcePicture,
 * SBitrateInfo and SFrameBSInfo of its ABI 7 (codec_app_def.h of 2.3.1 to 2.5.x, which are alike).
 */

export const PARAMETERS_BYTES = 920;
export const PICTURE_BYTES = 72;
export const FRAME_BYTES = 5_144;

/** Offsets in SEncParamExt. */
const PARAMETERS = {
  usage: 0,
  width: 4,
  height: 8,
  targetBitrate: 12,
  rateControl: 16,
  maxFrameRate: 20,
  temporalLayers: 24,
  spatialLayers: 28,
  firstLayer: 32,
  complexity: 832,
  intraPeriod: 836,
  parameterSetIds: 844,
  entropyCoding: 856,
  frameSkip: 860,
  maxBitrate: 864,
  maxQuantiser: 868,
  minQuantiser: 872,
  longTermReference: 880,
  threads: 892,
  denoise: 908,
  backgroundDetection: 909,
  sceneChange: 912,
} as const;

/** Offsets in SSpatialLayerConfig. */
const LAYER = {
  width: 0,
  height: 4,
  frameRate: 8,
  bitrate: 12,
  maxBitrate: 16,
  sliceMode: 32,
  slices: 36,
  signalType: 184,
  videoFormat: 185,
  fullRange: 186,
  colourDescription: 187,
  primaries: 188,
  transfer: 189,
  matrix: 190,
} as const;

/** Offsets in SSourcePicture; strides and planes are arrays of four. */
const PICTURE = { format: 0, strides: 4, planes: 24, width: 56, height: 60, timestamp: 64 } as const;

/** Offsets in SFrameBSInfo, and in each SLayerBSInfo of it. */
const FRAME = { layers: 0, firstLayer: 8, type: 5_128, bytes: 5_132 } as const;
const FRAME_LAYER = { nals: 16, nalLengths: 24, data: 32 } as const;
const FRAME_LAYER_BYTES = 40;
const MOST_LAYERS = 128;
const MOST_NALS = 128;
const FRAME_TYPE_IDR = 1;
const FRAME_TYPE_I = 2;
const FRAME_TYPE_P = 3;

/** EUsageType: screen content costs 20 to 45 % more time and gains on text, which goes another way. */
const CAMERA_REAL_TIME = 0;
const RATE_BY_BITRATE = 1;
const LOW_COMPLEXITY = 0;
/** Its rate control counts in 32 bits with room to spare. */
const MOST_BITS_PER_SECOND = 1_000_000_000;
/**
 * Its own bounds are 12 and 42, for as long as one of the two is 0. At 42 a film that fills 1280×720 is 8.4 kB a picture whatever it is asked for, which is more than a line of 2 Mbit/s
 * carries 25 times a second with anything beside it; at 46 it is 7.4.
 */
const QUANTISERS = { least: 12, most: 46 } as const;
const CONSTANT_ID = 0;
const ONE_SLICE = 0;
const FIXED_SLICES = 1;
const FORMAT_UNSPECIFIED = 5;
const BT709 = 1;
const I420 = 23;
const ALL_LAYERS = 4;
/** Hardly compressed, a picture is no longer than its samples and some headers. */
const SPARE_BYTES = 65_536;

/** Settles what matters in parameters that the library has filled with its defaults. `threads` work on one picture, a slice each. */
export function setParameters(parameters: Uint8Array, options: FilmEncoderOptions, threads: number): void {
  const { width, height, framesPerSecond } = options;
  const view = viewOf(parameters, PARAMETERS_BYTES);
  const set = (at: number, value: number): void => view.setInt32(at, value, true);
  const bitsPerSecond = boundedBitrate(options.bitsPerSecond);
  set(PARAMETERS.usage, CAMERA_REAL_TIME);
  set(PARAMETERS.width, width);
  set(PARAMETERS.height, height);
  set(PARAMETERS.targetBitrate, bitsPerSecond);
  set(PARAMETERS.rateControl, RATE_BY_BITRATE);
  view.setFloat32(PARAMETERS.maxFrameRate, framesPerSecond, true);
  set(PARAMETERS.temporalLayers, 1);
  set(PARAMETERS.spatialLayers, 1);
  set(PARAMETERS.complexity, LOW_COMPLEXITY);
  // A key frame is made when it is asked for, and by nothing else.
  set(PARAMETERS.intraPeriod, 0);
  view.setUint8(PARAMETERS.sceneChange, 0);
  // Parameter sets stand in front of every key frame and are the same ones. CAVLC and one reference: nothing waits for a later picture.
  set(PARAMETERS.parameterSetIds, CONSTANT_ID);
  set(PARAMETERS.entropyCoding, 0);
  view.setUint8(PARAMETERS.longTermReference, 0);
  view.setUint8(PARAMETERS.denoise, 0);
  // What it takes for background would stay as coarse as the first picture was, and a flat colour a few levels wrong.
  view.setUint8(PARAMETERS.backgroundDetection, 0);
  // Whoever sends leaves pictures out, because it knows the line.
  view.setUint8(PARAMETERS.frameSkip, 0);
  set(PARAMETERS.maxBitrate, 0);
  set(PARAMETERS.maxQuantiser, QUANTISERS.most);
  set(PARAMETERS.minQuantiser, QUANTISERS.least);
  view.setUint16(PARAMETERS.threads, threads, true);

  const layer = PARAMETERS.firstLayer;
  set(layer + LAYER.width, width);
  set(layer + LAYER.height, height);
  view.setFloat32(layer + LAYER.frameRate, framesPerSecond, true);
  set(layer + LAYER.bitrate, bitsPerSecond);
  set(layer + LAYER.maxBitrate, 0);
  set(layer + LAYER.sliceMode, threads > 1 ? FIXED_SLICES : ONE_SLICE);
  set(layer + LAYER.slices, threads);
  // Otherwise players guess, and tint the picture (VUI, H.264 annex E).
  view.setUint8(layer + LAYER.signalType, 1);
  view.setUint8(layer + LAYER.videoFormat, FORMAT_UNSPECIFIED);
  view.setUint8(layer + LAYER.fullRange, 1);
  view.setUint8(layer + LAYER.colourDescription, 1);
  view.setUint8(layer + LAYER.primaries, BT709);
  view.setUint8(layer + LAYER.transfer, BT709);
  view.setUint8(layer + LAYER.matrix, BT709);
}

/** SBitrateInfo. */
export function bitrateRecord(bitsPerSecond: number): Uint8Array {
  const record = new DataView(new ArrayBuffer(8));
  record.setInt32(0, ALL_LAYERS, true);
  record.setInt32(4, boundedBitrate(bitsPerSecond), true);
  return new Uint8Array(record.buffer);
}

/** Says where the picture is: `address` is that of its first sample. */
export function setPicture(picture: Uint8Array, { width, height }: FilmPicture, address: bigint, nowMs: number): void {
  const view = viewOf(picture, PICTURE_BYTES);
  const luma = BigInt(width * height);
  view.setInt32(PICTURE.format, I420, true);
  for (const [plane, stride] of [width, width / 2, width / 2].entries()) view.setInt32(PICTURE.strides + plane * 4, stride, true);
  for (const [plane, at] of [0n, luma, luma + luma / 4n].entries()) view.setBigUint64(PICTURE.planes + plane * 8, address + at, true);
  view.setInt32(PICTURE.width, width, true);
  view.setInt32(PICTURE.height, height, true);
  view.setBigInt64(PICTURE.timestamp, BigInt(Math.round(nowMs)), true);
}

/** Copies memory of the library. */
type CopyMemory = (into: Uint8Array, from: bigint) => void;

/**
 * The access unit of a picture out of SFrameBSInfo. Whatever the library says of it is checked before anything is read there.
 * @throws FilmEncoderError FAILED for anything that no picture of this size can be
 */
export function readFrame(
  frame: Uint8Array,
  size: Pick<FilmPicture, 'width' | 'height'>,
  copy: CopyMemory,
): { bytes: Uint8Array; key: boolean } {
  const view = viewOf(frame, FRAME_BYTES);
  const type = view.getInt32(FRAME.type, true);
  if (type !== FRAME_TYPE_IDR && type !== FRAME_TYPE_I && type !== FRAME_TYPE_P) throw wrong(`a frame of type ${type}`);
  const layers = bounded(view.getInt32(FRAME.layers, true), MOST_LAYERS, 'layers');
  const total = bounded(view.getInt32(FRAME.bytes, true), i420Bytes(size) * 2 + SPARE_BYTES, 'bytes');
  const bytes = new Uint8Array(total);
  let at = 0;
  for (let index = 0; index < layers; index += 1) {
    const layer = FRAME.firstLayer + index * FRAME_LAYER_BYTES;
    const length = layerLength(view, layer, copy);
    if (at + length > total) throw wrong(`layers of more than ${total} bytes`);
    copy(bytes.subarray(at, at + length), pointer(view, layer + FRAME_LAYER.data));
    at += length;
  }
  if (at !== total) throw wrong(`${at} bytes instead of ${total}`);
  if (bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 0 || bytes[3] !== 1) throw wrong('no start code');
  return { bytes, key: type === FRAME_TYPE_IDR };
}

/** The NAL units of a layer stand one behind the other. */
function layerLength(view: DataView, layer: number, copy: CopyMemory): number {
  const nals = bounded(view.getInt32(layer + FRAME_LAYER.nals, true), MOST_NALS, 'NAL units');
  const lengths = new DataView(new ArrayBuffer(nals * 4));
  copy(new Uint8Array(lengths.buffer), pointer(view, layer + FRAME_LAYER.nalLengths));
  let sum = 0;
  for (let nal = 0; nal < nals; nal += 1) sum += bounded(lengths.getInt32(nal * 4, true), MOST_BITS_PER_SECOND, 'bytes in a NAL unit');
  return sum;
}

function pointer(view: DataView, at: number): bigint {
  const address = view.getBigUint64(at, true);
  if (address === 0n) throw wrong('nothing where there should be data');
  return address;
}

function bounded(value: number, most: number, what: string): number {
  if (value < 1 || value > most) throw wrong(`${value} ${what}`);
  return value;
}

function boundedBitrate(bitsPerSecond: number): number {
  return Math.max(1, Math.min(MOST_BITS_PER_SECOND, Math.round(bitsPerSecond)));
}

function viewOf(record: Uint8Array, bytes: number): DataView {
  if (record.length !== bytes) throw new RangeError(`a record of ${record.length} bytes instead of ${bytes}`);
  return new DataView(record.buffer, record.byteOffset, bytes);
}

function wrong(what: string): FilmEncoderError {
  return new FilmEncoderError('FAILED', `libopenh264 has answered with ${what}`);
}
