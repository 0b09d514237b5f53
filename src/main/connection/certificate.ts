import { createHash } from 'node:crypto';
import { type SecureContext, createSecureContext } from 'node:tls';
import { createSelfSigned } from '../self-signed.ts';

/** Longer than any session. The expert trusts the pin and ignores the dates. */
const VALID_FOR_MS = 7 * 24 * 3600_000;

/** P-256 where the other program is known to take it; RSA in invitation files, which programs open that know nothing else (docs/decisions/0024). */
export type KeyKind = 'ecdsa' | 'rsa';

const ALGORITHMS = {
  ecdsa: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 },
} as const;

/** The novice's TLS identity for one session. The private key never leaves memory. */
export interface SessionCertificate {
  /** SHA-256 of the DER, 32 bytes. */
  readonly pin: Uint8Array;
  readonly der: Uint8Array;
  /** TLS 1.2 or later. */
  readonly secureContext: SecureContext;
}

/** A fresh self-signed certificate: in a millisecond or two, or with RSA-2048 in about a third of a second. */
export async function createSessionCertificate(nowMs: number, kind: KeyKind): Promise<SessionCertificate> {
  const { der, key, cert } = await createSelfSigned({ name: 'CN=Ringback', algorithm: ALGORITHMS[kind], nowMs, validForMs: VALID_FOR_MS });
  return { der, pin: pinOf(der), secureContext: createSecureContext({ key, cert, minVersion: 'TLSv1.2' }) };
}

/** SHA-256 of a certificate (DER): what a novice ticket carries. */
export function pinOf(der: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(der).digest());
}
