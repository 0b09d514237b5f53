import type { Clock } from '../../clock.ts';
import { MessengerError } from '../contract.ts';
import { writeTyping, type ChatPayload } from '../../../protocol/msnp/chat.ts';
import type { SwitchboardLink } from './switchboard-link.ts';

/** A switchboard in which nobody has said anything is left after this; the next word opens another. */
const IDLE_MS = 5 * 60_000;
/** More conversations at once than anybody has; the one that has been silent longest gives way. */
const CONVERSATION_LIMIT = 16;

export interface ConversationsOptions {
  readonly clock: Clock;
  /** Our own address, lower case. */
  readonly address: string;
  /** A new switchboard with the person in it. Rejects with MessengerError. */
  readonly call: (address: string) => Promise<SwitchboardLink>;
  /** The switchboard is not needed here any more. */
  readonly release: (link: SwitchboardLink) => void;
  readonly heard: (peer: { readonly address: string; readonly friendlyName: string }, content: ChatPayload) => void;
}

interface Conversation {
  /** Those we were called into and the one we opened, the best one last. */
  readonly links: SwitchboardLink[];
  opening: Promise<SwitchboardLink> | undefined;
  /** Every message waits for the one before it. */
  queue: Promise<unknown>;
  cancelIdle: () => void;
}

/** What is said to each person of one sign-in, in switchboards that stay open for a while. */
export class Conversations {
  private readonly options: ConversationsOptions;
  private readonly conversations = new Map<string, Conversation>();

  constructor(options: ConversationsOptions) {
    this.options = options;
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
    void this.link(address, conversation)
      .then(
        (link) => link.say(address, payload),
        () => {},
      )
      .then(() => this.tidy(address, conversation));
  }

  heard(link: SwitchboardLink, address: string, friendlyName: string, content: ChatPayload): void {
    const { links } = this.conversation(address);
    const at = links.indexOf(link);
    if (at >= 0) links.splice(at, 1);
    links.push(link);
    this.options.heard({ address, friendlyName }, content);
  }

  /** Whether somebody talks in it. */
  holds(link: SwitchboardLink): boolean {
    return [...this.conversations.values()].some(({ links }) => links.includes(link));
  }

  ended(link: SwitchboardLink): void {
    for (const { links } of this.conversations.values()) {
      const at = links.indexOf(link);
      if (at >= 0) links.splice(at, 1);
    }
  }

  close(): void {
    for (const { cancelIdle } of this.conversations.values()) cancelIdle();
    this.conversations.clear();
  }

  private async deliver(address: string, conversation: Conversation, payload: Uint8Array): Promise<void> {
    const link = await this.link(address, conversation);
    if (await link.deliver(address, payload)) return;
    // Once more in a new switchboard: the old one may have been left just now.
    this.ended(link);
    this.options.release(link);
    if (!(await (await this.link(address, conversation)).deliver(address, payload)))
      throw new MessengerError('TIMEOUT', 'the message was not delivered');
  }

  private link(address: string, conversation: Conversation): Promise<SwitchboardLink> {
    const link = conversation.links.at(-1);
    if (link !== undefined) return Promise.resolve(link);
    conversation.opening ??= this.options
      .call(address)
      .then((opened) => {
        conversation.links.push(opened);
        return opened;
      })
      .finally(() => {
        conversation.opening = undefined;
      });
    return conversation.opening;
  }

  /** The one with this person, alive for another while. */
  private conversation(address: string): Conversation {
    const known = this.conversations.get(address);
    known?.cancelIdle();
    const conversation = known ?? { links: [], opening: undefined, queue: Promise.resolve(), cancelIdle: () => {} };
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
    for (const link of conversation.links.splice(0)) this.options.release(link);
  }
}
