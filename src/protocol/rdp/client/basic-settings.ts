import { ProtocolError } from '../../bytes/errors.ts';
import type { Channel } from '../channels/contract.ts';
import { channelDefinitions } from '../channels/static-channels.ts';
import { EARLY_CAPABILITY, RDP_VERSION_5_PLUS, encodeClientData } from '../pdu/client-data.ts';
import { decodeConferenceCreateResponse, encodeConferenceCreateRequest } from '../pdu/gcc.ts';
import { decodeConnectResponse, encodeConnectInitial } from '../pdu/mcs-connect.ts';
import { decodeServerData } from '../pdu/server-data.ts';
import { PROTOCOL, encodeX224Data } from '../pdu/x224.ts';
import type { RdpClientConfig } from './contract.ts';

/** A current Windows client's, which servers take as "knows everything of RDP 8 and later". */
const CLIENT_BUILD = 18362;

/** The MCS channels of this connection. */
export interface ChannelPlan {
  readonly ioChannelId: number;
  readonly messageChannelId: number | undefined;
  /** The static channels that the server has too. */
  readonly joined: readonly { readonly channel: Channel; readonly channelId: number }[];
}

/** Phase 2, basic settings exchange: Connect-Initial with our client data, whole. `graphicsChannel`: it is announced. */
export function connectInitial(config: RdpClientConfig, channels: readonly Channel[], graphicsChannel: boolean): Uint8Array {
  const clientData = encodeClientData({
    core: {
      version: RDP_VERSION_5_PLUS,
      desktopWidth: config.desktop.width,
      desktopHeight: config.desktop.height,
      keyboardLayout: config.keyboardLayout,
      clientBuild: CLIENT_BUILD,
      clientName: config.clientName,
      bitsPerPixel: 32,
      earlyCapabilityFlags:
        EARLY_CAPABILITY.errInfoPdu |
        EARLY_CAPABILITY.validConnectionType |
        EARLY_CAPABILITY.monitorLayoutPdu |
        EARLY_CAPABILITY.netcharAutodetect |
        (graphicsChannel ? EARLY_CAPABILITY.dynvcGfx : 0),
      serverSelectedProtocol: PROTOCOL.ssl,
    },
    security: { encryptionMethods: 0, extEncryptionMethods: 0 },
    network: channelDefinitions(channels),
    messageChannel: true,
  });
  return encodeX224Data(encodeConnectInitial(encodeConferenceCreateRequest(clientData)));
}

/** Connect-Response. Throws `REFUSED` when the server wants RDP's own encryption beside TLS. */
export function readConnectResponse(mcs: Uint8Array, channels: readonly Channel[]): ChannelPlan {
  const server = decodeServerData(decodeConferenceCreateResponse(decodeConnectResponse(mcs).userData));
  const { encryptionMethod, encryptionLevel } = server.security;
  if (encryptionMethod !== 0 || encryptionLevel !== 0) {
    throw new ProtocolError(
      'REFUSED',
      'TS_UD_SC_SEC1.encryptionMethod',
      'ENCRYPTION_METHOD_NONE',
      `${encryptionMethod}, level ${encryptionLevel}`,
    );
  }
  const joined = channels.flatMap((channel, index) => {
    const channelId = server.network.channelIds[index];
    return channelId === undefined || channelId === 0 ? [] : [{ channel, channelId }];
  });
  return { ioChannelId: server.network.ioChannelId, messageChannelId: server.messageChannelId, joined };
}
