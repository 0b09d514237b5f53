import type { Channel, ChannelOptions, ChannelOutput, ChannelPort } from '../rdp/channels/contract.ts';
import { decodeEncomsp, ENCOMSP_CHANNEL, encodeEncomsp, MAX_ENCOMSP_BYTES } from '../rdp/channels/encomsp.ts';

/** The one participant beside the novice; the number FreeRDP's own examples use. */
const EXPERT_PARTICIPANT_ID = 7;
const MAX_NAME_CHARACTERS = 64;

/** `released`: given back, or a request taken back. */
export type ControlWish = 'requested' | 'released';

/**
 * The novice's (server's) end of `encomsp` ([MS-RDPEMC] 3.2): names the expert and says what it may do. Silent and deaf until {@link begin}, so
 * that an expert at the door hears nothing and asks for nothing before the novice's yes.
 */
export class ControlNovice implements Channel {
  readonly name = ENCOMSP_CHANNEL;
  readonly options: ChannelOptions = { kind: 'static', urgency: 'control', maxMessageBytes: MAX_ENCOMSP_BYTES };
  private session: { readonly expertName: string; readonly told: (wish: ControlWish) => void } | undefined;
  private port: ChannelPort | undefined;
  private mayInteract = false;

  /** The novice has said yes. `told` hears what the expert wishes from now on. */
  begin(expertName: string, told: (wish: ControlWish) => void): void {
    this.session = { expertName, told };
    this.say();
  }

  /** Tells the expert whether it may interact; a call that changes nothing tells it again. */
  announce(mayInteract: boolean): void {
    this.mayInteract = mayInteract;
    this.say();
  }

  start(port: ChannelPort): readonly ChannelOutput[] {
    this.port = port;
    return this.participant().map((message) => ({ tag: 'send', message }));
  }

  receive(message: Uint8Array): readonly ChannelOutput[] {
    for (const each of decodeEncomsp(message))
      if (each.tag === 'controlChange') this.session?.told(each.interact ? 'requested' : 'released');
    return [];
  }

  close(): void {
    this.port = undefined;
  }

  private say(): void {
    const messages = this.participant();
    if (messages.length > 0) void this.port?.send(messages);
  }

  private participant(): Uint8Array[] {
    if (this.session === undefined) return [];
    const name = this.session.expertName.slice(0, MAX_NAME_CHARACTERS);
    const { mayInteract } = this;
    return [
      encodeEncomsp({ tag: 'participantCreated', participantId: EXPERT_PARTICIPANT_ID, mayView: true, mayInteract, you: true, name }),
    ];
  }
}
