import { ProtocolError } from '../../bytes/errors.ts';
import { decodeConnectionConfirm, encodeConnectionRequest, PROTOCOL } from '../pdu/x224.ts';

/** Phase 1, connection initiation ([MS-RDPBCGR] 1.3.1.1). TLS and nothing else is offered; no cookie, so no name leaves in plain text. */
export function connectionRequest(): Uint8Array {
  return encodeConnectionRequest({ protocols: PROTOCOL.ssl });
}

/** Throws `REFUSED` for every answer but PROTOCOL_SSL: there is no falling back to plain RDP security. */
export function readConnectionConfirm(payload: Uint8Array): void {
  const confirm = decodeConnectionConfirm(payload);
  if (confirm.tag === 'failure') throw new ProtocolError('REFUSED', 'RDP_NEG_FAILURE.failureCode', 'PROTOCOL_SSL', confirm.failureCode);
  if (confirm.tag === 'none') throw new ProtocolError('REFUSED', 'Connection Confirm', 'PROTOCOL_SSL', 'plain RDP security');
  if (confirm.selectedProtocol !== PROTOCOL.ssl) {
    throw new ProtocolError('REFUSED', 'RDP_NEG_RSP.selectedProtocol', PROTOCOL.ssl, confirm.selectedProtocol);
  }
}
