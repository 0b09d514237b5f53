import { ProtocolError } from '../../bytes/errors.ts';
import { type ClientData, decodeClientData, RDP_VERSION_5_PLUS } from '../pdu/client-data.ts';
import { decodeConferenceCreateRequest, encodeConferenceCreateResponse } from '../pdu/gcc.ts';
import { decodeConnectInitial, encodeConnectResponse } from '../pdu/mcs-connect.ts';
import { encodeServerData } from '../pdu/server-data.ts';
import { encodeX224Data, PROTOCOL } from '../pdu/x224.ts';
import { IO_CHANNEL_ID } from './server-domain.ts';
import type { Session, StateOf, Step } from './server-state.ts';

/**
 * Basic settings exchange ([MS-RDPBCGR] 2.2.1.3, 2.2.1.4): no encryption below TLS, one id for every channel asked for, then one for the
 * message channel if asked for, then one for the user.
 * @param mcs Connect-Initial
 */
export function receiveConnectInitial(state: StateOf<'basicSettings'>, mcs: Uint8Array): Step {
  const data = decodeClientData(decodeConferenceCreateRequest(decodeConnectInitial(mcs).userData));
  // Zero: the field is optional. Anything else but TLS means that someone changed the negotiation on its way (5.4.3.1).
  const selected = data.core.serverSelectedProtocol;
  if (selected !== 0 && selected !== PROTOCOL.ssl)
    throw new ProtocolError('UNEXPECTED', 'TS_UD_CS_CORE.serverSelectedProtocol', PROTOCOL.ssl, selected);
  const session = newSession(data);
  const response = encodeServerData({
    core: { version: RDP_VERSION_5_PLUS, clientRequestedProtocols: state.requestedProtocols, earlyCapabilityFlags: 0 },
    security: { encryptionMethod: 0, encryptionLevel: 0 },
    network: { ioChannelId: IO_CHANNEL_ID, channelIds: session.channels.map((channel) => channel.id) },
    ...(session.messageChannelId === undefined ? {} : { messageChannelId: session.messageChannelId }),
  });
  return {
    state: { tag: 'channelConnection', session, attached: false, requests: 0 },
    outputs: [{ tag: 'send', bytes: encodeX224Data(encodeConnectResponse(encodeConferenceCreateResponse(response))) }],
  };
}

function newSession(data: ClientData): Session {
  let next = IO_CHANNEL_ID + 1;
  const channels = data.network.map(({ name }) => ({ name, id: next++ }));
  const messageChannelId = data.messageChannel ? next++ : undefined;
  return { core: data.core, channels, messageChannelId, userId: next, joined: new Set() };
}
