/** The MCS domain as this server numbers it, and how everything it sends enters that domain. */
import type { ChannelChunk } from '../channels/static-channels.ts';
import { encodeDomainPdu } from '../pdu/mcs-domain.ts';
import { encodeX224Data } from '../pdu/x224.ts';
import type { RdpServerOutput } from './contract.ts';

/** pduSource and initiator of everything the server sends: the server channel id of [MS-RDPBCGR]. */
export const SERVER_CHANNEL_ID = 0x03ea;
export const IO_CHANNEL_ID = 0x03eb;
/** One share a connection, so its id can be fixed. */
export const SHARE_ID = 0x0001_03ea;

/** MCS Send Data Indication on a channel, as a whole PDU. */
export function sendOn(channelId: number, data: Uint8Array): Extract<RdpServerOutput, { readonly tag: 'send' }> {
  return {
    tag: 'send',
    bytes: encodeX224Data(encodeDomainPdu({ tag: 'sendDataIndication', initiator: SERVER_CHANNEL_ID, channelId, data })),
  };
}

/** Channel data of a static channel, as whole PDUs. */
export function sendChunk({ channelId, chunk, urgency }: ChannelChunk): RdpServerOutput {
  return { ...sendOn(channelId, chunk), urgency };
}
