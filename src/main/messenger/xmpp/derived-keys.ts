import { createHash, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Derivation, ScramHash } from '../../../protocol/xmpp/scram.ts';

const DIGESTS: Readonly<Record<ScramHash, { readonly digest: string; readonly bytes: number }>> = {
  'SHA-512': { digest: 'sha512', bytes: 64 },
  'SHA-256': { digest: 'sha256', bytes: 32 },
  'SHA-1': { digest: 'sha1', bytes: 20 },
};
const MAX_KEPT = 8;
const derive = promisify(pbkdf2);

/** The keys that SCRAM makes of a password, made off the main thread, and kept: making them is what takes long when signing in again. */
export class DerivedKeys {
  private readonly kept = new Map<string, Uint8Array>();

  async derive({ hash, password, salt, iterations }: Derivation): Promise<Uint8Array> {
    const { digest, bytes } = DIGESTS[hash];
    const name = createHash('sha256')
      .update(JSON.stringify([hash, password, iterations]))
      .update(salt)
      .digest('hex');
    const kept = this.kept.get(name);
    if (kept !== undefined) return kept;
    const key = await derive(password, salt, iterations, bytes, digest);
    this.kept.set(name, key);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
    return key;
  }
}
