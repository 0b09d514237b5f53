import { ProtocolError } from '../../../bytes/errors.ts';
import type { Channel, ChannelOptions, ChannelOutput, ChannelPort } from '../contract.ts';
import { encodeDynvcCapabilities } from './capabilities.ts';
import { encodeDynvcClose } from './close.ts';
import { type CreateRequest, CREATION_STATUS, encodeCreateResponse } from './create.ts';
import { DRDYNVC, DRDYNVC_OPTIONS, DRDYNVC_VERSION } from './drdynvc.ts';
import { carriedBy, OpenChannels } from './open-channels.ts';
import { decodeDynvcPdu } from './pdu.ts';

/**
 * The client's end of `drdynvc` ([MS-RDPEDYC] 3.2): opens what the server asks for by a name it knows and refuses the rest. Priority charges
 * are read and not gone by: what is urgent here is said by the channels themselves. A server that leaves out Capabilities is served all the same.
 */
export class DrdynvcClient implements Channel {
  readonly name = DRDYNVC;
  readonly options: ChannelOptions = DRDYNVC_OPTIONS;
  private readonly channels: readonly Channel[];
  private open: OpenChannels | undefined;

  constructor(channels: readonly Channel[]) {
    this.channels = channels;
  }

  start(port: ChannelPort): readonly ChannelOutput[] {
    this.open = new OpenChannels(port);
    return [];
  }

  receive(message: Uint8Array): readonly ChannelOutput[] {
    const { open } = this;
    if (open === undefined) return [];
    const pdu = decodeDynvcPdu(message, 'server');
    switch (pdu.tag) {
      case 'capabilities': {
        if (pdu.version === 0) throw new ProtocolError('OUT_OF_RANGE', 'DYNVC_CAPS.Version', '>= 1', pdu.version);
        return [{ tag: 'send', message: encodeDynvcCapabilities({ version: Math.min(pdu.version, DRDYNVC_VERSION) }) }];
      }
      case 'createRequest':
        return this.answer(open, pdu);
      case 'data':
        return open.receive(pdu);
      case 'close':
        return open.closedByPeer(pdu.channelId) ? [{ tag: 'send', message: encodeDynvcClose(pdu) }] : [];
      case 'compressedData':
        throw new ProtocolError('REFUSED', 'DYNVC header Cmd', 'no compression', 'compressed data');
      default:
        return [];
    }
  }

  close(): void {
    this.open?.closeAll();
  }

  /** Messages of one of its channels, as PDUs of this one. Throws `ILLEGAL_TRANSITION` where that is not open. */
  carried(channel: Channel, messages: readonly Uint8Array[]): Uint8Array[] {
    return carriedBy(this.open, channel, messages);
  }

  private answer(open: OpenChannels, { channelId, name }: CreateRequest): ChannelOutput[] {
    if (open.has(channelId)) throw new ProtocolError('UNEXPECTED', 'DYNVC_CREATE_REQ.ChannelId', 'a number that is free', channelId);
    const channel = this.channels.find(
      (candidate) => candidate.name === name && candidate.isWithheld !== true && open.idOf(candidate) === undefined,
    );
    const creationStatus = channel === undefined ? CREATION_STATUS.notFound : CREATION_STATUS.success;
    const response: ChannelOutput = { tag: 'send', message: encodeCreateResponse({ channelId, creationStatus }) };
    return channel === undefined ? [response] : [response, ...open.open(channelId, channel)];
  }
}
