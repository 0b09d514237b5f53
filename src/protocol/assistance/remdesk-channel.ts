import type { Channel, ChannelOptions, ChannelOutput, ChannelPort } from '../rdp/channels/contract.ts';
import { REMDESK_CHANNEL, REMDESK_CHANNEL_FLAGS } from '../rdp/channels/remdesk.ts';

/** One PDU of `remdesk` to the other side. */
export interface RemdeskSend {
  readonly tag: 'send';
  readonly data: Uint8Array;
}

interface RemdeskMachine<Output> {
  start?(): Output[];
  receive(data: Uint8Array): Output[];
}

/** What came makes no sense; the connection is about to end for it. */
export interface RemdeskGarbled {
  readonly tag: 'garbled';
}

/** Either end of [MS-RA] as a channel: what its machine says goes out, what it finds out is `told` once that is on its way. */
export class RemdeskChannel<Output extends { readonly tag: string }> implements Channel {
  readonly name = REMDESK_CHANNEL;
  readonly options: ChannelOptions = { kind: 'static', urgency: 'control', flags: REMDESK_CHANNEL_FLAGS };
  private readonly machine: RemdeskMachine<Output>;
  private readonly told: (fact: Exclude<Output, RemdeskSend> | RemdeskGarbled) => void;
  private port: ChannelPort | undefined;

  constructor(machine: RemdeskMachine<Output>, told: (fact: Exclude<Output, RemdeskSend> | RemdeskGarbled) => void) {
    this.machine = machine;
    this.told = told;
  }

  /** Both sides have the channel. */
  get isOpen(): boolean {
    return this.port !== undefined;
  }

  start(port: ChannelPort): readonly ChannelOutput[] {
    this.port = port;
    return this.answered(this.machine.start?.() ?? []);
  }

  receive(message: Uint8Array): readonly ChannelOutput[] {
    let outputs: Output[];
    try {
      outputs = this.machine.receive(message);
    } catch (error) {
      this.told({ tag: 'garbled' });
      throw error;
    }
    return this.answered(outputs);
  }

  close(): void {
    this.port = undefined;
  }

  /** What the machine says unasked. */
  say(outputs: readonly Output[]): void {
    for (const output of outputs) {
      if (isSend(output)) void this.port?.send([output.data]);
      else this.told(output as Exclude<Output, RemdeskSend>);
    }
  }

  private answered(outputs: readonly Output[]): ChannelOutput[] {
    const sends: ChannelOutput[] = [];
    for (const output of outputs) {
      if (isSend(output)) sends.push({ tag: 'send', message: output.data });
      else this.told(output as Exclude<Output, RemdeskSend>);
    }
    return sends;
  }
}

function isSend(output: { readonly tag: string }): output is RemdeskSend {
  return output.tag === 'send';
}
