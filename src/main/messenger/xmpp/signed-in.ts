import { blockListRequest, BLOCKING, readBlocking } from '../../../protocol/xmpp/blocking.ts';
import { DISCO_INFO, infoRequest, readInfo } from '../../../protocol/xmpp/capabilities.ts';
import { CHAT_STATES, carbonIn, delayIn, enableCarbons, readChat, RECEIPTS } from '../../../protocol/xmpp/chat.ts';
import { ContactList, type ContactListOutput } from '../../../protocol/xmpp/contact-list.ts';
import { bareOf, domainOf, readJid, writeJid } from '../../../protocol/xmpp/jid.ts';
import { isJingle } from '../../../protocol/xmpp/jingle.ts';
import { JINGLE_MESSAGE, jingleMessageIn } from '../../../protocol/xmpp/jingle-message.ts';
import { NS } from '../../../protocol/xmpp/namespaces.ts';
import { readPresence, type Show, writePresence, writeUnavailable } from '../../../protocol/xmpp/presence.ts';
import { payloadOf } from '../../../protocol/xmpp/reaching.ts';
import { ASSISTANCE, JINGLE } from '../../../protocol/xmpp/reason.ts';
import { isRoster, readRoster, rosterRequest, rosterSet } from '../../../protocol/xmpp/roster.ts';
import { element, childOf, type Stanza } from '../../../protocol/xmpp/stanza.ts';
import { errorOf, resultOf } from '../../../protocol/xmpp/stanza-error.ts';
import type { Clock } from '../../clock.ts';
import type { Contact, MessengerEvent, Peer } from '../contract.ts';
import { Capabilities } from './capabilities.ts';
import type { PeerPresence } from './carried.ts';
import { Conversations } from './conversations.ts';
import { Invitations, type InvitationsOptions } from './invitations.ts';
import { asMessengerError } from './jingle-line.ts';
import { ListChanges } from './list-changes.ts';
import { XmppReach } from './reach.ts';
import type { XmppStream } from './stream-contract.ts';

const REQUEST_DEADLINE_MS = 10_000;
/** What we say we can (XEP-0030). */
const FEATURES = [DISCO_INFO, NS.capabilities, NS.ping, JINGLE, JINGLE_MESSAGE, ASSISTANCE, CHAT_STATES, RECEIPTS];

export interface SignedInOptions extends Pick<InvitationsOptions, 'applications' | 'admitsGuest'> {
  readonly clock: Clock;
  readonly stream: XmppStream;
  readonly transport: string;
  /** Of somebody without an account, who has no list and is told of to nobody: the domain whose guest this is. */
  readonly guestOf?: string | undefined;
  /** The authority that the person trusts for this account beside those of the system (PEM). */
  readonly ca?: string | undefined;
  readonly nick: string;
  readonly show: Show;
  /** Whether a link of ours has this token (XEP-0379). */
  readonly welcomes: (token: string, address: string) => boolean;
  readonly contactsChanged: () => void;
  readonly emit: (event: MessengerEvent) => void;
}

/** Everything that goes on over one stream: who is on the list, what is said, who invites whom. */
export class SignedIn {
  readonly stream: XmppStream;
  readonly list: ContactList;
  readonly changes: ListChanges;
  readonly invitations: Invitations;
  readonly conversations: Conversations;
  readonly reach: XmppReach;
  /** What the server of the account says it can, once `begin` has resolved. */
  serverFeatures: ReadonlySet<string> = new Set();
  nick: string;
  private show: Show;
  private readonly options: SignedInOptions;
  private readonly own: string;
  private readonly capabilities: Capabilities;
  private readonly greeted = new Map<string, number>();
  private readonly stopListening: () => void;
  private begun = false;
  private over = false;
  /** From then on what comes late is what the server has kept of this very stream; what waited for a sign-in has come before. */
  private resumed = false;

