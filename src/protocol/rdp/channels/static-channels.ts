import { ProtocolError } from '../../bytes/errors.ts';
import { eachOf } from './each-of.ts';
import { CHANNEL_MAX_BYTES, ChannelJoiner, encodeChannelChunks } from '../pdu/virtual-channel.ts';
import type { Channel, ChannelOutput, OpenPort, Urgency } from './contract.ts';
import { DrdynvcClient } from './drdynvc/drdynvc-client.ts';
import { DrdynvcServer } from './drdynvc/drdynvc-server.ts';

/** CHANNEL_OPTION_INITIALIZED | CHANNEL_OPTION_ENCRYPT_RDP ([MS-RDPBCGR] 2.2.1.3.4.1): what every channel is asked for with. */
const EVERY_CHANNEL = 0xc000_0000;
/** Bound on the bytes that may come on channels before the session is active. */
const MAX_EARLY_BYTES = 0x1_0000;

/** The channels of one connection, of either kind, and the port each one gets. */
export interface ConnectionChannels {
  readonly list: readonly Channel[];
  readonly openPort: OpenPort;
}

/** One chunk of channel data for one MCS channel. */
export interface ChannelChunk {
  readonly channelId: number;
  readonly chunk: Uint8Array;
  readonly urgency: Urgency;
}

interface Entry {
  readonly channel: Channel;
  readonly channelId: number;
  readonly joiner: ChannelJoiner;
  open: boolean;
}

/** `list` as static channels: the dynamic ones travel on a `drdynvc` of this role, which is there only where there are any. */
export function asStatic(list: readonly Channel[], role: 'server' | 'client'): Channel[] {
  const dynamic = list.filter(({ options }) => options.kind === 'dynamic');
  const others = list.filter(({ options }) => options.kind === 'static');
  if (dynamic.length === 0) return others;
  return [...others, role === 'server' ? new DrdynvcServer(dynamic) : new DrdynvcClient(dynamic)];
}

/** CHANNEL_DEF of each static channel. */
export function channelDefinitions(channels: readonly Channel[]): { readonly name: string; readonly options: number }[] {
  return channels.map(({ name, options }) => ({ name, options: (EVERY_CHANNEL | (options.flags ?? 0)) >>> 0 }));
}

/** The static virtual channels of one connection that both sides have ([MS-RDPBCGR] 1.3.3), each with its MCS channel. */
export class StaticChannels {
  private readonly byId = new Map<number, Entry>();
  private readonly openPort: OpenPort;
  private started = false;
  private early: { readonly channelId: number; readonly chunk: Uint8Array }[] = [];
  private earlyBytes = 0;

  constructor(joined: readonly { readonly channel: Channel; readonly channelId: number }[], openPort: OpenPort) {
    this.openPort = openPort;
    for (const { channel, channelId } of joined) {
      const joiner = new ChannelJoiner(channel.options.maxMessageBytes ?? CHANNEL_MAX_BYTES);
      this.byId.set(channelId, { channel, channelId, joiner, open: false });
    }
  }

  has(channelId: number): boolean {
    return this.byId.has(channelId);
  }

  /** Starts the channels, when the session is active for the first time. */
  start(): ChannelChunk[] {
    if (this.started) return [];
    this.started = true;
    const chunks: ChannelChunk[] = [];
    for (const entry of this.byId.values()) {
      entry.open = true;
      chunks.push(...this.outputs(entry, entry.channel.start(this.openPort(entry.channel))));
    }
    const { early } = this;
    this.early = [];
    return [...chunks, ...early.flatMap(({ channelId, chunk }) => this.receive(channelId, chunk))];
  }

  /** One chunk; what comes before `start` is read then. Throws what the channel throws. */
  receive(channelId: number, chunk: Uint8Array): ChannelChunk[] {
    const entry = this.byId.get(channelId);
    if (entry === undefined) return [];
    if (!this.started) {
      this.earlyBytes += chunk.length;
      if (this.earlyBytes > MAX_EARLY_BYTES)
        throw new ProtocolError(
          'TOO_LARGE',
          `channel ${entry.channel.name}`,
          `<= ${MAX_EARLY_BYTES} bytes before the session`,
          this.earlyBytes,
        );
      this.early.push({ channelId, chunk: chunk.slice() });
      return [];
    }
    if (!entry.open) return [];
    const message = entry.joiner.push(chunk);
    return message === undefined ? [] : this.outputs(entry, entry.channel.receive(message));
  }

  /** Messages that a channel sends unasked. Throws `ILLEGAL_TRANSITION` where it is not open. */
  send(channel: Channel, messages: readonly Uint8Array[], urgency: Urgency): ChannelChunk[] {
    const entry = this.entryOf(channel);
    if (entry?.open !== true) throw new ProtocolError('ILLEGAL_TRANSITION', `channel ${channel.name}`, 'an open channel', 'closed');
    return messages.flatMap((message) => chunksOf(entry, message, urgency));
  }

  /** Messages of a dynamic channel, by the static one that carries it. Throws `ILLEGAL_TRANSITION` where either is not open. */
  sendDynamic(channel: Channel, messages: readonly Uint8Array[], urgency: Urgency): ChannelChunk[] {
    for (const entry of this.byId.values()) {
      const carrier = entry.channel;
      if (entry.open && (carrier instanceof DrdynvcServer || carrier instanceof DrdynvcClient))
        return carrier.carried(channel, messages).flatMap((pdu) => chunksOf(entry, pdu, urgency));
    }
    throw new ProtocolError('ILLEGAL_TRANSITION', `channel ${channel.name}`, 'an open channel', 'closed');
  }

  /** Ends one channel: this side neither reads nor sends on it any more. */
  close(channel: Channel): void {
    const entry = this.entryOf(channel);
    if (entry?.open !== true) return;
    entry.open = false;
    channel.close();
  }

  /** Ends every channel, when the connection has ended. Throws what the first channel has thrown, once all are ended. */
  closeAll(): void {
    eachOf([...this.byId.values()], ({ channel }) => this.close(channel));
  }

  private entryOf(channel: Channel): Entry | undefined {
    for (const entry of this.byId.values()) if (entry.channel === channel) return entry;
    return undefined;
  }

  private outputs(entry: Entry, outputs: readonly ChannelOutput[]): ChannelChunk[] {
    const chunks: ChannelChunk[] = [];
    for (const output of outputs) {
      if (output.tag === 'close') this.close(entry.channel);
      else chunks.push(...chunksOf(entry, output.message, output.urgency ?? entry.channel.options.urgency));
    }
    return chunks;
  }
}

function chunksOf({ channelId }: Entry, message: Uint8Array, urgency: Urgency): ChannelChunk[] {
  return encodeChannelChunks(message).map((chunk) => ({ channelId, chunk, urgency }));
}
