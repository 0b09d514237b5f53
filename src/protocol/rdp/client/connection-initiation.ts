import { ProtocolError } from '../../bytes/errors.ts';
import { decodeConnectionConfirm, encodeConnectionRequest, NEG_RSP_FLAG, PROTOCOL } from '../pdu/x224.ts';

/** Phase 1, connection initiation ([MS-RDPBCGR] 1.3.1.1). TLS and nothing else is offered; no cookie, so no name leaves in plain text. */
export function connectionRequest(): Uint8Array {
  return encodeConnectionRequest({ protocols: PROTOCOL.ssl });
}

/** What the server says of itself before anything else. */
export interface ServerOffer {
  /** It has the graphics channel ([MS-RDPBCGR] 2.2.1.2.1 DYNVC_GFX_PROTOCOL_SUPPORTED). */
  readonly graphicsChannel: boolean;
}

/** Throws `REFUSED` for every answer but PROTOCOL_SSL: there is no falling back to plain RDP security. */
export function readConnectionConfirm(payload: Uint8Array): ServerOffer {
  const confirm = decodeConnectionConfirm(payload);
  if (confirm.tag === 'failure') throw new ProtocolError('REFUSED', 'RDP_NEG_FAILURE.failureCode', 'PROTOCOL_SSL', confirm.failureCode);
  if (confirm.tag === 'none') throw new ProtocolError('REFUSED', 'Connection Confirm', 'PROTOCOL_SSL', 'plain RDP security');
  if (confirm.selectedProtocol !== PROTOCOL.ssl) {
    throw new ProtocolError('REFUSED', 'RDP_NEG_RSP.selectedProtocol', PROTOCOL.ssl, confirm.selectedProtocol);
  }
  return { graphicsChannel: (confirm.flags & NEG_RSP_FLAG.dynvcGfx) !== 0 };
}
