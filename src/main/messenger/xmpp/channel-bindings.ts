import 'reflect-metadata';
import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { X509Certificate } from '@peculiar/x509';
import type { ChannelBinding } from '../../../protocol/xmpp/scram.ts';

/** RFC 9266 section 2 */
const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';
const EXPORTER_BYTES = 32;

/** What SCRAM can be bound to on this connection, best first. */
export function channelBindingsOf(socket: TLSSocket): readonly ChannelBinding[] {
  const bindings: ChannelBinding[] = [];
  // Below 1.3 an exporter may be the same on two connections (RFC 9266 section 3).
  if (socket.getProtocol() === 'TLSv1.3')
    bindings.push({ type: 'tls-exporter', bytes: socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0)) });
  const der = socket.getPeerX509Certificate()?.raw;
  const endPoint = der === undefined ? undefined : endPointBinding(der);
  if (endPoint !== undefined) bindings.push({ type: 'tls-server-end-point', bytes: endPoint });
  return bindings;
}

/** The certificate's digest by the hash of its own signature, SHA-256 where that is older (RFC 5929 section 4.1); none where it has no hash. */
function endPointBinding(der: Uint8Array): Uint8Array | undefined {
  const { signatureAlgorithm } = new X509Certificate(Uint8Array.from(der));
  const name = (signatureAlgorithm as { readonly hash?: { readonly name?: string } }).hash?.name;
  if (name === undefined) return undefined;
  const digest = /^(?:MD5|SHA-1)$/i.test(name) ? 'sha256' : name.replace('-', '').toLowerCase();
  return createHash(digest).update(der).digest();
}
