import { ProtocolError } from '../bytes/errors.ts';
import type { HostPort } from '../host-port.ts';
import type { Channel, ChannelOptions, ChannelOutput, ChannelPort } from '../rdp/channels/contract.ts';
import { AGAIN_CHANNEL, AGAIN_MAX_BYTES, type AgainMessage, decodeAgain, encodeAgain, type Door } from './again-messages.ts';

/** How the two of one connection are to find each other when it is gone. */
abstract class AgainChannel implements Channel {
  readonly name = AGAIN_CHANNEL;
  readonly options: ChannelOptions = { kind: 'static', urgency: 'control', maxMessageBytes: AGAIN_MAX_BYTES };
  private port: ChannelPort | undefined;

  start(port: ChannelPort): readonly ChannelOutput[] {
    this.port = port;
    this.started();
    return [];
  }

  receive(message: Uint8Array): readonly ChannelOutput[] {
    for (const each of decodeAgain(message)) this.heard(each);
    return [];
  }

  close(): void {
    this.port = undefined;
  }

  protected say(...messages: readonly AgainMessage[]): void {
    if (messages.length > 0) void this.port?.send(messages.map(encodeAgain));
  }

  /** Both sides have the channel. */
  protected abstract started(): void;
  protected abstract heard(message: AgainMessage): void;
}

export interface AgainNoviceTold {
  /** The expert's program can come again, and the novice has said yes. */
  readonly able: () => void;
  /** The expert is to be found there. */
  readonly addresses: (addresses: readonly HostPort[]) => void;
}

/** The novice's end: opens a door for the expert of this session. */
export class AgainNovice extends AgainChannel {
  private told: AgainNoviceTold | undefined;
  private isAble = false;

  /** Whoever wants to know; at once where it is so already. */
  tell(told: AgainNoviceTold): void {
    this.told = told;
    if (this.isAble) told.able();
  }

  sayDoor(door: Door, addresses: readonly HostPort[]): void {
    this.say({ tag: 'door', ...door }, { tag: 'addresses', addresses });
  }

  /** So many presses and releases of keys have come in the session so far. */
  sayDone(inputs: number): void {
    this.say({ tag: 'done', inputs });
  }

  protected started(): void {
    this.isAble = true;
    this.told?.able();
  }

  protected heard(message: AgainMessage): void {
    if (message.tag === 'addresses') this.told?.addresses(message.addresses);
    else throw new ProtocolError('UNEXPECTED', 'Again.kind', 'addresses', message.tag);
  }
}

export interface AgainExpertTold {
  readonly door: (door: Door) => void;
  readonly addresses: (addresses: readonly HostPort[]) => void;
  /** {@link AgainExpert.done} is known. */
  readonly done: () => void;
}

/** The expert's end: hears where it may come again. */
export class AgainExpert extends AgainChannel {
  private readonly told: AgainExpertTold;
  private inputs: number | undefined;

  constructor(told: AgainExpertTold) {
    super();
    this.told = told;
  }

  /** So many presses and releases of keys had come in the session when this connection began. */
  get done(): number | undefined {
    return this.inputs;
  }

  sayAddresses(addresses: readonly HostPort[]): void {
    this.say({ tag: 'addresses', addresses });
  }

  protected started(): void {
    // The novice speaks first.
  }

  protected heard(message: AgainMessage): void {
    switch (message.tag) {
      case 'door':
        return this.told.door(message);
      case 'addresses':
        return this.told.addresses(message.addresses);
      case 'done':
        this.inputs ??= message.inputs;
        return this.told.done();
    }
  }
}
