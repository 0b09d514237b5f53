import type { Channel, ChannelOptions, ChannelOutput, ChannelPort } from '../../src/protocol/rdp/channels/contract.ts';
import type { ConnectionChannels } from '../../src/protocol/rdp/channels/static-channels.ts';

/** A channel that keeps what it hears and says nothing by itself. */
export class RecordedChannel implements Channel {
  readonly name: string;
  readonly options: ChannelOptions;
  readonly heard: Uint8Array[] = [];
  /** What is said in answer to each message. */
  answer: (message: Uint8Array) => readonly ChannelOutput[] = () => [];
  greeting: readonly ChannelOutput[] = [];
  port: ChannelPort | undefined;
  closed = 0;

  constructor(name = 'encomsp', options: Partial<ChannelOptions> = {}) {
    this.name = name;
    this.options = { kind: 'static', urgency: 'control', ...options };
  }

  start(port: ChannelPort): readonly ChannelOutput[] {
    this.port = port;
    return this.greeting;
  }

  receive(message: Uint8Array): readonly ChannelOutput[] {
    this.heard.push(message);
    return this.answer(message);
  }

  close(): void {
    this.port = undefined;
    this.closed += 1;
  }
}

/** For a machine whose channels say nothing unasked. */
export function silent(...list: readonly Channel[]): ConnectionChannels {
  return { list, openPort: () => ({ send: () => Promise.resolve(), close: () => undefined }) };
}
