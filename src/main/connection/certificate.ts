import 'reflect-metadata';
import { KeyObject, createHash, randomBytes, webcrypto } from 'node:crypto';
import { type SecureContext, createSecureContext } from 'node:tls';
import { X509CertificateGenerator } from '@peculiar/x509';

/** A session lasts hours; the pin, not the dates, is what the expert believes. The margin before is for clocks that differ. */
const VALID_BEFORE_MS = 24 * 3600_000;
const VALID_AFTER_MS = 7 * 24 * 3600_000;

/** RSA, because mstsc and rdesktop know nothing else in a self-signed server certificate. */
const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
} as const;

/** The library speaks of the DOM's types where there are any, and these are Node's. */
type SelfSignedArguments = Parameters<typeof X509CertificateGenerator.createSelfSigned>;

/** The novice's TLS identity for one session. The private key never leaves memory. */
export interface SessionCertificate {
  /** SHA-256 of the DER, 32 bytes. */
  readonly pin: Uint8Array;
  readonly der: Uint8Array;
  /** TLS 1.2 or later. */
  readonly secureContext: SecureContext;
}

/** A fresh self-signed RSA-2048 certificate. The key is made off the main thread (about a third of a second). */
export async function createSessionCertificate(nowMs: number): Promise<SessionCertificate> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const serial = randomBytes(16);
  // DER INTEGER must be positive and minimal (RFC 5280 4.1.2.2).
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40;
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial.toString('hex'),
      name: 'CN=Ringback',
      notBefore: new Date(nowMs - VALID_BEFORE_MS),
      notAfter: new Date(nowMs + VALID_AFTER_MS),
      signingAlgorithm: ALGORITHM,
      keys: keys as SelfSignedArguments[0]['keys'],
    },
    webcrypto as SelfSignedArguments[1],
  );
  const der = new Uint8Array(certificate.rawData);
  return {
    der,
    pin: pinOf(der),
    secureContext: createSecureContext({
      key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }),
      cert: certificate.toString('pem'),
      minVersion: 'TLSv1.2',
    }),
  };
}

/** SHA-256 of a certificate (DER): what a novice ticket carries. */
export function pinOf(der: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(der).digest());
}
