import { ProtocolError } from '../bytes/errors.ts';
import { utf16Decode, utf8Decode } from '../bytes/text.ts';

/**
 * The text of an XML document, without byte order mark. The bytes decide (XML 1.0 appendix F), never the prolog: Windows writes
 * `encoding="Unicode"` before either encoding. Throws ProtocolError MALFORMED for half a UTF-16 unit.
 */
export function decodeXmlBytes(bytes: Uint8Array): string {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return utf16Decode(bytes.subarray(2), 'XML');
  if (first === 0xfe && second === 0xff) return utf16Decode(swapped(bytes.subarray(2)), 'XML');
  if (first === 0xef && second === 0xbb && third === 0xbf) return utf8Decode(bytes.subarray(3));
  if (second === 0 && first !== 0) return utf16Decode(bytes, 'XML');
  if (first === 0 && second !== 0) return utf16Decode(swapped(bytes), 'XML');
  return utf8Decode(bytes);
}

function swapped(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 2 !== 0) throw new ProtocolError('MALFORMED', 'XML', 'an even number of bytes', bytes.length);
  const out = new Uint8Array(bytes.length);
  for (let index = 0; index < bytes.length; index += 1) out[index] = bytes[index ^ 1] as number;
  return out;
}
