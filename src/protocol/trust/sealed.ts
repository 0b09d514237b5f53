import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { ProtocolError } from '../bytes/errors.ts';
import { asciiEncode } from '../bytes/text.ts';

const NONCE_BYTES = 12;

/** Four zeros and the counter, little-endian (Noise, section 12.3). */
export function nonceOf(counter: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES);
  new DataView(nonce.buffer).setUint32(4, counter, true);
  return nonce;
}

/** `bytes` of key for one purpose. */
export function derived(secret: Uint8Array, salt: Uint8Array, purpose: string, bytes = 32): Uint8Array {
  return hkdf(sha512, secret, salt, asciiEncode(purpose, 'HKDF.info'), bytes);
}

/** Seals the messages of one direction, each under the next counter: ChaCha20-Poly1305, 16 bytes more than what is sealed. */
export class FrameSealer {
  private readonly key: Uint8Array;
  private counter = 0;

  constructor(key: Uint8Array) {
    this.key = key;
  }

  seal(plain: Uint8Array): Uint8Array {
    const frame = chacha20poly1305(this.key, nonceOf(this.counter)).encrypt(plain);
    this.counter += 1;
    return frame;
  }
}

/** Opens them in the same order. One that does not fit changes nothing. */
export class FrameOpener {
  private readonly key: Uint8Array;
  private counter = 0;

  constructor(key: Uint8Array) {
    this.key = key;
  }

  /** Throws ProtocolError REFUSED. */
  open(frame: Uint8Array): Uint8Array {
    let plain: Uint8Array;
    try {
      plain = chacha20poly1305(this.key, nonceOf(this.counter)).decrypt(frame);
    } catch {
      throw new ProtocolError('REFUSED', 'Sealed.frame', 'the next one under this key', 'another one');
    }
    this.counter += 1;
    return plain;
  }
}
