import { eachOf } from '../each-of.ts';
import { ProtocolError } from '../../../bytes/errors.ts';
import { CHANNEL_MAX_BYTES } from '../../pdu/virtual-channel.ts';
import type { Channel, ChannelOutput, ChannelPort } from '../contract.ts';
import { encodeDynvcClose } from './close.ts';
import { type DynvcData, encodeDynvcMessage } from './data.ts';
import { MessageJoiner } from './message-joiner.ts';

/** The dynamic channels that are open now, by their number; the same for both roles. */
export class OpenChannels {
  private readonly byId = new Map<number, { readonly channel: Channel; readonly joiner: MessageJoiner }>();
  private readonly carrier: ChannelPort;

  /** @param carrier the port of `drdynvc` */
  constructor(carrier: ChannelPort) {
    this.carrier = carrier;
  }

  has(channelId: number): boolean {
    return this.byId.has(channelId);
  }

  /** The number of a channel that is open. */
  idOf(channel: Channel): number | undefined {
    for (const [channelId, open] of this.byId) if (open.channel === channel) return channelId;
    return undefined;
  }

  /** Starts a channel that both sides have agreed on. */
  open(channelId: number, channel: Channel): ChannelOutput[] {
    this.byId.set(channelId, { channel, joiner: new MessageJoiner(channel.options.maxMessageBytes ?? CHANNEL_MAX_BYTES) });
    return this.contained(channelId, channel, () => channel.start(this.portOf(channelId, channel)));
  }

  /** Passes data to their channel. Data for a channel that is not open were sent before its end was known, and are ignored. */
  receive(data: DynvcData): ChannelOutput[] {
    const open = this.byId.get(data.channelId);
    if (open === undefined) return [];
    return this.contained(data.channelId, open.channel, () => {
      const message = open.joiner.push(data);
      return message === undefined ? [] : open.channel.receive(message);
    });
  }

  /** Ends a channel that the other side has closed; false when it was not open. */
  closedByPeer(channelId: number): boolean {
    const open = this.byId.get(channelId);
    if (open === undefined) return false;
    this.byId.delete(channelId);
    open.channel.close();
    return true;
  }

  /** Throws what the first channel has thrown, once all are ended. */
  closeAll(): void {
    eachOf([...this.byId.keys()], (channelId) => this.closedByPeer(channelId));
  }

  /** What makes no sense on one channel ends that channel and nothing else. */
  private contained(channelId: number, channel: Channel, act: () => readonly ChannelOutput[]): ChannelOutput[] {
    try {
      return act().flatMap((output) => this.carried(channelId, channel, output));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return this.carried(channelId, channel, { tag: 'close' });
    }
  }

  private carried(channelId: number, channel: Channel, output: ChannelOutput): ChannelOutput[] {
    const { urgency } = channel.options;
    if (output.tag === 'close') {
      if (!this.closedByPeer(channelId)) return [];
      return [{ tag: 'send', message: encodeDynvcClose({ channelId }), urgency }];
    }
    return encodeDynvcMessage(channelId, output.message).map((message) => ({ tag: 'send', message, urgency: output.urgency ?? urgency }));
  }

  private portOf(channelId: number, channel: Channel): ChannelPort {
    const isOpen = (): boolean => this.byId.get(channelId)?.channel === channel;
    return {
      send: (messages, urgency = channel.options.urgency) => {
        // No number: of a channel that is closed, so the carrier refuses nothing to a channel that has taken the number since.
        const pdus = isOpen() ? messages.flatMap((message) => encodeDynvcMessage(channelId, message)) : undefined;
        return pdus === undefined ? rejected(channel) : this.carrier.send(pdus, urgency);
      },
      close: () => {
        if (!isOpen()) return;
        this.closedByPeer(channelId);
        // Close goes out after the channel's own messages.
        void this.carrier.send([encodeDynvcClose({ channelId })], channel.options.urgency);
      },
    };
  }
}

/** Messages of a channel as PDUs of `drdynvc`. Throws `ILLEGAL_TRANSITION` where it is not open. */
export function carriedBy(open: OpenChannels | undefined, channel: Channel, messages: readonly Uint8Array[]): Uint8Array[] {
  const channelId = open?.idOf(channel);
  if (channelId === undefined) throw notOpen(channel);
  return messages.flatMap((message) => encodeDynvcMessage(channelId, message));
}

function notOpen(channel: Channel): ProtocolError {
  return new ProtocolError('ILLEGAL_TRANSITION', `channel ${channel.name}`, 'an open channel', 'closed');
}

function rejected(channel: Channel): Promise<void> {
  const rejection = Promise.reject(notOpen(channel));
  rejection.catch(() => undefined);
  return rejection;
}
