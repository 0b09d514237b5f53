import { readFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

/** Authorisation of the connection setup (X11 protocol, section 8). Both fields are empty for none. */
export interface XCookie {
  readonly name: string;
  /** One character a byte. */
  readonly data: string;
}

const NO_COOKIE: XCookie = { name: '', data: '' };
/** Address families of an Xauthority entry (Xau(3)). */
const FAMILY_LOCAL = 256;
const FAMILY_WILD = 65_535;
/** A larger file is not an Xauthority file. */
const MAX_XAUTHORITY_BYTES = 1_048_576;

/**
 * The cookie for a display of this computer, from XAUTHORITY or ~/.Xauthority.
 * A missing or unreadable file means none, as for every X client: the server then decides.
 * Read here and not in `x11`, which looks at the process's own environment only and throws an uncaught error for an unreadable file.
 */
export async function readXCookie(displayNumber: string, xauthority: string | undefined): Promise<XCookie> {
  const path = xauthority !== undefined && xauthority !== '' ? xauthority : join(homedir(), '.Xauthority');
  let file: Uint8Array;
  try {
    file = await readFile(path);
  } catch {
    return NO_COOKIE;
  }
  return file.length > MAX_XAUTHORITY_BYTES ? NO_COOKIE : findXCookie(file, displayNumber, hostname());
}

/** The first matching entry of an Xauthority file. A file that ends inside an entry counts as far as it is whole. */
export function findXCookie(file: Uint8Array, displayNumber: string, host: string): XCookie {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 0;
  const counted = (): string | undefined => {
    if (at + 2 > file.length) return undefined;
    const length = view.getUint16(at);
    at += 2;
    if (at + length > file.length) return undefined;
    const value = String.fromCharCode(...file.subarray(at, at + length));
    at += length;
    return value;
  };
  while (at + 2 <= file.length) {
    const family = view.getUint16(at);
    at += 2;
    const address = counted();
    const number = counted();
    const name = counted();
    const data = counted();
    if (address === undefined || number === undefined || name === undefined || data === undefined) break;
    const here = family === FAMILY_WILD || (family === FAMILY_LOCAL && address === host);
    if (here && (number === '' || number === displayNumber)) return { name, data };
  }
  return NO_COOKIE;
}
