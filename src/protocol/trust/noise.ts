import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ProtocolError } from '../bytes/errors.ts';
import { asciiEncode } from '../bytes/text.ts';
import { concat } from './lv.ts';
import { FrameOpener, FrameSealer, nonceOf } from './sealed.ts';
import type { RandomBytes } from './random.ts';

/* The Noise Protocol Framework, revision 34: pattern KK between two that know each other's key, pattern K for one message to somebody whose key is known. */

/** Secret and public keys of X25519. */
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const EMPTY = new Uint8Array();

export interface KeyPair {
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

export function keyPairOf(secretKey: Uint8Array): KeyPair {
  return { secretKey, publicKey: x25519.getPublicKey(secretKey) };
}

const hash = (name: string): Uint8Array => {
  const bytes = asciiEncode(name, 'Noise.protocol_name');
  const out = new Uint8Array(32);
  if (bytes.length > out.length) return sha256(bytes);
  out.set(bytes);
  return out;
};

/** HKDF of the framework (section 4.3). */
function derive(chainingKey: Uint8Array, input: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const key = hmac(sha256, chainingKey, input);
  const first = hmac(sha256, key, Uint8Array.of(1));
  return [first, hmac(sha256, key, concat(first, Uint8Array.of(2)))];
}

/** What only who has one of the two keys' secrets can know. Throws ProtocolError REFUSED for a key with which there is no secret. */
export function agree(own: KeyPair, theirs: Uint8Array): Uint8Array {
  try {
    return x25519.getSharedSecret(own.secretKey, theirs);
  } catch {
    throw new ProtocolError('REFUSED', 'Noise.DH', 'a public key', 'one of small order');
  }
}

/** SymmetricState (section 5.2) with the CipherState that it owns. */
class Symmetric {
  hash: Uint8Array;
  private chainingKey: Uint8Array;
  private key: Uint8Array | undefined;
  private counter = 0;

  constructor(name: string, prologue: Uint8Array) {
    this.hash = hash(name);
    this.chainingKey = this.hash;
    this.mixHash(prologue);
  }

  mixHash(bytes: Uint8Array): void {
    this.hash = sha256(concat(this.hash, bytes));
  }

  mixKey(secret: Uint8Array): void {
    const [chainingKey, key] = derive(this.chainingKey, secret);
    this.chainingKey = chainingKey;
    this.key = key;
    this.counter = 0;
  }

  encrypt(plain: Uint8Array): Uint8Array {
    const sealed = this.cipher().encrypt(plain);
    this.mixHash(sealed);
    return sealed;
  }

  /** Throws ProtocolError REFUSED. */
  decrypt(sealed: Uint8Array): Uint8Array {
    let plain: Uint8Array;
    try {
      plain = this.cipher().decrypt(sealed);
    } catch {
      throw new ProtocolError('REFUSED', 'Noise.message', 'one for this key', 'another one');
    }
    this.mixHash(sealed);
    return plain;
  }

  /** The keys of who began and of who answered. */
  split(): readonly [Uint8Array, Uint8Array] {
    return derive(this.chainingKey, EMPTY);
  }

  private cipher(): ReturnType<typeof chacha20poly1305> {
    if (this.key === undefined) throw new Error('no key yet');
    const cipher = chacha20poly1305(this.key, nonceOf(this.counter), this.hash);
    this.counter += 1;
    return cipher;
  }
}

/** What a handshake leaves. */
export interface NoiseSession {
  readonly send: FrameSealer;
  readonly receive: FrameOpener;
  /** A secret of both and nobody else, from which more can be derived. */
  readonly secret: Uint8Array;
}

const KK = 'Noise_KK_25519_ChaChaPoly_SHA256';
const K = 'Noise_K_25519_ChaChaPoly_SHA256';

/** One run of KK, either side. The one who begins writes first; each side writes and reads once. Reading throws ProtocolError TRUNCATED, REFUSED. */
export class NoiseKK {
  private readonly symmetric: Symmetric;
  private readonly begins: boolean;
  private readonly own: KeyPair;
  private readonly theirs: Uint8Array;
  private readonly ephemeral: KeyPair;
  private theirEphemeral: Uint8Array = EMPTY;

