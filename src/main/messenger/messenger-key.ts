import { createHash, type X509Certificate } from 'node:crypto';

/** What a messenger is known by: SHA-256 of its public key (SubjectPublicKeyInfo in DER), base64url without padding. */
export function keyOf(certificate: X509Certificate): string {
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
}
