import { createHash, type X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ChannelBinding } from '../../../protocol/xmpp/scram.ts';

/** RFC 9266 section 2 */
const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';
const EXPORTER_BYTES = 32;

/** Signature algorithms by their object identifiers in DER, with the hash that RFC 5929 section 4.1 takes: SHA-256 where it is older. */
const HASHES: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'sha256',
  '2a864886f70d010105': 'sha256',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d0401': 'sha256',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
};

/**
 * What SCRAM can be bound to on this connection, best first.
 * @param certificate the server's, which Node's sockets give once only
 */
export function channelBindingsOf(socket: TLSSocket, certificate: X509Certificate): readonly ChannelBinding[] {
  const bindings: ChannelBinding[] = [];
  // Below 1.3 an exporter may be the same on two connections (RFC 9266 section 3).
  if (socket.getProtocol() === 'TLSv1.3')
    bindings.push({ type: 'tls-exporter', bytes: socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0)) });
  const endPoint = endPointBinding(certificate.raw);
  if (endPoint !== undefined) bindings.push({ type: 'tls-server-end-point', bytes: endPoint });
  return bindings;
}

/** The certificate's digest by the hash of its own signature; none where that has no hash, or names it elsewhere (Ed25519, RSA-PSS). */
function endPointBinding(der: Buffer): Uint8Array | undefined {
  // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER, … }, … }; TLS has read it before.
  const certificate = contentOf(der, 0);
  const signed = contentOf(der, certificate.from);
  const algorithm = contentOf(der, signed.to);
  const identifier = contentOf(der, algorithm.from);
  const hash = HASHES[der.toString('hex', identifier.from, identifier.to)];
  return hash === undefined ? undefined : createHash(hash).update(der).digest();
}

/** Where the content of a DER value begins and ends. */
function contentOf(der: Buffer, at: number): { readonly from: number; readonly to: number } {
  const first = der[at + 1] ?? 0;
  const bytes = first < 0x80 ? 0 : Math.min(first & 0x7f, 4);
  const from = Math.min(at + 2 + bytes, der.length);
  const length = bytes === 0 ? first : der.subarray(from - bytes, from).reduce((sum, byte) => sum * 256 + byte, 0);
  return { from, to: Math.min(from + length, der.length) };
}