  constructor(options: SignedInOptions) {
    const { stream, clock } = options;
    this.options = options;
    this.stream = stream;
    this.nick = options.nick;
    this.show = options.show;
    this.own = bareOf(stream.jid);
    this.capabilities = new Capabilities(stream, FEATURES, () => {});
    this.reach = new XmppReach(stream, clock, options.guestOf, options.ca);
    this.list = new ContactList({ own: this.own, nick: () => this.nick, welcomes: options.welcomes });
    this.changes = new ListChanges({
      stream,
      list: this.list,
      nick: () => this.nick,
      serverFeatures: () => this.serverFeatures,
      request: (iq) => this.request(iq),
      taken: () => this.taken(),
      contactsChanged: options.contactsChanged,
    });
    this.invitations = new Invitations({
      clock,
      stream,
      applications: options.applications,
      admitsGuest: options.admitsGuest,
      self: () => ({ nick: this.nick, guest: options.guestOf !== undefined }),
      presence: (address) => this.presenceOf(address),
      greet: (to) => this.greet(to),
      dismiss: (to) => this.dismiss(to),
      peer: (address, friendlyName) => this.peer(address, friendlyName),
      isContact: (address) => this.list.has(address) && !this.list.isBlocked(address),
      emit: options.emit,
    });
    this.conversations = new Conversations({
      clock,
      stream,
      nick: () => this.nick,
      hearers: (address) => ({
        sees: this.list.sees(address),
        features: this.list.devicesOf(address).map((device) => this.capabilities.featuresOf(device)),
      }),
      taken: () => this.taken(),
    });
    this.stopListening = stream.onStanza((stanza) => this.heard(stanza));
    stream.onResumed(() => (this.resumed = true));
  }

  get contacts(): readonly Contact[] {
    return this.list.contacts.map(({ address, name, show }) => ({
      transport: this.options.transport,
      address,
      friendlyName: name,
      presence: show,
      ...(this.list.isUnanswered(address) ? { unanswered: true } : {}),
    }));
  }

  private get isGuest(): boolean {
    return this.options.guestOf !== undefined;
  }

  /** The list is there, and others see us. Rejects with MessengerError where the server does not even give the list. */
  async begin(): Promise<void> {
    if (this.isGuest) {
      this.begun = true;
      return;
    }
    const ask = (payload: Stanza, type: 'get' | 'set' = 'get', to?: string): Promise<Stanza | undefined> =>
      this.stream
        .request({ type, payload, ...(to === undefined ? {} : { to }) }, REQUEST_DEADLINE_MS)
        .then(payloadOf)
        .catch(() => undefined);
    // One after the other on the line, with no waiting in between.
    const roster = this.request({ type: 'get', payload: rosterRequest() });
    const blocked = ask(blockListRequest());
    const server = ask(infoRequest(), 'get', domainOf(this.own));
    void ask(enableCarbons(), 'set');
    const list = payloadOf(await roster);
    this.list.loaded(isRoster(list) ? readRoster(list) : [], readBlocking(await blocked));
    this.serverFeatures = new Set(readInfo(await server)?.features);
    this.begun = true;
  }

  /** Tells everybody who may see us that we are here. */
  appear(): void {
    // A guest too, whom nobody sees: to who is not there, servers deliver nothing that has no device's name on it.
    this.stream.send(this.presence());
  }

  async changeShow(show: Show): Promise<void> {
    this.show = show;
    this.appear();
    await this.taken();
  }

  async rename(nick: string): Promise<void> {
    this.nick = nick;
    this.appear();
    await this.taken();
  }

  /** Says goodbye to everybody, and ends every session here. */
  async leave(): Promise<void> {
    if (!this.over) {
      this.invitations.leave();
      this.stream.send(writeUnavailable());
    }
    this.end();
    await this.stream.close();
  }

  /** The stream is gone. */
  end(): void {
    if (this.over) return;
    this.over = true;
    this.stopListening();
    this.invitations.close();
    this.conversations.close();
  }

