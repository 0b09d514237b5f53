import { utf8Decode, utf8Encode } from '../bytes/text.ts';

/** Longest encoded friendly name a server takes (129 characters of three each). */
export const FRIENDLY_NAME_LIMIT = 387;

const HEX = '0123456789ABCDEF';

/** URL-encodes UTF-8: letters, digits and `-._~` stay, everything else becomes %XX, so the result is one word. */
export function encodeFriendlyName(name: string): string {
  let text = '';
  for (const byte of utf8Encode(name)) {
    const char = String.fromCharCode(byte);
    text += /[A-Za-z0-9\-._~]/.test(char) ? char : `%${HEX.charAt(byte >> 4)}${HEX.charAt(byte & 15)}`;
  }
  return text;
}

/** Lenient: a `%` without two hex digits stands for itself; control characters, which could fake lines, become spaces. */
export function decodeFriendlyName(text: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; ) {
    const escape = /^%[0-9A-Fa-f]{2}/.exec(text.slice(at, at + 3));
    if (escape === null) {
      const char = String.fromCodePoint(text.codePointAt(at) as number);
      bytes.push(...utf8Encode(char));
      at += char.length;
    } else {
      bytes.push(Number.parseInt(escape[0].slice(1), 16));
      at += 3;
    }
  }
  // oxlint-disable-next-line no-control-regex -- control characters are what must not pass
  return utf8Decode(Uint8Array.from(bytes)).replaceAll(/[\u0000-\u001f\u007f]/g, ' ');
}
