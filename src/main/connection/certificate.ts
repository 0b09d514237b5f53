import { createHash } from 'node:crypto';
import { type SecureContext, createSecureContext } from 'node:tls';
import { createSelfSigned } from '../self-signed.ts';

/** Longer than any session. The expert trusts the pin and ignores the dates. */
const VALID_FOR_MS = 7 * 24 * 3600_000;

/** RSA, because mstsc and rdesktop accept no other key in a self-signed server certificate. */
const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
} as const;

/** The novice's TLS identity for one session. The private key never leaves memory. */
export interface SessionCertificate {
  /** SHA-256 of the DER, 32 bytes. */
  readonly pin: Uint8Array;
  readonly der: Uint8Array;
  /** TLS 1.2 or later. */
  readonly secureContext: SecureContext;
}

/** A fresh self-signed RSA-2048 certificate (about a third of a second). */
export async function createSessionCertificate(nowMs: number): Promise<SessionCertificate> {
  const { der, key, cert } = await createSelfSigned({ name: 'CN=Ringback', algorithm: ALGORITHM, nowMs, validForMs: VALID_FOR_MS });
  return { der, pin: pinOf(der), secureContext: createSecureContext({ key, cert, minVersion: 'TLSv1.2' }) };
}

/** SHA-256 of a certificate (DER): what a novice ticket carries. */
export function pinOf(der: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(der).digest());
}