  /** Resolves once the server has taken everything that was sent before. */
  async taken(): Promise<void> {
    await this.request({ type: 'get', to: domainOf(this.own), payload: element('ping', NS.ping) }).catch((error: unknown) => {
      // A server that does not know the question has answered it all the same.
      if (error instanceof Error && 'code' in error && (error.code === 'CONNECTION_LOST' || error.code === 'TIMEOUT')) throw error;
    });
  }

  /** The answer. Rejects with MessengerError. */
  async request(iq: { readonly type: 'get' | 'set'; readonly to?: string; readonly payload: Stanza }): Promise<Stanza> {
    try {
      return await this.stream.request(iq, REQUEST_DEADLINE_MS);
    } catch (error) {
      throw asMessengerError(error);
    }
  }

  peer(address: string, friendlyName: string = this.list.nameOf(address)): Peer {
    return { transport: this.options.transport, address, friendlyName };
  }

  private presence(to?: string): Stanza {
    const own = { show: this.show, nick: this.nick, capabilities: this.capabilities.own };
    return writePresence(to === undefined ? own : { ...own, to });
  }

  private presenceOf(address: string): PeerPresence {
    const devices = this.list.devicesOf(address);
    const unable = devices.filter((device) => this.capabilities.featuresOf(device)?.has(ASSISTANCE) === false);
    return { sees: this.list.sees(address), devices: devices.length, unable: unable.length };
  }

  /** Whoever does not see us anyway learns from a presence of their own when we go. */
  private greet(to: string): void {
    const subscription = this.list.itemOf(bareOf(to))?.subscription;
    if (subscription === 'from' || subscription === 'both') return;
    const count = this.greeted.get(to) ?? 0;
    this.greeted.set(to, count + 1);
    if (count === 0) this.stream.send(this.presence(to));
  }

  private dismiss(to: string): void {
    const count = this.greeted.get(to) ?? 0;
    if (count > 1) this.greeted.set(to, count - 1);
    else if (this.greeted.delete(to) && !this.over) this.stream.send(writeUnavailable(to));
  }

  /* ---------- what comes ---------- */

  private heard(stanza: Stanza): boolean {
    switch (stanza.name) {
      case 'presence':
        this.presenceHeard(stanza);
        return false;
      case 'message':
        this.messageHeard(stanza);
        return false;
      case 'iq':
        return this.asked(stanza);
      default:
        return false;
    }
  }

  private presenceHeard(stanza: Stanza): void {
    const presence = readPresence(stanza);
    if (presence === undefined) return;
    this.carryOut(this.list.heard(presence));
  }

  private carryOut(outputs: readonly ContactListOutput[]): void {
    for (const output of outputs) {
      switch (output.tag) {
        case 'send':
          this.stream.send(output.stanza);
          break;
        case 'changed':
          break;
        case 'name':
          // Where it does not get there, the next presence tries again.
          this.request({ type: 'set', payload: rosterSet(output.address, output.name) }).catch(() => {});
          break;
        case 'listed':
          this.options.emit({ tag: 'listed', peer: this.peer(output.address, output.name) });
          break;
        case 'came':
          // A stranger who says that they are there is not asked what they can: the question would tell that we are here.
          if (this.hears(bareOf(output.device.jid))) this.capabilities.meet(output.device);
          this.invitations.came(output.device.jid);
          break;
        case 'left':
          this.invitations.left(output.jid);
          break;
      }
    }
    if (this.begun && outputs.some(({ tag }) => tag === 'changed')) this.options.contactsChanged();
  }

  /** Somebody on the list, or with an invitation under way. */
  private hears(address: string): boolean {
    return this.list.has(address) || this.invitations.isPeer(address);
  }

  private messageHeard(message: Stanza): void {
    const carbon = carbonIn(message, this.own);
    if (carbon === 'forged') return;
    if (carbon === undefined) return this.said(message, true);
    if (carbon.direction === 'received') return this.said(carbon.message, false);
    this.saidElsewhere(carbon.message);
  }

