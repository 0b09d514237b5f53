import { ByteWriter } from '../../bytes/writer.ts';
import type { PointerShape } from '../pointer-shape.ts';
import { encodeFastPathFragments, encodeFastPathUpdate, FAST_PATH_UPDATE } from '../pdu/fast-path-output.ts';
import { encodePointerCached, encodePointerColor, encodePointerNew } from '../pdu/pointer-update.ts';
import type { ClientAbilities } from './client-abilities.ts';

/** The client's pointer cache as the server fills it ([MS-RDPBCGR] 2.2.9.1.1.4): a shape that the client still has goes by its number. */
export class PointerCache {
  private readonly pointer: ClientAbilities['pointer'];
  private readonly shapes: (PointerShape | undefined)[];
  private next = 0;

  constructor(pointer: ClientAbilities['pointer']) {
    this.pointer = pointer;
    this.shapes = Array.from({ length: Math.max(1, pointer.cacheEntries) });
  }

  /** Whole fast-path PDUs, usually one, that show `shape`, cut to what the client can show; `null` hides the pointer. */
  encode(shape: PointerShape | null): Uint8Array {
    if (shape === null || shape.width === 0 || shape.height === 0)
      return encodeFastPathUpdate(FAST_PATH_UPDATE.pointerHidden, new Uint8Array(0));
    const cut = cropped(shape, this.pointer.maxSide);
    const known = this.shapes.findIndex((cached) => cached !== undefined && same(cached, cut));
    if (known >= 0) return encodeFastPathUpdate(FAST_PATH_UPDATE.pointerCached, encodePointerCached(known));
    const cacheIndex = this.next;
    this.next = (this.next + 1) % this.shapes.length;
    this.shapes[cacheIndex] = cut;
    return this.pointer.newPointers
      ? fragmented(FAST_PATH_UPDATE.pointerNew, encodePointerNew({ cacheIndex, shape: cut }))
      : fragmented(FAST_PATH_UPDATE.pointerColor, encodePointerColor({ cacheIndex, shape: cut }));
  }
}

/** In one PDU where it fits; only a shape of nearly 96×96 does not, and clients that take those join fragments (2.2.7.2.7). */
function fragmented(updateCode: number, data: Uint8Array): Uint8Array {
  const parts = encodeFastPathFragments(updateCode, data);
  const writer = new ByteWriter(parts.reduce((bytes, part) => bytes + part.length, 0));
  for (const part of parts) writer.bytes(part);
  return writer.finish();
}

/** Where to cut `length` pixels down to `most` so that the hot spot stays inside, from the start if that will do. */
function offset(hot: number, length: number, most: number): number {
  return length <= most || hot < most ? 0 : Math.min(length - most, hot - (most >> 1));
}

/** Always a copy: the shape is kept. The hot spot of a broken shape is moved into it. */
function cropped(shape: PointerShape, most: number): PointerShape {
  const hotX = Math.min(Math.max(0, shape.hotX), shape.width - 1);
  const hotY = Math.min(Math.max(0, shape.hotY), shape.height - 1);
  const left = offset(hotX, shape.width, most);
  const top = offset(hotY, shape.height, most);
  const width = Math.min(shape.width, most);
  const height = Math.min(shape.height, most);
  const pixels = new Uint8Array(width * height * 4);
  for (let row = 0; row < height; row += 1) {
    const from = ((top + row) * shape.width + left) * 4;
    pixels.set(shape.pixels.subarray(from, from + width * 4), row * width * 4);
  }
  return { width, height, hotX: hotX - left, hotY: hotY - top, pixels };
}

function same(a: PointerShape, b: PointerShape): boolean {
  if (a.width !== b.width || a.height !== b.height || a.hotX !== b.hotX || a.hotY !== b.hotY) return false;
  for (let index = 0; index < a.pixels.length; index += 1) if (a.pixels[index] !== b.pixels[index]) return false;
  return true;
}
