import { ByteWriter } from '../bytes/writer.ts';

/** Bytes with their length before them as LEB128 (`prepend_len` of the CPace draft), so that no two lists of strings look alike. */
export function lv(bytes: Uint8Array): Uint8Array {
  const out = new ByteWriter(bytes.length + 2);
  let left = bytes.length;
  while (left > 0x7f) {
    out.u8((left & 0x7f) | 0x80);
    left >>>= 7;
  }
  return out.u8(left).bytes(bytes).finish();
}

/** All of them, one behind the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new ByteWriter(parts.reduce((sum, part) => sum + part.length, 0));
  for (const part of parts) out.bytes(part);
  return out.finish();
}

/** `lv_cat` of the draft. */
export function lvCat(...parts: readonly Uint8Array[]): Uint8Array {
  return concat(...parts.map(lv));
}
