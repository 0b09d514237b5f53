import { utf8Decode, utf8Encode } from '../../bytes/text.ts';

/** Whole characters of at most so many bytes. */
export function cut(text: string, maxBytes: number): Uint8Array {
  let kept = text;
  let bytes = utf8Encode(kept);
  while (bytes.length > maxBytes) {
    kept = Array.from(kept).slice(0, -1).join('');
    bytes = utf8Encode(kept);
  }
  return bytes;
}

/** What a person is shown of it: no control characters, nothing that turns the writing round. */
export function shown(bytes: Uint8Array): string {
  return utf8Decode(bytes).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
}
