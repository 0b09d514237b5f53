import type { Channel, ChannelOptions, ChannelOutput, ChannelPort } from '../../protocol/rdp/channels/contract.ts';

/**
 * A channel that is not started before the novice's yes. On an invitation file the connection has its channels earlier, while the password is
 * being proved: what comes on this one until then is passed over.
 */
export class ChannelAfterYes implements Channel {
  readonly name: string;
  readonly options: ChannelOptions;
  private readonly channel: Channel;
  /** From the connection's start of the channel to its end. */
  private port: ChannelPort | undefined;
  private allowed = false;

  constructor(channel: Channel) {
    this.name = channel.name;
    this.options = channel.options;
    this.channel = channel;
  }

  /** The novice has said yes. Idempotent. */
  open(): void {
    if (this.allowed) return;
    this.allowed = true;
    const { port } = this;
    if (port === undefined) return;
    for (const output of this.channel.start(port)) {
      if (output.tag === 'close') port.close();
      else void port.send([output.message], output.urgency);
    }
  }

  start(port: ChannelPort): readonly ChannelOutput[] {
    this.port = port;
    return this.allowed ? this.channel.start(port) : [];
  }

  receive(message: Uint8Array): readonly ChannelOutput[] {
    return this.allowed ? this.channel.receive(message) : [];
  }

  close(): void {
    this.port = undefined;
    if (this.allowed) this.channel.close();
  }
}