  /** `prologue`: what both sides must have seen alike. */
  constructor(begins: boolean, own: KeyPair, theirs: Uint8Array, prologue: Uint8Array, random: RandomBytes) {
    this.begins = begins;
    this.own = own;
    this.theirs = theirs;
    this.ephemeral = keyPairOf(random(KEY_BYTES));
    this.symmetric = new Symmetric(KK, prologue);
    this.symmetric.mixHash(begins ? own.publicKey : theirs);
    this.symmetric.mixHash(begins ? theirs : own.publicKey);
  }

  /** What both have said so far, hashed. */
  get hash(): Uint8Array {
    return this.symmetric.hash;
  }

  write(payload: Uint8Array): Uint8Array {
    const { symmetric, ephemeral, own, theirs } = this;
    symmetric.mixHash(ephemeral.publicKey);
    if (this.begins) {
      symmetric.mixKey(agree(ephemeral, theirs));
      symmetric.mixKey(agree(own, theirs));
    } else {
      symmetric.mixKey(agree(ephemeral, this.theirEphemeral));
      symmetric.mixKey(agree(ephemeral, theirs));
    }
    return concat(ephemeral.publicKey, symmetric.encrypt(payload));
  }

  read(message: Uint8Array): Uint8Array {
    const { symmetric, ephemeral, own, theirs } = this;
    const [there, sealed] = cut(message);
    this.theirEphemeral = there;
    symmetric.mixHash(there);
    if (this.begins) {
      symmetric.mixKey(agree(ephemeral, there));
      symmetric.mixKey(agree(own, there));
    } else {
      symmetric.mixKey(agree(own, there));
      symmetric.mixKey(agree(own, theirs));
    }
    return symmetric.decrypt(sealed);
  }

  /** After both messages. */
  finish(): NoiseSession {
    const [began, answered] = this.symmetric.split();
    const [send, receive] = this.begins ? [began, answered] : [answered, began];
    return { send: new FrameSealer(send), receive: new FrameOpener(receive), secret: concat(began, answered) };
  }
}

/** One message to somebody whose key is known, from one whose key they know; whoever gets hold of their key later can read it. */
export function sealTo(theirs: Uint8Array, own: KeyPair, prologue: Uint8Array, plain: Uint8Array, random: RandomBytes): Uint8Array {
  const symmetric = oneWay(prologue, own.publicKey, theirs);
  const ephemeral = keyPairOf(random(KEY_BYTES));
  symmetric.mixHash(ephemeral.publicKey);
  symmetric.mixKey(agree(ephemeral, theirs));
  symmetric.mixKey(agree(own, theirs));
  return concat(ephemeral.publicKey, symmetric.encrypt(plain));
}

/** Opens what {@link sealTo} made. Throws ProtocolError TRUNCATED, REFUSED. */
export function openFrom(theirs: Uint8Array, own: KeyPair, prologue: Uint8Array, message: Uint8Array): Uint8Array {
  const symmetric = oneWay(prologue, theirs, own.publicKey);
  const [there, sealed] = cut(message);
  symmetric.mixHash(there);
  symmetric.mixKey(agree(own, there));
  symmetric.mixKey(agree(own, theirs));
  return symmetric.decrypt(sealed);
}

function oneWay(prologue: Uint8Array, sender: Uint8Array, receiver: Uint8Array): Symmetric {
  const symmetric = new Symmetric(K, prologue);
  symmetric.mixHash(sender);
  symmetric.mixHash(receiver);
  return symmetric;
}

/** The ephemeral key and what is sealed. */
function cut(message: Uint8Array): readonly [Uint8Array, Uint8Array] {
  if (message.length < KEY_BYTES + TAG_BYTES)
    throw new ProtocolError('TRUNCATED', 'Noise.message', `${KEY_BYTES + TAG_BYTES} bytes`, message.length);
  return [message.slice(0, KEY_BYTES), message.subarray(KEY_BYTES)];
}
