import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import type { PointerShape } from '../pointer-shape.ts';
import { FAST_PATH_UPDATE } from './fast-path-output.ts';

/**
 * Largest sides, in pixels, of New and of Large Pointer Updates under the Large Pointer capability that the client sends ([MS-RDPBCGR]
 * 2.2.7.2.7).
 */
const MAX_SIDE = { pointer: 96, large: 384 } as const;

const SYSPTR_NULL = 0x0000_0000;
const SYSPTR_DEFAULT = 0x0000_7f00;
const MESSAGE = { system: 0x0001, position: 0x0003, color: 0x0006, cached: 0x0007, pointer: 0x0008, large: 0x0009 } as const;

export type PointerMessage =
  | { readonly tag: 'hidden' }
  | { readonly tag: 'default' }
  | { readonly tag: 'position'; readonly x: number; readonly y: number }
  | { readonly tag: 'shape'; readonly cacheIndex: number; readonly shape: PointerShape }
  | { readonly tag: 'cached'; readonly cacheIndex: number };

export interface CachedShape {
  readonly cacheIndex: number;
  readonly shape: PointerShape;
}

/** Rows of both masks are padded to two bytes. */
function rowBytes(width: number, bitsPerPixel: number): number {
  return Math.ceil((width * bitsPerPixel) / 16) * 2;
}

/** Both masks, rows bottom up. The AND mask is set where the pointer is transparent. */
function masks(shape: PointerShape, bytesPerPixel: 3 | 4): { readonly xor: Uint8Array; readonly and: Uint8Array } {
  const { width, height, pixels } = shape;
  const xorRow = rowBytes(width, bytesPerPixel * 8);
  const andRow = rowBytes(width, 1);
  const xor = new Uint8Array(xorRow * height);
  const and = new Uint8Array(andRow * height);
  for (let y = 0; y < height; y += 1) {
    const row = height - 1 - y;
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * 4;
      const alpha = pixels[from + 3] ?? 0;
      // Without an alpha channel a pixel is there or it is not.
      const shown = bytesPerPixel === 4 ? alpha > 0 : alpha >= 0x80;
      if (!shown) {
        const at = row * andRow + (x >> 3);
        and[at] = (and[at] ?? 0) | (0x80 >> (x & 7));
        continue;
      }
      const to = row * xorRow + x * bytesPerPixel;
      for (let byte = 0; byte < bytesPerPixel; byte += 1) xor[to + byte] = pixels[from + byte] ?? 0;
    }
  }
  return { xor, and };
}

function writeShape(writer: ByteWriter, { cacheIndex, shape }: CachedShape, bytesPerPixel: 3 | 4, large = false): Uint8Array {
  const { xor, and } = masks(shape, bytesPerPixel);
  writer
    .u16le(cacheIndex, 'TS_COLORPOINTERATTRIBUTE.cacheIndex')
    .u16le(shape.hotX, 'TS_COLORPOINTERATTRIBUTE.hotSpot')
    .u16le(shape.hotY, 'TS_COLORPOINTERATTRIBUTE.hotSpot')
    .u16le(shape.width)
    .u16le(shape.height);
  if (large) writer.u32le(and.length).u32le(xor.length);
  else writer.u16le(and.length, 'TS_COLORPOINTERATTRIBUTE.lengthAndMask').u16le(xor.length, 'TS_COLORPOINTERATTRIBUTE.lengthXorMask');
  return writer.bytes(xor).bytes(and).u8(0).finish();
}

/** 2.2.9.1.2.1.7 TS_FP_COLORPOINTERATTRIBUTE updateData: 24 bits a pixel. */
export function encodePointerColor(cached: CachedShape): Uint8Array {
  return writeShape(new ByteWriter(64), cached, 3);
}

/** 2.2.9.1.2.1.8 TS_FP_POINTERATTRIBUTE updateData: 32 bits a pixel with alpha. */
export function encodePointerNew(cached: CachedShape): Uint8Array {
  return writeShape(new ByteWriter(64).u16le(32), cached, 4);
}

/** 2.2.9.1.2.1.11 TS_FP_LARGEPOINTERATTRIBUTE updateData: as the one before, with masks of up to 384×384. */
export function encodePointerLarge(cached: CachedShape): Uint8Array {
  return writeShape(new ByteWriter(64).u16le(32), cached, 4, true);
}

/** 2.2.9.1.2.1.4 TS_FP_POINTERPOSATTRIBUTE updateData. */
export function encodePointerPosition(x: number, y: number): Uint8Array {
  return new ByteWriter(4).u16le(x, 'TS_POINTERPOSATTRIBUTE.position').u16le(y, 'TS_POINTERPOSATTRIBUTE.position').finish();
}

