/* What a messenger proves itself with to its clients. Its key is in every link that the host has handed out, so it is kept across restarts. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSelfSigned } from '../../self-signed.ts';
import { setAside, writePrivateFile } from '../../settings/atomic-file.ts';
import { keyOf } from '../messenger-key.ts';
import type { DamagedFile } from './account-store.ts';

/** Ten years: clients look at the key alone, so that the certificate is never renewed. */
const VALID_FOR_MS = 10 * 365 * 24 * 3600_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const FILE = 'identity.pem';

export interface PageIdentity {
  /** PKCS #8, PEM. */
  readonly key: string;
  /** PEM. */
  readonly cert: string;
}

/** A fresh key and the certificate that it has signed for itself. */
export async function createPageIdentity(nowMs: number): Promise<PageIdentity> {
  const { key, cert } = await createSelfSigned({ name: 'CN=Ringback messenger', algorithm: ALGORITHM, nowMs, validForMs: VALID_FOR_MS });
  return { key, cert };
}

/** What clients know the messenger by. */
export const keyOfIdentity = ({ cert }: PageIdentity): string => keyOf(new X509Certificate(cert));

/**
 * The identity that is kept in `directory`, made there at the first time, readable by the owner only. A damaged file is set aside and told
 * of: clients that know the old key will refuse the new one.
 */
export async function openPageIdentity(
  directory: string,
  nowMs: number,
): Promise<{ readonly identity: PageIdentity; readonly damaged: readonly DamagedFile[] }> {
  const path = join(directory, FILE);
  const kept = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  const known = kept === undefined ? undefined : readIdentity(kept);
  if (known !== undefined) return { identity: known, damaged: [] };
  const aside = kept === undefined ? undefined : await setAside(path);
  const identity = await createPageIdentity(nowMs);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writePrivateFile(path, identity.key + identity.cert);
  const damaged = { tag: 'damaged' as const, path, problem: 'is no key', ...(aside === undefined ? {} : { setAsideAs: aside }) };
  return { identity, damaged: kept === undefined ? [] : [damaged] };
}

function readIdentity(text: string): PageIdentity | undefined {
  const at = text.indexOf('-----BEGIN CERTIFICATE-----');
  if (at < 0) return undefined;
  const identity = { key: text.slice(0, at), cert: text.slice(at) };
  try {
    return new X509Certificate(identity.cert).checkPrivateKey(createPrivateKey(identity.key)) ? identity : undefined;
  } catch {
    return undefined;
  }
}
