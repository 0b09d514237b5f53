import { ByteWriter } from '../../bytes/writer.ts';
import { scaledPointer, type PointerShape } from '../pointer-shape.ts';
import { encodeFastPathFragments, encodeFastPathUpdate, FAST_PATH_UPDATE } from '../pdu/fast-path-output.ts';
import { encodePointerCached, encodePointerColor, encodePointerLarge, encodePointerNew } from '../pdu/pointer-update.ts';
import type { ClientAbilities } from './client-abilities.ts';

/** Side of the largest New Pointer Update, in pixels. */
const MOST_NEW_SIDE = 96;

const NOTHING = new Uint8Array(0);

interface Kept {
  readonly shape: PointerShape;
  readonly hash: number;
}

/** The client's pointer cache as the server fills it ([MS-RDPBCGR] 2.2.9.1.1.4): a shape that the client still has goes by its number. */
export class PointerCache {
  private readonly pointer: ClientAbilities['pointer'];
  private readonly kept: (Kept | undefined)[];
  private next = 0;

  constructor(pointer: ClientAbilities['pointer']) {
    this.pointer = pointer;
    this.kept = Array.from({ length: Math.max(1, pointer.cacheEntries) });
  }

  /**
   * Whole fast-path PDUs, usually one, that show `shape`, scaled to what the client can show; `null` hides the pointer.
   * @param onlyKnown nothing where the client does not have its pixels already
   */
  encode(shape: PointerShape | null, onlyKnown = false): Uint8Array {
    if (shape === null || shape.width === 0 || shape.height === 0)
      return encodeFastPathUpdate(FAST_PATH_UPDATE.pointerHidden, new Uint8Array(0));
    const shown = scaledPointer(shape, this.pointer.maxSide);
    const hash = hashOf(shown.pixels);
    const known = this.kept.findIndex((kept) => kept?.hash === hash && same(kept.shape, shown));
    if (known >= 0) return encodeFastPathUpdate(FAST_PATH_UPDATE.pointerCached, encodePointerCached(known));
    if (onlyKnown) return NOTHING;
    const cacheIndex = this.next;
    this.next = (this.next + 1) % this.kept.length;
    this.kept[cacheIndex] = { shape: shown, hash };
    // Only whoever takes larger ones has the Large Pointer Update.
    if (Math.max(shown.width, shown.height) > MOST_NEW_SIDE)
      return fragmented(FAST_PATH_UPDATE.pointerLarge, encodePointerLarge({ cacheIndex, shape: shown }));
    return this.pointer.newPointers
      ? fragmented(FAST_PATH_UPDATE.pointerNew, encodePointerNew({ cacheIndex, shape: shown }))
      : fragmented(FAST_PATH_UPDATE.pointerColor, encodePointerColor({ cacheIndex, shape: shown }));
  }
}

/** Looked at before all of its pixels are: those of an animation are much alike, and a shape may have 600 kB. */
function hashOf(pixels: Uint8Array): number {
  let hash = pixels.length;
  for (let at = 0; at < pixels.length; at += 1) hash = Math.imul(hash ^ (pixels[at] ?? 0), 0x0100_0193);
  return hash;
}

/** In one PDU where it fits; shapes of nearly 96×96 and more do not, and clients that take those join fragments (2.2.7.2.7). */
function fragmented(updateCode: number, data: Uint8Array): Uint8Array {
  const parts = encodeFastPathFragments(updateCode, data);
  const writer = new ByteWriter(parts.reduce((bytes, part) => bytes + part.length, 0));
  for (const part of parts) writer.bytes(part);
  return writer.finish();
}

function same(a: PointerShape, b: PointerShape): boolean {
  if (a.width !== b.width || a.height !== b.height || a.hotX !== b.hotX || a.hotY !== b.hotY) return false;
  for (let index = 0; index < a.pixels.length; index += 1) if (a.pixels[index] !== b.pixels[index]) return false;
  return true;
}
