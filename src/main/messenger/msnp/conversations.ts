import type { Clock } from '../../clock.ts';
import { MessengerError } from '../contract.ts';
import { ProtocolError } from '../../../protocol/bytes/errors.ts';
import { readChat, writeTyping, type ChatPayload } from '../../../protocol/msnp/chat.ts';
import type { SwitchboardLink } from './switchboard-link.ts';
import type { Hold, SwitchboardClient, SwitchboardPool } from './switchboard-pool.ts';

/** A switchboard in which nobody has said anything is left after this; the next word opens another. */
const IDLE_MS = 5 * 60_000;
/** More conversations at once than anybody has; the one that has been silent longest gives way. */
const CONVERSATION_LIMIT = 16;

export interface ConversationsOptions {
  readonly clock: Clock;
  /** Our own address, lower case. */
  readonly address: string;
  readonly pool: Pick<SwitchboardPool, 'serve' | 'call' | 'hold'>;
  /** Whether messages of this address are dropped, because it is blocked. */
  readonly isBlocked: (address: string) => boolean;
  readonly heard: (address: string, friendlyName: string, content: ChatPayload) => void;
}

interface Conversation {
  /** Those we were called into and the one we opened, the best one last. */
  readonly holds: Hold[];
  opening: Promise<Hold> | undefined;
  /** Tail of the chain that sends messages one after the other. */
  queue: Promise<unknown>;
  cancelIdle: () => void;
}

/** What is said to each person of one sign-in, in switchboards that stay open for a while. */
export class Conversations implements SwitchboardClient {
  private readonly options: ConversationsOptions;
  private readonly conversations = new Map<string, Conversation>();

  constructor(options: ConversationsOptions) {
    this.options = options;
    options.pool.serve(this);
  }

  /** Resolves once the server says it was delivered. Rejects with MessengerError. */
  send(address: string, payload: Uint8Array): Promise<void> {
    const conversation = this.conversation(address);
    const sent = conversation.queue.then(() => this.deliver(address, conversation, payload));
    conversation.queue = sent.catch(() => {}).then(() => this.tidy(address, conversation));
    return sent;
  }

  /** Opens the switchboard too, so that the words that follow find it open. Trouble shows when they are sent. */
  typing(address: string): void {
    const payload = writeTyping(this.options.address);
    const conversation = this.conversation(address);
    void this.hold(address, conversation)
      .then(
        ({ link }) => link.say(address, payload),
        () => {},
      )
      .then(() => this.tidy(address, conversation));
  }

  received(link: SwitchboardLink, address: string, friendlyName: string, payload: Uint8Array): boolean {
    const content = chatIn(payload);
    if (content === undefined) return false;
    if (this.options.isBlocked(address)) return true;
    const { holds } = this.conversation(address);
    holds.push(taken(holds, link) ?? this.options.pool.hold(link));
    this.options.heard(address, friendlyName, content);
    return true;
  }

  ended(link: SwitchboardLink): void {
    for (const { holds } of this.conversations.values()) taken(holds, link)?.release();
  }

  close(): void {
    for (const { cancelIdle } of this.conversations.values()) cancelIdle();
    this.conversations.clear();
  }

  private async deliver(address: string, conversation: Conversation, payload: Uint8Array): Promise<void> {
    const { link } = await this.hold(address, conversation);
    if (await link.deliver(address, payload)) return;
    // Once more in a new switchboard: the old one may have been left just now.
    taken(conversation.holds, link)?.release();
    if (!(await (await this.hold(address, conversation)).link.deliver(address, payload)))
      throw new MessengerError('TIMEOUT', 'the message was not delivered');
  }

  private hold(address: string, conversation: Conversation): Promise<Hold> {
    const hold = conversation.holds.at(-1);
    if (hold !== undefined) return Promise.resolve(hold);
    conversation.opening ??= this.call(address)
      .then((opened) => {
        conversation.holds.push(opened);
        return opened;
      })
      .finally(() => {
        conversation.opening = undefined;
      });
    return conversation.opening;
  }

  /** A new switchboard with the person in it. Rejects with MessengerError. */
  private async call(address: string): Promise<Hold> {
    const hold = await this.options.pool.call(address);
    try {
      await hold.link.joined;
      return hold;
    } catch (error) {
      hold.release();
      throw error;
    }
  }

  /** The one with this person, alive for another while. */
  private conversation(address: string): Conversation {
    const known = this.conversations.get(address);
    known?.cancelIdle();
    const conversation = known ?? { holds: [], opening: undefined, queue: Promise.resolve(), cancelIdle: () => {} };
    // Kept in the order in which they were last used.
    this.conversations.delete(address);
    this.conversations.set(address, conversation);
    conversation.cancelIdle = this.options.clock.after(IDLE_MS, () => this.forget(address, conversation));
    const [oldest] = this.conversations;
    if (this.conversations.size > CONVERSATION_LIMIT && oldest !== undefined) this.forget(...oldest);
    return conversation;
  }

  private forget(address: string, conversation: Conversation): void {
    conversation.cancelIdle();
    if (this.conversations.get(address) === conversation) this.conversations.delete(address);
    this.tidy(address, conversation);
  }

  /** A switchboard that came for a conversation forgotten meanwhile would be left by nobody else. */
  private tidy(address: string, conversation: Conversation): void {
    if (this.conversations.get(address) === conversation) return;
    for (const hold of conversation.holds.splice(0)) hold.release();
  }
}

/** What people say, where the payload is that. */
function chatIn(payload: Uint8Array): ChatPayload | undefined {
  try {
    return readChat(payload);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** The hold of `link`, taken out of the list. */
function taken(holds: Hold[], link: SwitchboardLink): Hold | undefined {
  const at = holds.findIndex((hold) => hold.link === link);
  return at < 0 ? undefined : holds.splice(at, 1)[0];
}
