/* A server's side of SCRAM, by Node's own functions: what ours must agree with. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

export type ServerHash = 'SHA-512' | 'SHA-256' | 'SHA-1';

export interface ScramServerOptions {
  readonly hash: ServerHash;
  readonly password: string;
  readonly iterations?: number;
  /** What the channel is bound to, for `-PLUS`. */
  readonly binding?: { readonly type: string; readonly bytes: Uint8Array };
}

export class ScramServer {
  private readonly options: ScramServerOptions;
  private readonly salt = randomBytes(16);
  private header = '';
  private bare = '';
  private first = '';
  private nonce = '';

  constructor(options: ScramServerOptions) {
    this.options = options;
  }

  challenge(clientFirst: string): string {
    const [, header = '', bare = ''] = /^([nyp][^,]*,[^,]*,)(.*)$/.exec(clientFirst) ?? [];
    this.header = header;
    this.bare = bare;
    this.nonce = `${/r=([^,]+)/.exec(bare)?.[1] ?? ''}${randomBytes(9).toString('base64')}`;
    this.first = `r=${this.nonce},s=${this.salt.toString('base64')},i=${this.options.iterations ?? 4096}`;
    return this.first;
  }

  /** The last word, or undefined for a wrong proof or another channel. */
  final(clientFinal: string): string | undefined {
    const { hash, password, iterations = 4096, binding } = this.options;
    const name = hash.replace('-', '').toLowerCase();
    const [, withoutProof = '', proof = ''] = /^(.*),p=([^,]+)$/.exec(clientFinal) ?? [];
    const header = binding === undefined ? this.header : `p=${binding.type},,`;
    const bound = Buffer.concat([Buffer.from(header), binding?.bytes ?? Buffer.alloc(0)]);
    if (withoutProof !== `c=${bound.toString('base64')},r=${this.nonce}`) return undefined;
    const hmac = (key: Uint8Array, text: string): Buffer => createHmac(name, key).update(text).digest();
    const digest = (bytes: Uint8Array): Buffer => createHash(name).update(bytes).digest();
    const salted = pbkdf2Sync(password, this.salt, iterations, digest(Buffer.alloc(0)).length, name);
    const auth = `${this.bare},${this.first},${withoutProof}`;
    const stored = digest(hmac(salted, 'Client Key'));
    const signature = hmac(stored, auth);
    const key = Buffer.from(proof, 'base64').map((byte, index) => byte ^ (signature[index] ?? 0));
    return digest(key).equals(stored) ? `v=${hmac(hmac(salted, 'Server Key'), auth).toString('base64')}` : undefined;
  }
}
