import { decodeConnectionRequest, encodeConnectionConfirm, NEG_FAILURE, NEG_RSP_FLAG, PROTOCOL } from '../pdu/x224.ts';
import type { Step } from './server-state.ts';

/** CredSSP, alone or with early user authorisation. */
const NLA = PROTOCOL.hybrid | PROTOCOL.hybridEx;

/**
 * Connection initiation ([MS-RDPBCGR] 1.3.1.1, 2.2.1.1, 2.2.1.2): TLS or nothing. A client that offers CredSSP beside TLS gets TLS;
 * one that does not offer TLS is told why not.
 * @param payload of the TPKT
 */
export function receiveConnectionRequest(payload: Uint8Array): Step {
  const { protocols } = decodeConnectionRequest(payload);
  if (protocols === undefined || (protocols & PROTOCOL.ssl) === 0) {
    const refusal = encodeConnectionConfirm({ tag: 'failure', failureCode: NEG_FAILURE.sslRequiredByServer });
    return {
      state: { tag: 'closed' },
      outputs: [
        { tag: 'send', bytes: refusal },
        { tag: 'closed', reason: protocols !== undefined && (protocols & NLA) !== 0 ? 'nla' : 'plainRdp' },
      ],
    };
  }
  const confirm = encodeConnectionConfirm({
    tag: 'response',
    selectedProtocol: PROTOCOL.ssl,
    flags: NEG_RSP_FLAG.extendedClientData | NEG_RSP_FLAG.dynvcGfx,
  });
  return {
    state: { tag: 'tlsHandshake', requestedProtocols: protocols },
    outputs: [{ tag: 'send', bytes: confirm }, { tag: 'startTls' }],
  };
}