/** 2.2.9.1.2.1.9 TS_FP_CACHEDPOINTERATTRIBUTE updateData. */
export function encodePointerCached(cacheIndex: number): Uint8Array {
  return new ByteWriter(2).u16le(cacheIndex, 'TS_CACHEDPOINTERATTRIBUTE.cacheIndex').finish();
}

/** BGRA of one XOR mask pixel; alpha 255 where the format has none. */
function readPixel(xor: Uint8Array, at: number, x: number, bitsPerPixel: number): readonly [number, number, number, number] {
  const byte = (offset: number) => xor[at + offset] ?? 0;
  switch (bitsPerPixel) {
    case 32:
      return [byte(x * 4), byte(x * 4 + 1), byte(x * 4 + 2), byte(x * 4 + 3)];
    case 24:
      return [byte(x * 3), byte(x * 3 + 1), byte(x * 3 + 2), 255];
    case 16: {
      const value = byte(x * 2) | (byte(x * 2 + 1) << 8);
      return [((value & 0x1f) * 255) / 31, (((value >> 5) & 0x3f) * 255) / 63, ((value >> 11) * 255) / 31, 255];
    }
    case 15: {
      const value = byte(x * 2) | (byte(x * 2 + 1) << 8);
      return [((value & 0x1f) * 255) / 31, (((value >> 5) & 0x1f) * 255) / 31, (((value >> 10) & 0x1f) * 255) / 31, 255];
    }
    default: {
      const value = (byte(x >> 3) & (0x80 >> (x & 7))) === 0 ? 0 : 255;
      return [value, value, value, 255];
    }
  }
}

interface Masks {
  readonly width: number;
  readonly height: number;
  readonly hotX: number;
  readonly hotY: number;
  readonly bitsPerPixel: number;
  readonly xor: Uint8Array;
  readonly and: Uint8Array;
}

/**
 * Joins the masks. As in Windows, where any pixel has alpha the alpha counts and the AND mask does not. Pixels that would invert the screen are shown black, which can be seen on most
 * backgrounds.
 */
