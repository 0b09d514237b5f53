import type { Channel, ChannelOptions, ChannelOutput, ChannelPort } from '../../src/protocol/rdp/channels/contract.ts';

const MESSAGE_BYTES = 64 * 1024;

/** Either end of a test channel that carries bytes which mean nothing, as many as it is told to. */
export class BulkChannel implements Channel {
  readonly name = 'bulk';
  readonly options: ChannelOptions = { kind: 'static', urgency: 'bulk' };
  /** Bytes that have come. */
  heard = 0;
  private port: ChannelPort | undefined;

  start(port: ChannelPort): readonly ChannelOutput[] {
    this.port = port;
    return [];
  }
  receive(message: Uint8Array): readonly ChannelOutput[] {
    this.heard += message.length;
    return [];
  }
  close(): void {
    this.port = undefined;
  }

  /** One message after the other, each when the socket has taken the one before. */
  async send(bytes: number): Promise<void> {
    const message = new Uint8Array(MESSAGE_BYTES).map((_, index) => (index * 2_654_435_761) >>> 24);
    for (let left = bytes; left > 0; left -= MESSAGE_BYTES) await this.port?.send([message]);
  }
}
