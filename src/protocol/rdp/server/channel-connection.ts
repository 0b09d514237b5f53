import { ProtocolError } from '../../bytes/errors.ts';
import { type DomainPdu, encodeDomainPdu } from '../pdu/mcs-domain.ts';
import { encodeX224Data } from '../pdu/x224.ts';
import { receiveClientInfo } from './client-info.ts';
import { IO_CHANNEL_ID } from './server-domain.ts';
import { illegal, type Session, type StateOf, type Step } from './server-state.ts';

/** Erect Domain, Attach User and 34 possible joins, and some to spare. */
const MAX_REQUESTS = 64;
/** T.125 Result. */
const RT_SUCCESSFUL = 0;
const RT_NO_SUCH_CHANNEL = 3;

/**
 * Channel connection ([MS-RDPBCGR] 2.2.1.5–2.2.1.9). Clients differ: some leave out Erect Domain, join in their own order, or join only what
 * they need. So Client Info on the I/O channel ends the phase, whatever has been joined by then.
 */
export function receiveChannelConnection(state: StateOf<'channelConnection'>, pdu: DomainPdu): Step {
  if (state.requests >= MAX_REQUESTS)
    throw new ProtocolError('TOO_LARGE', 'ChannelJoinRequest', `<= ${MAX_REQUESTS} requests`, state.requests + 1);
  const next = { ...state, requests: state.requests + 1 };
  const { session } = state;
  switch (pdu.tag) {
    case 'erectDomainRequest':
      return { state: next, outputs: [] };
    case 'attachUserRequest':
      return answer({ ...next, attached: true }, { tag: 'attachUserConfirm', result: RT_SUCCESSFUL, initiator: session.userId });
    case 'channelJoinRequest': {
      if (!state.attached) throw illegal(state, 'ChannelJoinRequest before AttachUserRequest');
      const known = isChannel(session, pdu.channelId);
      if (known) session.joined.add(pdu.channelId);
      return answer(next, {
        tag: 'channelJoinConfirm',
        result: known ? RT_SUCCESSFUL : RT_NO_SUCH_CHANNEL,
        initiator: session.userId,
        requested: pdu.channelId,
        channelId: pdu.channelId,
      });
    }
    case 'sendDataRequest':
      if (!state.attached) throw illegal(state, 'SendDataRequest before AttachUserRequest');
      // Nothing but Client Info has a meaning yet, on no other channel.
      return pdu.channelId === IO_CHANNEL_ID ? receiveClientInfo(session, pdu.data) : { state: next, outputs: [] };
    default:
      throw illegal(state, pdu.tag);
  }
}

function isChannel(session: Session, id: number): boolean {
  return (
    id === IO_CHANNEL_ID ||
    id === session.userId ||
    id === session.messageChannelId ||
    session.channels.some((channel) => channel.id === id)
  );
}

function answer(state: StateOf<'channelConnection'>, pdu: DomainPdu): Step {
  return { state, outputs: [{ tag: 'send', bytes: encodeX224Data(encodeDomainPdu(pdu)) }] };
}
