import { ProtocolError } from './errors.ts';

/* The protocol room has no TextEncoder, Buffer or atob (its tsconfig proves it), so the few encodings it needs live here. */

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Encodes as UTF-8. Lone surrogates become U+FFFD. */
export function utf8Encode(text: string): Uint8Array {
  const out: number[] = [];
  for (const char of text) {
    let code = char.codePointAt(0) as number;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) out.push(code);
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  }
  return Uint8Array.from(out);
}

/** Decodes UTF-8 from a complete frame. Ill-formed sequences become U+FFFD (overlong forms and surrogates included). */
export function utf8Decode(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] as number;
    at += 1;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    const extra = first >= 0xf0 && first <= 0xf4 ? 3 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xc2 && first < 0xe0 ? 1 : 0;
    let code = extra === 3 ? first & 0x07 : extra === 2 ? first & 0x0f : first & 0x1f;
    let read = 0;
    while (read < extra && at < bytes.length && ((bytes[at] as number) & 0xc0) === 0x80) {
      code = (code << 6) | ((bytes[at] as number) & 0x3f);
      at += 1;
      read += 1;
    }
    const least = extra === 3 ? 0x10000 : extra === 2 ? 0x800 : 0x80;
    const bad = extra === 0 || read < extra || code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
    text += bad ? '\ufffd' : String.fromCodePoint(code);
  }
  return text;
}

export function asciiEncode(text: string, field: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) throw new ProtocolError('MALFORMED', field, 'ASCII', `U+${code.toString(16)}`);
    out[index] = code;
  }
  return out;
}

/** Encodes as UTF-16LE without terminator. */
export function utf16Encode(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 2);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    out[index * 2] = code & 0xff;
    out[index * 2 + 1] = code >> 8;
  }
  return out;
}

/** Decodes UTF-16LE. Throws `MALFORMED` for an odd length. */
export function utf16Decode(bytes: Uint8Array, field: string): string {
  if (bytes.length % 2 !== 0) throw new ProtocolError('MALFORMED', field, 'an even number of bytes', bytes.length);
  let text = '';
  for (let index = 0; index < bytes.length; index += 2) {
    text += String.fromCharCode((bytes[index] as number) | ((bytes[index + 1] as number) << 8));
  }
  return text;
}

/** What stands before the first terminator: fields of fixed size, and lengths that count it. */
export function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

/** Encodes as standard base64 with padding (RFC 4648 section 4). */
export function base64Encode(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const left = bytes.length - index;
    const group =
      ((bytes[index] as number) << 16) |
      ((left > 1 ? (bytes[index + 1] as number) : 0) << 8) |
      (left > 2 ? (bytes[index + 2] as number) : 0);
    text += BASE64[group >> 18];
    text += BASE64[(group >> 12) & 63];
    text += left > 1 ? BASE64[(group >> 6) & 63] : '=';
    text += left > 2 ? BASE64[group & 63] : '=';
  }
  return text;
}

/** Decodes canonical standard base64 with padding. Throws `MALFORMED` for anything else. */
export function base64Decode(text: string, field: string): Uint8Array {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    throw new ProtocolError('MALFORMED', field, 'base64', `${text.length} characters`);
  }
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const out = new Uint8Array((text.length / 4) * 3 - padding);
  let at = 0;
  for (let index = 0; index < text.length; index += 4) {
    let group = 0;
    for (let part = 0; part < 4; part += 1) {
      const char = text.charAt(index + part);
      group = (group << 6) | (char === '=' ? 0 : BASE64.indexOf(char));
    }
    for (let shift = 16; shift >= 0 && at < out.length; shift -= 8) {
      out[at] = (group >> shift) & 0xff;
      at += 1;
    }
  }
  if (base64Encode(out) !== text) throw new ProtocolError('MALFORMED', field, 'canonical base64', 'spare bits set');
  return out;
}

export function hexEncode(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

export function hexDecode(text: string, field: string): Uint8Array {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) throw new ProtocolError('MALFORMED', field, 'hexadecimal', `${text.length} characters`);
  const out = new Uint8Array(text.length / 2);
  for (let index = 0; index < out.length; index += 1) out[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  return out;
}
