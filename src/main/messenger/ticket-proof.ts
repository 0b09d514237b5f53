import { createHmac } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** RFC 9266, section 2: what both ends of one TLS connection have, and nobody else, not even who sits between two of them. */
const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';
const EXPORTER_BYTES = 32;
const PREFIX = 'tls-exporter:';

/**
 * The `pwd` of our own client: shows the log-in page that we have the access token without showing the token, and is good on this
 * connection only. So the page's certificate need not be believed (docs/decisions/0005).
 */
export const ticketProof = (socket: TLSSocket, address: string, accessToken: string): string =>
  proof('log-in', socket, address, accessToken);

/** In the page's answer: the messenger has the access token too, and is what this connection ends at. So a client that was told no key learns it. */
export const messengerProof = (socket: TLSSocket, address: string, accessToken: string): string =>
  proof('messenger', socket, address, accessToken);

/** The header that has it; other programs pass over it. */
export const PROOF_HEADER = 'ringback-proof';

function proof(of: 'log-in' | 'messenger', socket: TLSSocket, address: string, accessToken: string): string {
  const binding = socket.exportKeyingMaterial(EXPORTER_BYTES, EXPORTER_LABEL, Buffer.alloc(0));
  return PREFIX + createHmac('sha256', accessToken).update(`ringback ${of}\0${address}\0`).update(binding).digest('hex');
}
