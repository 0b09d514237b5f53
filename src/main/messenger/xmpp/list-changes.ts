import { BLOCKING, writeBlocking } from '../../../protocol/xmpp/blocking.ts';
import type { ContactList } from '../../../protocol/xmpp/contact-list.ts';
import { writeSubscription } from '../../../protocol/xmpp/presence.ts';
import { rosterRemove, rosterSet } from '../../../protocol/xmpp/roster.ts';
import type { Stanza } from '../../../protocol/xmpp/stanza.ts';
import type { XmppStream } from './stream-contract.ts';

export interface ListChangesOptions {
  readonly stream: Pick<XmppStream, 'send'>;
  readonly list: ContactList;
  readonly nick: () => string;
  readonly serverFeatures: () => ReadonlySet<string>;
  /** The server's answer. Rejects with MessengerError. */
  readonly request: (iq: { readonly type: 'set'; readonly payload: Stanza }) => Promise<Stanza>;
  /** Resolves once the server has taken everything that was sent before. */
  readonly taken: () => Promise<void>;
  readonly contactsChanged: () => void;
}

/** What a person does to the list of contacts: the server is told of each (RFC 6121, XEP-0191). */
export class ListChanges {
  private readonly options: ListChangesOptions;
  private readonly stream: ListChangesOptions['stream'];
  private readonly list: ContactList;

  constructor(options: ListChangesOptions) {
    this.options = options;
    this.stream = options.stream;
    this.list = options.list;
  }

  async add(address: string, token?: string): Promise<void> {
    if (this.list.isBlocked(address)) await this.unblock(address);
    const item = this.list.itemOf(address);
    if (item === undefined) {
      await this.options.request({ type: 'set', payload: rosterSet(address) });
      if (!this.list.has(address)) this.list.pushed([{ address, name: undefined, subscription: 'none', asked: true }]);
    }
    if (this.list.isWaiting(address)) this.stream.send(writeSubscription('subscribed', address));
    this.list.answered(address);
    if (item === undefined || (!this.list.sees(address) && !item.asked))
      this.stream.send(writeSubscription('subscribe', address, { nick: this.options.nick(), ...(token === undefined ? {} : { token }) }));
    this.options.contactsChanged();
    await this.options.taken();
  }

  async remove(address: string): Promise<void> {
    if (!this.list.has(address)) return;
    await this.options.request({ type: 'set', payload: rosterRemove(address) });
    this.list.pushed([{ address, removed: true }]);
    this.options.contactsChanged();
  }

  async block(address: string): Promise<void> {
    if (this.options.serverFeatures().has(BLOCKING)) await this.options.request({ type: 'set', payload: writeBlocking('block', address) });
    else if (this.list.isWaiting(address)) this.stream.send(writeSubscription('unsubscribed', address));
    this.list.block(address);
    await this.remove(address);
  }

  async decline(address: string): Promise<void> {
    this.list.answered(address);
    if (!this.list.has(address)) this.stream.send(writeSubscription('unsubscribed', address));
    await this.options.taken();
  }

  private async unblock(address: string): Promise<void> {
    if (this.options.serverFeatures().has(BLOCKING))
      await this.options.request({ type: 'set', payload: writeBlocking('unblock', address) });
    this.list.unblock(address);
  }
}
