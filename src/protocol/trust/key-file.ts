import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { ProtocolError } from '../bytes/errors.ts';
import { base64Decode, base64Encode, utf8Decode, utf8Encode } from '../bytes/text.ts';
import { DEVICE_BYTES, type Identity } from './hello.ts';
import type { RandomBytes } from './random.ts';

/* An installation's key, to be taken to another computer: a file that its password opens. */

const HEAD = 'Ringback key 1';
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const KEY_BYTES = 32;
/** Longest file that is read. */
export const MAX_KEY_FILE_BYTES = 4_096;
/** 16 MiB and some hundred milliseconds, in slices; the passwords are ours and have 61 bits. */
const COST = { N: 2 ** 14, r: 8, p: 1, dkLen: KEY_BYTES, asyncTick: 5 };

/** What is in a key file. */
export type CarriedKey = Pick<Identity, 'device' | 'secretKey'>;

/** One line of head and one of base64: salt, nonce, and the sealed device and key. */
export async function writeKeyFile({ device, secretKey }: CarriedKey, password: string, random: RandomBytes): Promise<string> {
  const salt = random(SALT_BYTES);
  const nonce = random(NONCE_BYTES);
  const key = await scryptAsync(utf8Encode(password), salt, COST);
  const plain = utf8Encode(`${device} ${base64Encode(secretKey)}`);
  const sealed = chacha20poly1305(key, nonce, utf8Encode(HEAD)).encrypt(plain);
  return `${HEAD}\n${base64Encode(Uint8Array.from([...salt, ...nonce, ...sealed]))}\n`;
}

/** Tries the passwords one after the other. Rejects with ProtocolError UNEXPECTED or MALFORMED for another file, REFUSED for a wrong password. */
export async function readKeyFile(text: string, passwords: readonly string[]): Promise<CarriedKey> {
  const [head, line = ''] = text.split(/\r?\n/);
  if (head !== HEAD) throw new ProtocolError('UNEXPECTED', 'KeyFile.head', HEAD, `${head?.length ?? 0} other characters`);
  const bytes = base64Decode(line.trim(), 'KeyFile');
  const salt = bytes.subarray(0, SALT_BYTES);
  const nonce = bytes.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES);
  if (nonce.length < NONCE_BYTES) throw new ProtocolError('TRUNCATED', 'KeyFile', SALT_BYTES + NONCE_BYTES, bytes.length);
  for (const password of passwords) {
    const key = await scryptAsync(utf8Encode(password), salt, COST);
    const plain = opened(key, nonce, bytes.subarray(SALT_BYTES + NONCE_BYTES));
    if (plain !== undefined) return carried(plain);
  }
  throw new ProtocolError('REFUSED', 'KeyFile', 'the right password', 'another one');
}

function opened(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): string | undefined {
  try {
    return utf8Decode(chacha20poly1305(key, nonce, utf8Encode(HEAD)).decrypt(sealed));
  } catch {
    return undefined;
  }
}

function carried(plain: string): CarriedKey {
  const [device = '', secret = ''] = plain.split(' ');
  const secretKey = base64Decode(secret, 'KeyFile.secretKey');
  if (base64Decode(device, 'KeyFile.device').length !== DEVICE_BYTES || secretKey.length !== KEY_BYTES)
    throw new ProtocolError('MALFORMED', 'KeyFile', 'a device and a key', `${plain.length} characters`);
  return { device, secretKey };
}
