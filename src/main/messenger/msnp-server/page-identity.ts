import 'reflect-metadata';
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';

const VALID_BEFORE_MS = 24 * 3600_000;
const VALID_AFTER_MS = 10 * 365 * 24 * 3600_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** The library speaks of the DOM's types where there are any, and these are Node's. */
type SelfSignedArguments = Parameters<typeof X509CertificateGenerator.createSelfSigned>;

/** Key and self-signed certificate (PEM) of the log-in page, for as long as the server runs: nobody has to recognise it. */
export async function createPageIdentity(nowMs: number): Promise<{ readonly key: string; readonly cert: string }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const serial = randomBytes(16);
  // DER INTEGER must be positive and minimal (RFC 5280 4.1.2.2).
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40;
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial.toString('hex'),
      name: 'CN=Ringback messenger',
      notBefore: new Date(nowMs - VALID_BEFORE_MS),
      notAfter: new Date(nowMs + VALID_AFTER_MS),
      signingAlgorithm: ALGORITHM,
      keys: keys as SelfSignedArguments[0]['keys'],
    },
    webcrypto as SelfSignedArguments[1],
  );
  return { key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(), cert: certificate.toString('pem') };
}