function join({ width, height, hotX, hotY, bitsPerPixel, xor, and }: Masks): PointerShape {
  const xorRow = rowBytes(width, bitsPerPixel);
  const andRow = rowBytes(width, 1);
  if (xor.length < xorRow * height)
    throw new ProtocolError('TRUNCATED', 'TS_COLORPOINTERATTRIBUTE.xorMaskData', xorRow * height, xor.length);
  if (and.length > 0 && and.length < andRow * height) {
    throw new ProtocolError('TRUNCATED', 'TS_COLORPOINTERATTRIBUTE.andMaskData', andRow * height, and.length);
  }
  const pixels = new Uint8Array(width * height * 4);
  // Some servers send 32 bits with an empty alpha channel and mean the AND mask.
  let hasAlpha = false;
  if (bitsPerPixel === 32) for (let at = 3; at < xorRow * height && !hasAlpha; at += 4) hasAlpha = xor[at] !== 0;
  for (let y = 0; y < height; y += 1) {
    // Monochrome masks are the exception: rows top down.
    const row = bitsPerPixel === 1 ? y : height - 1 - y;
    for (let x = 0; x < width; x += 1) {
      const [blue, green, red, alpha] = readPixel(xor, row * xorRow, x, bitsPerPixel);
      const masked = and.length > 0 && ((and[row * andRow + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) !== 0;
      const at = (y * width + x) * 4;
      if (hasAlpha) {
        pixels.set([blue, green, red, alpha], at);
      } else if (!masked) {
        pixels.set([blue, green, red, 255], at);
      } else if (blue !== 0 || green !== 0 || red !== 0) {
        pixels.set([0, 0, 0, 255], at);
      }
    }
  }
  return { width, height, hotX: Math.min(hotX, Math.max(0, width - 1)), hotY: Math.min(hotY, Math.max(0, height - 1)), pixels };
}

function readShape(reader: ByteReader, bitsPerPixel: number, large: boolean): PointerMessage {
  if (![1, 15, 16, 24, 32].includes(bitsPerPixel))
    throw new ProtocolError('OUT_OF_RANGE', 'TS_POINTERATTRIBUTE.xorBpp', '1, 15, 16, 24 or 32', bitsPerPixel);
  const cacheIndex = reader.u16le('TS_COLORPOINTERATTRIBUTE.cacheIndex');
  const hotX = reader.u16le('TS_COLORPOINTERATTRIBUTE.hotSpot');
  const hotY = reader.u16le('TS_COLORPOINTERATTRIBUTE.hotSpot');
  const width = reader.u16le('TS_COLORPOINTERATTRIBUTE.width');
  const height = reader.u16le('TS_COLORPOINTERATTRIBUTE.height');
  const limit = large ? MAX_SIDE.large : MAX_SIDE.pointer;
  if (width > limit || height > limit)
    throw new ProtocolError('TOO_LARGE', 'TS_COLORPOINTERATTRIBUTE.width', limit, Math.max(width, height));
  const andBytes = large ? reader.u32le('TS_LARGEPOINTERATTRIBUTE.lengthAndMask') : reader.u16le('TS_COLORPOINTERATTRIBUTE.lengthAndMask');
  const xorBytes = large ? reader.u32le('TS_LARGEPOINTERATTRIBUTE.lengthXorMask') : reader.u16le('TS_COLORPOINTERATTRIBUTE.lengthXorMask');
  const xor = reader.view8(xorBytes, 'TS_COLORPOINTERATTRIBUTE.xorMaskData');
  const and = reader.view8(andBytes, 'TS_COLORPOINTERATTRIBUTE.andMaskData');
  if (width === 0 || height === 0) return { tag: 'hidden' };
  return { tag: 'shape', cacheIndex, shape: join({ width, height, hotX, hotY, bitsPerPixel, xor, and }) };
}

function readPosition(reader: ByteReader): PointerMessage {
  return { tag: 'position', x: reader.u16le('TS_POINTERPOSATTRIBUTE.position'), y: reader.u16le('TS_POINTERPOSATTRIBUTE.position') };
}

/** A pointer update from fast-path output; undefined when `updateCode` is none of the pointer's. */
export function decodeFastPathPointer(updateCode: number, data: Uint8Array): PointerMessage | undefined {
  const reader = new ByteReader(data);
  switch (updateCode) {
    case FAST_PATH_UPDATE.pointerHidden:
      return { tag: 'hidden' };
    case FAST_PATH_UPDATE.pointerDefault:
      return { tag: 'default' };
    case FAST_PATH_UPDATE.pointerPosition:
      return readPosition(reader);
    case FAST_PATH_UPDATE.pointerColor:
      return readShape(reader, 24, false);
    case FAST_PATH_UPDATE.pointerNew:
      return readShape(reader, reader.u16le('TS_POINTERATTRIBUTE.xorBpp'), false);
    case FAST_PATH_UPDATE.pointerLarge:
      return readShape(reader, reader.u16le('TS_LARGEPOINTERATTRIBUTE.xorBpp'), true);
    case FAST_PATH_UPDATE.pointerCached:
      return { tag: 'cached', cacheIndex: reader.u16le('TS_CACHEDPOINTERATTRIBUTE.cacheIndex') };
    default:
      return undefined;
  }
}

/** 2.2.9.1.1.4 TS_POINTER_PDU after its share data header; undefined for a message we do not know. */
export function decodeSlowPathPointer(body: Uint8Array): PointerMessage | undefined {
  const reader = new ByteReader(body);
  const message = reader.u16le('TS_POINTER_PDU.messageType');
  reader.skip(2, 'TS_POINTER_PDU.pad2Octets');
  switch (message) {
    case MESSAGE.system: {
      const type = reader.u32le('TS_SYSTEMPOINTERATTRIBUTE.systemPointerType');
      if (type === SYSPTR_NULL) return { tag: 'hidden' };
      if (type === SYSPTR_DEFAULT) return { tag: 'default' };
      throw new ProtocolError('OUT_OF_RANGE', 'TS_SYSTEMPOINTERATTRIBUTE.systemPointerType', 'SYSPTR_NULL or SYSPTR_DEFAULT', type);
    }
    case MESSAGE.position:
      return readPosition(reader);
    case MESSAGE.color:
      return readShape(reader, 24, false);
    case MESSAGE.pointer:
      return readShape(reader, reader.u16le('TS_POINTERATTRIBUTE.xorBpp'), false);
    case MESSAGE.large:
      return readShape(reader, reader.u16le('TS_LARGEPOINTERATTRIBUTE.xorBpp'), true);
    case MESSAGE.cached:
      return { tag: 'cached', cacheIndex: reader.u16le('TS_CACHEDPOINTERATTRIBUTE.cacheIndex') };
    default:
      return undefined;
  }
}
