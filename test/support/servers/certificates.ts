/* An authority of a test's own, and a server's certificate from it. */
import 'reflect-metadata';
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** A server and its clients look at the real clock, whatever day a test runs. */
const VALIDITY = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2099-01-01T00:00:00Z') } as const;

export interface ServerCertificate {
  /** The authority's, PEM: what a client is told to trust. */
  readonly ca: string;
  /** PEM. */
  readonly cert: string;
  /** PKCS #8, PEM. */
  readonly key: string;
}

/** Good for every name given. */
export async function makeServerCertificate(names: readonly string[]): Promise<ServerCertificate> {
  type Keys = Parameters<typeof X509CertificateGenerator.createSelfSigned>[0]['keys'];
  type Provider = Parameters<typeof X509CertificateGenerator.createSelfSigned>[1];
  const generate = async (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const [authority, server] = await Promise.all([generate(), generate()]);
  const issuer = `CN=Test authority ${randomBytes(4).toString('hex')}`;
  const ca = await X509CertificateGenerator.createSelfSigned(
    {
      ...VALIDITY,
      serialNumber: '01',
      name: issuer,
      signingAlgorithm: ALGORITHM,
      keys: authority as Keys,
      extensions: [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true)],
    },
    webcrypto as Provider,
  );
  const cert = await X509CertificateGenerator.create(
    {
      ...VALIDITY,
      serialNumber: '02',
      subject: `CN=${names[0]}`,
      issuer,
      signingAlgorithm: ALGORITHM,
      publicKey: server.publicKey as Keys['publicKey'],
      signingKey: authority.privateKey as Keys['privateKey'],
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value }))),
      ],
    },
    webcrypto as Provider,
  );
  return {
    ca: ca.toString('pem'),
    cert: cert.toString('pem'),
    key: KeyObject.from(server.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
