import { X509Certificate, createHash, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { KeyHash } from '../../protocol/assistance/connection-string-2.ts';
import { ByteWriter } from '../../protocol/bytes/writer.ts';
import type { InvitedNovice } from './contract.ts';

/** `magic` of RSA_PUBLIC_KEY ([MS-RDPBCGR] 2.2.1.4.3.1.1.1): "RSA1". */
const RSA1 = 0x3141_5352;
const MODULUS_PADDING_BYTES = 8;

/**
 * Does the invitation promise this certificate (DER)? CE is the certificate itself; else KH2 counts, and KH only where there is no KH2. What
 * the hash is of differs between programs (docs/decisions/0003); each form determines the key, so any that fits will do. Where the
 * invitation promises nothing, nothing is believed.
 */
export function isCommittedTo({ certificate, keyHashes }: Pick<InvitedNovice, 'certificate' | 'keyHashes'>, der: Uint8Array): boolean {
  if (certificate !== undefined) return same(certificate, der);
  const strong = keyHashes.filter(({ algorithm }) => algorithm !== 'sha1');
  const counting = strong.length > 0 ? strong : keyHashes;
  if (counting.length === 0) return false;
  const forms = keyForms(der);
  return counting.every((hash) => forms.some((form) => fits(hash, form)));
}

function fits({ algorithm, hash }: KeyHash, form: Uint8Array): boolean {
  return same(createHash(algorithm).update(form).digest(), hash);
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** What a key hash may be the hash of: the certificate (ours), its SubjectPublicKeyInfo, the bare RSA key, and the PublicKeyBlob of [MS-RAI] 2.2.2. */
function keyForms(der: Uint8Array): readonly Uint8Array[] {
  let key: KeyObject;
  try {
    key = new X509Certificate(der).publicKey;
  } catch {
    return [der];
  }
  const forms = [der, key.export({ type: 'spki', format: 'der' })];
  return key.asymmetricKeyType === 'rsa' ? [...forms, key.export({ type: 'pkcs1', format: 'der' }), publicKeyBlob(key)] : forms;
}

function publicKeyBlob(key: KeyObject): Uint8Array {
  const { n = '', e = '' } = key.export({ format: 'jwk' });
  const modulus = Buffer.from(n, 'base64url').reverse();
  const exponent = Buffer.concat([Buffer.alloc(4), Buffer.from(e, 'base64url')]).subarray(-4);
  return new ByteWriter(20 + modulus.length + MODULUS_PADDING_BYTES)
    .u32le(RSA1)
    .u32le(modulus.length + MODULUS_PADDING_BYTES)
    .u32le(modulus.length * 8)
    .u32le(modulus.length - 1)
    .u32le(exponent.readUInt32BE())
    .bytes(modulus)
    .zeros(MODULUS_PADDING_BYTES)
    .finish();
}
