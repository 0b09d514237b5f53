import { createHash, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSessionCertificate } from '../../../src/main/connection/certificate.ts';
import { isCommittedTo } from '../../../src/main/connection/key-commitment.ts';
import type { KeyHash, KeyHashAlgorithm } from '../../../src/protocol/assistance/connection-string-2.ts';

let der: Uint8Array;
let other: Uint8Array;

beforeAll(async () => {
  der = (await createSessionCertificate(Date.UTC(2026, 10, 22, 12), 'rsa')).der;
  other = (await createSessionCertificate(Date.UTC(2026, 10, 22, 12), 'rsa')).der;
});

function hashOf(algorithm: KeyHashAlgorithm, bytes: Uint8Array): KeyHash {
  return { algorithm, hash: createHash(algorithm).update(bytes).digest() };
}

/** RSA_PUBLIC_KEY ([MS-RDPBCGR] 2.2.1.4.3.1.1.1) for a 2048 bit key with exponent 65537, put together by hand. */
function publicKeyBlob(certificate: Uint8Array): Uint8Array {
  const { n = '' } = new X509Certificate(certificate).publicKey.export({ format: 'jwk' });
  const header = Buffer.from('525341310801000000080000ff00000001000100', 'hex');
  return Buffer.concat([header, Buffer.from(n, 'base64url').reverse(), Buffer.alloc(8)]);
}

const FORMS: readonly (readonly [string, (certificate: Uint8Array) => Uint8Array])[] = [
  ['the certificate', (certificate) => certificate],
  ['its SubjectPublicKeyInfo', (certificate) => new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })],
  ['its RSA key', (certificate) => new X509Certificate(certificate).publicKey.export({ type: 'pkcs1', format: 'der' })],
  ['its PublicKeyBlob', publicKeyBlob],
];

describe('the key an invitation promises', () => {
  it.each(FORMS)('may be given as the hash of %s', (_, form) => {
    for (const algorithm of ['sha1', 'sha256', 'sha384', 'sha512'] as const) {
      expect(isCommittedTo({ keyHashes: [hashOf(algorithm, form(der))] }, der)).toBe(true);
      expect(isCommittedTo({ keyHashes: [hashOf(algorithm, form(other))] }, der)).toBe(false);
    }
  });

  it('may be given as the certificate itself, which then counts alone', () => {
    expect(isCommittedTo({ keyHashes: [], certificate: der }, der)).toBe(true);
    expect(isCommittedTo({ keyHashes: [hashOf('sha256', der)], certificate: other }, der)).toBe(false);
  });

  it('is believed by KH2 where there is one, and by KH only where there is none', () => {
    expect(isCommittedTo({ keyHashes: [hashOf('sha1', other), hashOf('sha256', der)] }, der)).toBe(true);
    expect(isCommittedTo({ keyHashes: [hashOf('sha1', der), hashOf('sha256', other)] }, der)).toBe(false);
  });

  it('is not believed where nothing is promised, nor for a certificate that is none', () => {
    expect(isCommittedTo({ keyHashes: [] }, der)).toBe(false);
    expect(isCommittedTo({ keyHashes: [hashOf('sha256', der)] }, new Uint8Array(0))).toBe(false);
  });
});
