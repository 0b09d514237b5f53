import type { Channel, ChannelPort, Urgency } from '../../protocol/rdp/channels/contract.ts';
import type { Clock } from '../clock.ts';
import { ConnectionError } from './contract.ts';
import { asError } from './handshake.ts';
import { Outbox } from './outbox.ts';
import type { RdpStream } from './rdp-stream.ts';

/** Outputs, common to machines of both roles, that are meant for the socket. */
type WireOutput = { readonly tag: 'send'; readonly bytes: Uint8Array; readonly urgency?: Urgency } | { readonly tag: 'suspended' };

interface Machine {
  sendChannel(channel: Channel, messages: readonly Uint8Array[], urgency: Urgency): readonly { readonly tag: string }[];
  closeChannel(channel: Channel): void;
  gone(): void;
}

/** Callbacks of a sender that waits until the kernel has taken its bytes. */
interface WaitingSender {
  readonly reject: (error: unknown) => void;
}

export interface MachineDriverParts<Output> {
  readonly stream: RdpStream;
  readonly clock: Clock;
  /** Does what the other side or the clock has caused; whatever it throws ends the connection. */
  readonly contain: (act: () => void) => void;
  /** Carries out the outputs that are not for the socket. */
  readonly perform: (output: Exclude<Output, WireOutput>) => void;
}

/**
 * Drives a protocol machine over a socket: what it says goes out in the order of its urgency, and nobody calls it while it is at work. What a
 * channel's system side does meanwhile (a message, the end of the connection) waits until the machine's outputs are through.
 */
export class MachineDriver<Output extends { readonly tag: string }> {
  private readonly parts: MachineDriverParts<Output>;
  private readonly outbox: Outbox;
  private readonly senders = new Set<WaitingSender>();
  private later: (() => void)[] = [];
  private depth = 0;
  private working = false;
  private over = false;

  constructor(parts: MachineDriverParts<Output>) {
    this.parts = parts;
    this.outbox = new Outbox(parts.stream, parts.clock);
  }

  /** Lets the machine do something that the other side or the clock has caused. */
  drive(call: () => readonly (Output | WireOutput)[]): void {
    this.whenIdle(() => this.parts.contain(() => this.work(call)));
  }

  /** Lets the machine do something that our own side asks for: its mistakes are thrown back at it. */
  request(call: () => readonly (Output | WireOutput)[]): void {
    this.whenIdle(() => this.work(call));
  }

  /** Runs `act` at once, or after the call of the machine that is being worked on. */
  whenIdle(act: () => void): void {
    if (this.working) {
      this.later.push(act);
      return;
    }
    this.depth += 1;
    try {
      act();
    } finally {
      this.depth -= 1;
      if (this.depth === 0) this.catchUp();
    }
  }

  /** Sends what the machine makes of it, and resolves when the socket has taken it; rejects when the connection ends first. */
  sendAll(call: () => readonly { readonly tag: string }[], urgency: Urgency): Promise<void> {
    return new Promise((resolve, reject) => {
      this.whenIdle(() => {
        if (this.over) return reject(new ConnectionError('SOCKET', 'the session is over'));
        const sender: WaitingSender = { reject };
        try {
          const pdus = call().flatMap((output) => (isSend(output) ? [output.bytes] : []));
          this.senders.add(sender);
          this.outbox.send(pdus, urgency, () => {
            this.senders.delete(sender);
            resolve();
          });
        } catch (error) {
          this.senders.delete(sender);
          reject(error);
        }
      });
    });
  }

  /** The port of a static channel of `machine`. */
  portOf(machine: Machine, channel: Channel): ChannelPort {
    return {
      send: (messages, urgency = channel.options.urgency) => {
        const sent = this.sendAll(() => machine.sendChannel(channel, messages, urgency), urgency);
        // Callers that do not await the promise must not cause an unhandled rejection; those that do still get it.
        sent.catch(() => undefined);
        return sent;
      },
      close: () => this.whenIdle(() => machine.closeChannel(channel)),
    };
  }

  /** Called when the socket has closed: rejects everything that waits. Gives what a channel has thrown when it was ended. */
  end(machine: Machine): Error | undefined {
    this.over = true;
    this.outbox.close();
    for (const { reject } of this.senders) reject(new ConnectionError('SOCKET', 'the connection is closed'));
    this.senders.clear();
    let fault: Error | undefined;
    this.whenIdle(() => {
      try {
        machine.gone();
      } catch (error) {
        fault = asError(error);
      }
    });
    return fault;
  }

  private work(call: () => readonly (Output | WireOutput)[]): void {
    this.working = true;
    let outputs: readonly (Output | WireOutput)[];
    try {
      outputs = call();
    } finally {
      this.working = false;
    }
    this.parts.stream.together(() => {
      for (const output of outputs) this.apply(output);
    });
  }

  private apply(output: Output | WireOutput): void {
    if (isSend(output)) {
      if (output.urgency === undefined) this.outbox.sendNow(output.bytes);
      else this.outbox.send([output.bytes], output.urgency);
    } else if (output.tag === 'suspended') this.outbox.suspend();
    else {
      if (output.tag === 'active') this.outbox.resume();
      this.parts.perform(output as Exclude<Output, WireOutput>);
    }
  }

  private catchUp(): void {
    for (let next = this.later.shift(); next !== undefined; next = this.later.shift()) {
      try {
        next();
      } catch (error) {
        this.parts.contain(() => {
          throw error;
        });
      }
    }
  }
}

function isSend(output: { readonly tag: string }): output is Extract<WireOutput, { readonly tag: 'send' }> {
  return output.tag === 'send';
}