  /** What somebody says to us; `direct` is to this device, anything else is a copy. */
  private said(message: Stanza, direct: boolean): void {
    const jid = readJid(message.attributes['from']);
    if (jid === undefined) return;
    const from = writeJid(jid);
    const address = bareOf(from);
    if (address === this.own || this.list.isBlocked(address)) return;
    if (message.attributes['type'] === 'error') return this.bounced(message, address);
    const invitation = jingleMessageIn(message);
    const delayedMs = this.resumed ? undefined : delayIn(message);
    if (invitation !== undefined) return this.invitations.heard(invitation, message, { from, direct, delayedMs });
    // Strangers are not heard; a guest in a session is one no more.
    if (!this.hears(address)) return;
    const chat = readChat(message);
    if (chat === undefined) return;
    if (chat.tag === 'received') return this.conversations.received(address, chat.id);
    if (chat.tag === 'text' && direct) this.conversations.acknowledge(from, chat);
    this.options.emit({ tag: 'chat', peer: this.peer(address), content: chat.tag === 'typing' ? chat : { tag: 'text', text: chat.text } });
  }

  private bounced(message: Stanza, address: string): void {
    const { id } = message.attributes;
    if (id === undefined || message.attributes['from']?.includes('/') === true) return;
    this.invitations.bounced(address, id);
    this.conversations.bounced(address, id);
  }

  private saidElsewhere(message: Stanza): void {
    const to = readJid(message.attributes['to']);
    const from = readJid(message.attributes['from']);
    if (to?.local === undefined || from === undefined || bareOf(writeJid(from)) !== this.own) return;
    const invitation = jingleMessageIn(message);
    if (invitation !== undefined) return this.invitations.answeredBy(writeJid(from), writeJid(to), invitation, message);
    const address = bareOf(writeJid(to));
    const chat = readChat(message);
    if (chat?.tag === 'text' && this.list.has(address))
      this.options.emit({ tag: 'saidElsewhere', peer: this.peer(address), text: chat.text });
  }

  /** Whether the question is ours to answer, or to leave unanswered: a stranger does not even learn that we are here. */
  private asked(iq: Stanza): boolean {
    const { type, from } = iq.attributes;
    const payload = childOf(iq);
    const jid = readJid(from);
    if (from !== undefined && jid === undefined) return true;
    const address = jid === undefined ? this.own : writeJid({ ...jid, resource: undefined });
    const server = address === this.own || address === domainOf(this.own);
    if (server && this.pushed(iq, payload, jid === undefined || jid.resource === undefined)) return true;
    if (!server && !this.hears(address)) return true;
    if (type === 'set' && isJingle(payload) && jid !== undefined) {
      this.invitations.heardAction(iq, payload, writeJid(jid));
      return true;
    }
    if (type === 'get' && payload?.name === 'query' && payload.xmlns === DISCO_INFO) {
      this.stream.send(resultOf(iq, this.capabilities.answer(payload)));
      return true;
    }
    return false;
  }

  /** What the server itself tells of the list (RFC 6121 section 2.1.6: from nobody else). */
  private pushed(iq: Stanza, payload: Stanza | undefined, byServer: boolean): boolean {
    if (iq.attributes['type'] !== 'set') return false;
    const list = isRoster(payload) ? payload : undefined;
    if (list === undefined && payload?.xmlns !== BLOCKING) return false;
    if (!byServer) {
      this.stream.send(errorOf(iq, 'cancel', 'service-unavailable'));
      return true;
    }
    this.stream.send(resultOf(iq));
    if (list !== undefined) this.carryOut(this.list.pushed(readRoster(list)));
    else this.blockedElsewhere(payload);
    return true;
  }

  private blockedElsewhere(payload: Stanza | undefined): void {
    for (const address of readBlocking(payload)) {
      if (payload?.name === 'block') this.list.block(address);
      else this.list.unblock(address);
    }
  }
}
