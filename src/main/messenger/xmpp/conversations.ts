import { randomUUID } from 'node:crypto';
import { CHAT_STATES, type ChatStanza, chatText, RECEIPTS, writeChat, writeReceipt, writeTyping } from '../../../protocol/xmpp/chat.ts';
import { ProtocolError } from '../../../protocol/bytes/errors.ts';
import type { Clock } from '../../clock.ts';
import { MessengerError } from '../contract.ts';
import type { XmppStream } from './stream-contract.ts';

/** Until a program that acknowledges what it gets has done so. */
const RECEIPT_MS = 15_000;
/** What is said and not acknowledged yet. */
const UNDER_WAY_LIMIT = 512;

/** What is known of the programs of somebody we write to. */
export interface Hearers {
  /** Their presence is told to us. */
  readonly sees: boolean;
  /** By program: what it can, undefined where that is not known. */
  readonly features: readonly (ReadonlySet<string> | undefined)[];
}

export interface ConversationsOptions {
  readonly clock: Clock;
  readonly stream: Pick<XmppStream, 'send'>;
  readonly nick: () => string;
  readonly hearers: (address: string) => Hearers;
  /** Resolves once the server has taken everything that was sent before. */
  readonly taken: () => Promise<void>;
}

interface UnderWay {
  readonly address: string;
  readonly settle: (error?: MessengerError) => void;
}

/** What is said to people, and whether it is with them. The stream keeps the order. */
export class Conversations {
  private readonly options: ConversationsOptions;
  private readonly underWay = new Map<string, UnderWay>();

  constructor(options: ConversationsOptions) {
    this.options = options;
  }

  /** Resolves once a program of theirs has it, or, where none of theirs says so, once the server has. Rejects with MessengerError. */
  async send(address: string, text: string): Promise<void> {
    const body = checked(text);
    const { sees, features } = this.options.hearers(address);
    if (sees && features.length === 0) throw new MessengerError('CONTACT_OFFLINE', `${address} is offline`);
    if (this.underWay.size >= UNDER_WAY_LIMIT) throw new MessengerError('REFUSED', 'too much is said at once');
    const id = randomUUID();
    const acknowledges = features.some((each) => each?.has(RECEIPTS) === true);
    const delivered = this.awaited(id, address);
    this.options.stream.send(writeChat(address, id, body, this.options.nick()));
    if (!acknowledges)
      this.options.taken().then(
        () => this.underWay.get(id)?.settle(),
        () => undefined,
      );
    await delivered;
  }

  typing(address: string): void {
    const { sees, features } = this.options.hearers(address);
    // One that is not known yet is told all the same: it passes over what it does not know.
    if (sees && features.some((each) => each === undefined || each.has(CHAT_STATES))) this.options.stream.send(writeTyping(address));
  }

  /** Acknowledges what was said to this device, where that is wanted. */
  acknowledge(from: string, said: ChatStanza & { readonly tag: 'text' }): void {
    if (said.wantsReceipt && said.id !== undefined) this.options.stream.send(writeReceipt(from, said.id));
  }

  /** A program of theirs has it. */
  received(address: string, id: string): void {
    const one = this.underWay.get(id);
    if (one?.address === address) one.settle();
  }

  /** It came back. */
  bounced(address: string, id: string): void {
    const one = this.underWay.get(id);
    if (one?.address === address) one.settle(new MessengerError('CONTACT_OFFLINE', `${address} is not there`));
  }

  close(): void {
    for (const { settle } of Array.from(this.underWay.values())) settle(new MessengerError('CONNECTION_LOST', 'the messenger is gone'));
  }

  private awaited(id: string, address: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: MessengerError): void => {
        cancel();
        this.underWay.delete(id);
        if (error === undefined) resolve();
        else reject(error);
      };
      const cancel = this.options.clock.after(RECEIPT_MS, () => settle(new MessengerError('TIMEOUT', 'nobody has acknowledged it')));
      this.underWay.set(id, { address, settle });
    });
  }
}

function checked(text: string): string {
  try {
    return chatText(text);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new MessengerError(error.code === 'TOO_LARGE' ? 'TOO_LARGE' : 'REFUSED', error.message, { cause: error });
  }
}
