import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { ProtocolError } from '../bytes/errors.ts';
import { base64Decode, base64Encode, utf8Encode } from '../bytes/text.ts';

/** As PBKDF2 names them in Web Crypto and in Node (lower case, without the dash). */
export type ScramHash = 'SHA-512' | 'SHA-256' | 'SHA-1';

/** Of TLS; the bytes are the same at both ends of one connection only (RFC 9266, RFC 5929). */
export type ChannelBindingType = 'tls-exporter' | 'tls-server-end-point';

export interface ChannelBinding {
  readonly type: ChannelBindingType;
  readonly bytes: Uint8Array;
}

/** What PBKDF2 is asked for: Hi(password, salt, iterations) of RFC 5802, as long as the hash is. */
export interface Derivation {
  readonly hash: ScramHash;
  /** Prepared (`preparedPassword`). */
  readonly password: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

const HASHES = { 'SHA-512': sha512, 'SHA-256': sha256, 'SHA-1': sha1 } as const;
/** RFC 7677 section 4 asks for 4,096 at least. The most is what a computer of today does in a second or so. */
const MIN_ITERATIONS = 4096;
const MAX_ITERATIONS = 1_000_000;
const MAX_SALT_BYTES = 1024;

export interface ScramParts {
  readonly hash: ScramHash;
  readonly user: string;
  readonly password: string;
  /** 18 random bytes or more. */
  readonly nonce: Uint8Array;
  /** With it, `-PLUS`. */
  readonly binding?: ChannelBinding | undefined;
  /** We could bind the channel and the server did not say that it can (`y` of RFC 5802 section 6). */
  readonly couldBind: boolean;
}

/**
 * The client's side of SCRAM (RFC 5802, RFC 7677). `first`, then `challenged` with the server's word, then `derived` with the key that it
 * asked for, then `verify` with the server's last word. Each once, in that order.
 */
export class ScramClient {
  readonly first: string;
  private readonly parts: ScramParts;
  private readonly header: string;
  private readonly bare: string;
  private readonly nonce: string;
  private serverFirst = '';
  private fullNonce = '';
  private serverSignature: Uint8Array | undefined;

  constructor(parts: ScramParts) {
    const { user, binding, nonce, couldBind } = parts;
    this.parts = parts;
    this.nonce = base64Encode(nonce);
    this.header = `${binding === undefined ? (couldBind ? 'y' : 'n') : `p=${binding.type}`},,`;
    this.bare = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${this.nonce}`;
    this.first = `${this.header}${this.bare}`;
  }

  /** Takes the server's first message. Throws ProtocolError MALFORMED, OUT_OF_RANGE, REFUSED (an extension that must be known). */
  challenged(serverFirst: string): Derivation {
    const fields = fieldsOf(serverFirst, 'SCRAM.challenge');
    if (fields.has('m')) throw new ProtocolError('REFUSED', 'SCRAM.extension', 'none', 'm');
    const nonce = fields.get('r') ?? '';
    if (!nonce.startsWith(this.nonce) || nonce.length === this.nonce.length)
      throw new ProtocolError('UNEXPECTED', 'SCRAM.nonce', 'ours and the server’s', `${nonce.length} characters`);
    const salt = base64Decode(fields.get('s') ?? '', 'SCRAM.salt');
    if (salt.length === 0 || salt.length > MAX_SALT_BYTES)
      throw new ProtocolError('OUT_OF_RANGE', 'SCRAM.salt', `1..${MAX_SALT_BYTES} bytes`, salt.length);
    const said = fields.get('i') ?? '';
    const iterations = /^\d{1,9}$/.test(said) ? Number(said) : 0;
    if (iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS)
      throw new ProtocolError('OUT_OF_RANGE', 'SCRAM.iterations', `${MIN_ITERATIONS}..${MAX_ITERATIONS}`, iterations);
    this.serverFirst = serverFirst;
    this.fullNonce = nonce;
    return { hash: this.parts.hash, password: preparedPassword(this.parts.password), salt, iterations };
  }

  /** The client's last message. */
  derived(salted: Uint8Array): string {
    const hash = HASHES[this.parts.hash];
    const header = utf8Encode(this.header);
    const bound = new Uint8Array([...header, ...(this.parts.binding?.bytes ?? [])]);
    const withoutProof = `c=${base64Encode(bound)},r=${this.fullNonce}`;
    const auth = utf8Encode(`${this.bare},${this.serverFirst},${withoutProof}`);
    const clientKey = hmac(hash, salted, utf8Encode('Client Key'));
    const signature = hmac(hash, hash(clientKey), auth);
    this.serverSignature = hmac(hash, hmac(hash, salted, utf8Encode('Server Key')), auth);
    return `${withoutProof},p=${base64Encode(clientKey.map((byte, index) => byte ^ (signature[index] as number)))}`;
  }

  /** Takes the server's last message: only who knows the password's keys can write it. Throws ProtocolError MALFORMED, REFUSED. */
  verify(serverFinal: string): void {
    const fields = fieldsOf(serverFinal, 'SCRAM.final');
    const theirs = base64Decode(fields.get('v') ?? '', 'SCRAM.signature');
    const ours = this.serverSignature;
    if (ours === undefined || theirs.length !== ours.length || theirs.some((byte, index) => byte !== ours[index]))
      throw new ProtocolError('REFUSED', 'SCRAM.signature', 'the server’s', `${theirs.length} other bytes`);
  }
}

/** `a=…,b=…`; each once. */
function fieldsOf(text: string, field: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split(',')) {
    if (!/^[A-Za-z]=/.test(part)) throw new ProtocolError('MALFORMED', field, 'letter=value', `${part.length} characters`);
    const name = part.charAt(0);
    if (fields.has(name)) throw new ProtocolError('MALFORMED', field, 'each once', name);
    fields.set(name, part.slice(2));
  }
  return fields;
}

/** RFC 4013 as far as people type: other spaces are spaces, what cannot be seen is left out, and letters are in their plain form. */
export function preparedPassword(password: string): string {
  const seen = password.replace(/\p{Zs}/gu, ' ').replace(/\p{Cf}|\p{Variation_Selector}|\u034f/gu, '');
  return seen.normalize('NFKC');
}
