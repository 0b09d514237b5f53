import { cbc } from '@noble/ciphers/aes.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { ProtocolError } from '../bytes/errors.ts';
import { utf16Decode, utf16Encode } from '../bytes/text.ts';
import { ByteWriter } from '../bytes/writer.ts';

/* The cryptography that [MS-RA] and [MS-RAI] prescribe, weak by today's standards. The password is therefore long, used once, and three wrong ones burn the invitation. */

const PASS_STUB_CHARS = 14;
/** PASS: four bytes of length and the stub in UTF-16. */
export const PASS_BYTES = 4 + 2 * PASS_STUB_CHARS;
const ANY = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*_';
/** Windows also uses `&`, which makes trouble in XML. */
const SPECIAL = '!@#$^*()-+=';
const DIGIT = '0123456789';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const KEY_BYTES = 16;
const AES_BLOCK_BYTES = 16;

/**
 * For a password that is said on the phone: of letters and digits that look alike (I L O 0 1) none, of those that sound alike one
 * (C for B C D E G P T V Z 3, F for F S X, K for A J K 8, M for M N, Q for Q U, 9 for 5 9).
 */
export const PASSWORD_ALPHABET = 'CFHKMQRWY24679';
/** 14^16 is about 61 bits. */
export const PASSWORD_CHARS = 16;

/** Cryptographically random bytes, as many as asked for. */
export type RandomBytes = (count: number) => Uint8Array;

/** One character of the alphabet (at most 256), each as likely. */
export function pick(alphabet: string, random: RandomBytes): string {
  const limit = 256 - (256 % alphabet.length);
  for (;;) {
    const value = random(1)[0] ?? 0;
    if (value < limit) return alphabet.charAt(value % alphabet.length);
  }
}

/** {@link PASSWORD_CHARS} characters to be told by phone. */
export function generatePassword(random: RandomBytes): string {
  return Array.from({ length: PASSWORD_CHARS }, () => pick(PASSWORD_ALPHABET, random)).join('');
}

/**
 * What `typed` may have been meant as, in the order in which to try it: as it stands, without the gaps between its groups, and in capitals.
 * Passwords are made in capitals without gaps, by Windows and by us, but a person may choose any.
 */
export function passwordsMeant(typed: string): readonly string[] {
  const together = typed.replaceAll(/[\s\p{Pd}]/gu, '');
  return [...new Set([typed, together, together.toUpperCase()])];
}

/** The one of {@link passwordsMeant} to take where nothing tells a wrong one: a password of ours where it can be one, else what was typed. */
export function likeliestPassword(typed: string): string {
  const folded = passwordsMeant(typed).at(-1) ?? typed;
  const ours = folded.length === PASSWORD_CHARS && Array.from(folded).every((character) => PASSWORD_ALPHABET.includes(character));
  return ours ? folded : typed;
}

/** [MS-RAI] section 6, PassStub: 14 characters. */
export function generatePassStub(random: RandomBytes): string {
  const places = [ANY, SPECIAL, DIGIT, UPPER, LOWER, ...Array<string>(PASS_STUB_CHARS - 5).fill(ANY)];
  return places.map((alphabet) => pick(alphabet, random)).join('');
}

/** Length and alphabet only: the stubs of real Windows files do not keep to the places. */
export function isPassStub(text: string): boolean {
  return text.length === PASS_STUB_CHARS && /^[A-Za-z0-9*_!@#$^&()\-+=]+$/.test(text);
}

/** RC4. Its own inverse. */
function rc4(key: Uint8Array, data: Uint8Array): Uint8Array {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const at = (index: number): number => state[index & 0xff] as number;
  const swap = (left: number, right: number): void => {
    const kept = at(left);
    state[left & 0xff] = at(right);
    state[right & 0xff] = kept;
  };
  let j = 0;
  for (let i = 0; i < 256; i += 1) {
    j = (j + at(i) + (key[i % key.length] as number)) & 0xff;
    swap(i, j);
  }
  j = 0;
  return data.map((byte, index) => {
    const i = index + 1;
    j = (j + at(i)) & 0xff;
    swap(i, j);
    return byte ^ at(at(i) + at(j));
  });
}

/** PASS ([MS-RA] 2.2.1 expertBlob, 2.2.9): 32 bytes that show the password is known. The same for a file as long as it lives. */
export function passOf(password: string, passStub: string): Uint8Array {
  const stub = utf16Encode(passStub);
  return rc4(md5(utf16Encode(password)), new ByteWriter(PASS_BYTES).u32le(stub.length).bytes(stub).finish());
}

/** CryptDeriveKey for AES-128 from a SHA-1 hash ([MS-RAI] section 6, LHTICKET). */
export function ticketKey(password: string): Uint8Array {
  const hash = sha1(utf16Encode(password));
  const inner = new Uint8Array(64).fill(0x36);
  hash.forEach((byte, index) => (inner[index] = 0x36 ^ byte));
  return sha1(inner).slice(0, KEY_BYTES);
}

/** LHTICKET: Connection String 2, AES-128-CBC with zero IV and PKCS #7. */
export function encryptTicket(text: string, password: string): Uint8Array {
  return cbc(ticketKey(password), new Uint8Array(AES_BLOCK_BYTES)).encrypt(utf16Encode(text));
}

/**
 * Throws ProtocolError REFUSED when the padding shows a wrong password, MALFORMED when no password could open it; a wrong one may also
 * give gibberish.
 */
export function decryptTicket(ticket: Uint8Array, password: string): string {
  if (ticket.length === 0 || ticket.length % AES_BLOCK_BYTES !== 0)
    throw new ProtocolError('MALFORMED', 'LHTICKET', `blocks of ${AES_BLOCK_BYTES} bytes`, ticket.length);
  let bytes: Uint8Array;
  try {
    bytes = cbc(ticketKey(password), new Uint8Array(AES_BLOCK_BYTES)).decrypt(ticket);
  } catch {
    throw new ProtocolError('REFUSED', 'LHTICKET', 'the right password', 'another one');
  }
  if (bytes.length % 2 !== 0) throw new ProtocolError('REFUSED', 'LHTICKET', 'the right password', 'another one');
  return utf16Decode(bytes, 'LHTICKET').replace(/^\ufeff|\0+$/g, '');
}

/** In time that does not depend on where they differ. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < right.length; index += 1) difference |= (left[index] ?? 0) ^ (right[index] as number);
  return difference === 0;
}
