import { ProtocolError } from '../../../bytes/errors.ts';
import type { Channel, ChannelOptions, ChannelOutput, ChannelPort, Urgency } from '../contract.ts';
import { encodeDynvcCapabilities } from './capabilities.ts';
import { encodeCreateRequest } from './create.ts';
import { DRDYNVC, DRDYNVC_OPTIONS, DRDYNVC_VERSION } from './drdynvc.ts';
import { carriedBy, OpenChannels } from './open-channels.ts';
import { decodeDynvcPdu } from './pdu.ts';

/** The shares of [MS-RDPEDYC] 2.2.1.1.2 (65,536 ÷ charge percent): 70, 20, 7 and 3 percent. No client is known that goes by them. */
const PRIORITY_CHARGES = [936, 3276, 9362, 21_845] as const;
const PRIORITY: Readonly<Record<Urgency, number>> = { control: 0, picture: 1, bulk: 3 };

/** The server's end of `drdynvc` ([MS-RDPEDYC] 3.3): offers each of its channels once, as soon as the client has said its version. */
export class DrdynvcServer implements Channel {
  readonly name = DRDYNVC;
  readonly options: ChannelOptions = DRDYNVC_OPTIONS;
  private readonly channels: readonly Channel[];
  /** Create Requests that are not answered yet. */
  private readonly asked = new Map<number, Channel>();
  private open: OpenChannels | undefined;
  private ready = false;

  constructor(channels: readonly Channel[]) {
    this.channels = channels;
  }

  start(port: ChannelPort): readonly ChannelOutput[] {
    this.open = new OpenChannels(port);
    return [{ tag: 'send', message: encodeDynvcCapabilities({ version: DRDYNVC_VERSION, priorityCharges: PRIORITY_CHARGES }) }];
  }

  receive(message: Uint8Array): readonly ChannelOutput[] {
    const { open } = this;
    if (open === undefined) return [];
    const pdu = decodeDynvcPdu(message, 'client');
    switch (pdu.tag) {
      case 'capabilities':
        return this.offer();
      case 'createResponse': {
        const channel = this.asked.get(pdu.channelId);
        this.asked.delete(pdu.channelId);
        if (channel !== undefined && pdu.creationStatus >= 0) return open.open(pdu.channelId, channel);
        channel?.refused?.();
        return [];
      }
      case 'data':
        return open.receive(pdu);
      case 'close':
        // A client is not answered (3.3.5.2), whether it answers or begins.
        open.closedByPeer(pdu.channelId);
        return [];
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

  private offer(): ChannelOutput[] {
    if (this.ready) return [];
    this.ready = true;
    return this.channels.map((channel, index) => {
      const channelId = index + 1;
      this.asked.set(channelId, channel);
      const priority = PRIORITY[channel.options.urgency];
      return { tag: 'send', message: encodeCreateRequest({ channelId, priority, name: channel.name }) };
    });
  }
}
