import 'reflect-metadata';
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';

/** The validity begins this long before `nowMs`, because peers' clocks differ. */
const VALID_BEFORE_MS = 24 * 3600_000;

/** The library's signature names the DOM's key types where they exist; this project passes Node's. */
type GeneratorArguments = Parameters<typeof X509CertificateGenerator.createSelfSigned>;

export interface SelfSignedOptions {
  /** Distinguished name, such as `CN=Ringback`. */
  readonly name: string;
  /** Key and signature, as Web Crypto names them. */
  readonly algorithm: webcrypto.RsaHashedKeyGenParams | (webcrypto.EcKeyGenParams & { readonly hash: string });
  readonly nowMs: number;
  /** Validity after `nowMs`. */
  readonly validForMs: number;
}

/** A certificate and its private key. The key is given to TLS and never written to disk. */
export interface SelfSigned {
  readonly der: Uint8Array;
  /** PEM. */
  readonly cert: string;
  /** PKCS #8, PEM. */
  readonly key: string;
}

/** A fresh key and the certificate it has signed for itself (RFC 5280). The key is made off the main thread. */
export async function createSelfSigned({ name, algorithm, nowMs, validForMs }: SelfSignedOptions): Promise<SelfSigned> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const serial = randomBytes(16);
  // DER INTEGER must be positive and minimal (RFC 5280 4.1.2.2).
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40;
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial.toString('hex'),
      name,
      notBefore: new Date(nowMs - VALID_BEFORE_MS),
      notAfter: new Date(nowMs + validForMs),
      signingAlgorithm: algorithm,
      keys: keys as GeneratorArguments[0]['keys'],
    },
    webcrypto as GeneratorArguments[1],
  );
  return {
    der: new Uint8Array(certificate.rawData),
    cert: certificate.toString('pem'),
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
