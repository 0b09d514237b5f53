import type { Contact, Presence } from '../../src/facts/contacts.ts';
import type { Clock } from '../../src/main/clock.ts';
import type { ReachServices } from '../../src/main/reach-services.ts';
import { createMessengers } from '../../src/main/messenger/messengers.ts';
import {
  MessengerError,
  type Account,
  type Application,
  type CancelCode,
  type ChatContent,
  type InvitationDetails,
  type Messenger,
  type Messengers,
  type MessengerErrorCode,
  type MessengerEvent,
  type MessengerState,
  type Peer,
  type PeerAddress,
  type RendezvousAnswer,
  type RendezvousSession,
} from '../../src/main/messenger/contract.ts';
import { Emitter } from '../../src/main/emitter.ts';
import { Rendezvous, type RendezvousMessage } from '../../src/main/messenger/rendezvous.ts';

/* A messenger without sockets: the contract, all of it, in virtual time, with faults on demand. Production never imports it. */

const REMOTE_ASSISTANCE_GUID = '{56b994a7-380f-410b-9985-c809d78c1bdc}';
const MAX_CHAT_BYTES = 1_400;
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 60_000;

/** What travels between two users. `LAUNCH` is the inviter's own ACCEPT; `BYE` is leaving without a word. `features` is the features line. */
export type InMemoryMessage = {
  readonly from: string;
  readonly to: string;
  readonly sessionId: string;
} & (
  | { readonly kind: 'INVITE'; readonly application: Application; readonly contextData?: string; readonly features?: string }
  | { readonly kind: 'ACCEPT' | 'LAUNCH'; readonly answer: RendezvousAnswer; readonly features?: string }
  | { readonly kind: 'BYE' }
  | { readonly kind: 'CANCEL'; readonly code: CancelCode }
  | { readonly kind: 'CONTEXT'; readonly data: string }
  | { readonly kind: 'CHAT'; readonly content: ChatContent }
);

/** What the transport says as `IP-Address` by itself. */
const OWN_ADDRESS = '192.0.2.1';
/** The name of the transport, where a network is not given another. */
const IN_MEMORY = 'memory';

/** Somebody on it. */
export const inMemory = (address: string): PeerAddress => ({ transport: IN_MEMORY, address });

/** All there is to be signed in to. */
export const onlyMessenger = (messenger: Messenger): Messengers => createMessengers(new Map([[IN_MEMORY, messenger]]));

/** What becomes of a message: on its way as usual, lost, extra milliseconds on the way (so later ones overtake it), or twice. */
export type Fate = 'deliver' | 'drop' | 'duplicate' | { readonly delayMs: number };

export interface InMemoryNetwork {
  /** Makes an account; the answer is what `signIn` takes. */
  account(address: string, friendlyName?: string): InMemoryAccount;
  /** A messenger for one user. Without `applications` it has Remote Assistance. */
  messenger(options?: { readonly applications?: readonly string[] }): Messenger;
  /** Decides over every message from now on; without it all are delivered. */
  intercept(fate: ((message: InMemoryMessage) => Fate) | undefined): void;
  /** Changes a message under way, before its fate is decided; as it was sent it is not kept. */
  rewrite: ((message: InMemoryMessage) => InMemoryMessage) | undefined;
  /** Breaks the user's connection to the server: they see `waiting`, everyone else sees them go offline. */
  cutOff(address: string): void;
  /** Their next attempt succeeds again. */
  restore(address: string): void;
  /** Puts a message on the way that nobody has sent. It is not shown to `intercept`. */
  inject(message: InMemoryMessage, fate?: Fate): void;
  /** Signs a user in of whom there is only what they send and hear: a program that is not ours. */
  join(address: string, hear: (message: InMemoryMessage) => void): { readonly send: (message: InMemoryMessage) => void; leave(): void };
  /** What the server offers somebody for reaching people; nothing, where it is left out. */
  reachOf: ((address: string) => ReachServices | undefined) | undefined;
  /** Every message that was sent, dropped ones too. */
  readonly sent: readonly InMemoryMessage[];
  /** Users signed in plus sessions not over: zero when nothing is left open. */
  readonly open: number;
}

interface InMemoryAccount extends Account {
  readonly accessToken: string;
}

interface User {
  readonly account: InMemoryAccount;
  friendlyName: string;
  presence: Exclude<Presence, 'offline'>;
  readonly contacts: Set<string>;
  readonly blocked: Set<string>;
  cut: boolean;
  online: OnlineProgram | undefined;
}

/** What runs for a user who is signed in. */
interface OnlineProgram {
  receive(message: InMemoryMessage): void;
  contactsChanged(): void;
  listedBy(address: string): void;
  connectionLost(): void;
  displaced(): void;
}

/** All messages take `latencyMs` (default 0, still asynchronous); messages of equal delay keep their order. */
export function createInMemoryNetwork(options: {
  readonly clock: Clock;
  readonly latencyMs?: number;
  readonly transport?: string;
}): InMemoryNetwork {
  return new Network(options.clock, options.latencyMs ?? 0, options.transport ?? IN_MEMORY);
}

class Network implements InMemoryNetwork {
  readonly transport: string;
  readonly clock: Clock;
  readonly users = new Map<string, User>();
  readonly sent: InMemoryMessage[] = [];
  readonly messengers: InMemoryMessenger[] = [];
  rewrite: ((message: InMemoryMessage) => InMemoryMessage) | undefined;
  reachOf: ((address: string) => ReachServices | undefined) | undefined;
  private readonly latencyMs: number;
  private fate: ((message: InMemoryMessage) => Fate) | undefined;
  private nextId = 1;

  constructor(clock: Clock, latencyMs: number, transport: string) {
    this.clock = clock;
    this.transport = transport;
    this.latencyMs = latencyMs;
  }

  account(address: string, friendlyName = address): InMemoryAccount {
    const account = { transport: this.transport, address: address.toLowerCase(), accessToken: `token-of-${address}`, friendlyName };
    this.users.set(account.address, {
      account,
      friendlyName,
      presence: 'online',
      contacts: new Set(),
      blocked: new Set(),
      cut: false,
      online: undefined,
    });
    return account;
  }

  /** Somebody, under the name that they go by. */
  peer(address: string): Peer {
    return { transport: this.transport, address, friendlyName: this.users.get(address)?.friendlyName ?? address };
  }

  messenger(options: { readonly applications?: readonly string[] } = {}): Messenger {
    const messenger = new InMemoryMessenger(this, options.applications ?? [REMOTE_ASSISTANCE_GUID]);
    this.messengers.push(messenger);
    return messenger;
  }

  join(address: string, hear: (message: InMemoryMessage) => void): { readonly send: (message: InMemoryMessage) => void; leave(): void } {
    this.account(address);
    const user = this.user(address);
    const nothing = (): void => {};
    user.online = { receive: hear, contactsChanged: nothing, listedBy: nothing, connectionLost: nothing, displaced: nothing };
    return { send: (message) => this.send(message), leave: () => void (user.online = undefined) };
  }

  intercept(fate: ((message: InMemoryMessage) => Fate) | undefined): void {
    this.fate = fate;
  }

  cutOff(address: string): void {
    const user = this.user(address);
    user.cut = true;
    user.online?.connectionLost();
  }

  restore(address: string): void {
    this.user(address).cut = false;
  }

  get open(): number {
    return this.messengers.reduce((sum, messenger) => sum + messenger.openCount, 0);
  }

  user(address: string): User {
    const user = this.users.get(address.toLowerCase());
    if (user === undefined) throw new MessengerError('NO_SUCH_USER', `no account ${address}`);
    return user;
  }

  newId(): string {
    this.nextId += 1;
    return `session-${this.nextId}`;
  }

  send(said: InMemoryMessage): void {
    const message = this.rewrite?.(said) ?? said;
    this.sent.push(message);
    this.inject(message, this.fate?.(message));
  }

  inject(message: InMemoryMessage, fate: Fate = 'deliver'): void {
    if (fate === 'drop') return;
    const delayMs = this.latencyMs + (typeof fate === 'object' ? fate.delayMs : 0);
    for (let copies = fate === 'duplicate' ? 2 : 1; copies > 0; copies -= 1) {
      this.clock.after(delayMs, () => this.users.get(message.to)?.online?.receive(message));
    }
  }

  /** Whoever has this user as a contact sees the change. */
  presenceChanged(address: string): void {
    for (const user of this.users.values()) {
      if (user.contacts.has(address)) this.clock.after(this.latencyMs, () => user.online?.contactsChanged());
    }
  }
}

class InMemoryMessenger implements Messenger<InMemoryAccount>, OnlineProgram {
  state: MessengerState = { tag: 'signedOut' };
  private readonly network: Network;
  private readonly applications: ReadonlySet<string>;
  private readonly listeners = new Emitter<MessengerEvent>();
  private readonly sessions = new Map<string, Rendezvous>();
  private account: InMemoryAccount | undefined;
  private cancelWait: () => void = () => {};
  private attempts = 0;

  constructor(network: Network, applications: readonly string[]) {
    this.network = network;
    this.applications = new Set(applications.map((guid) => guid.toLowerCase()));
  }

  get openCount(): number {
    return (this.state.tag === 'signedOut' ? 0 : 1) + this.sessions.size;
  }

  get reach(): ReachServices | undefined {
    return this.account === undefined ? undefined : this.network.reachOf?.(this.account.address);
  }

  get contacts(): readonly Contact[] {
    if (this.account === undefined || this.state.tag !== 'signedIn') return [];
    return [...this.network.user(this.account.address).contacts].map((address) => {
      const user = this.network.users.get(address);
      return { ...this.network.peer(address), presence: user?.online === undefined ? 'offline' : user.presence };
    });
  }

  onEvent(listener: (event: MessengerEvent) => void): () => void {
    return this.listeners.on(listener);
  }

  signIn(account: InMemoryAccount): void {
    this.leave();
    this.account = account;
    this.attempts = 0;
    this.setState({ tag: 'connecting' });
    this.cancelWait = this.network.clock.after(0, () => this.attempt());
  }

  signOut(): Promise<void> {
    this.leave();
    this.account = undefined;
    if (this.state.tag !== 'signedOut' || this.state.reason !== undefined) this.setState({ tag: 'signedOut' });
    return Promise.resolve();
  }

  setPresence(presence: Exclude<Presence, 'offline'>): Promise<void> {
    return this.whileSignedIn((user) => {
      user.presence = presence;
      this.network.presenceChanged(user.account.address);
    });
  }

  setFriendlyName(name: string): Promise<void> {
    return this.whileSignedIn((user) => {
      user.friendlyName = name;
      this.setState({ tag: 'signedIn', address: user.account.address, friendlyName: name });
      this.network.presenceChanged(user.account.address);
    });
  }

  addContact(address: string): Promise<void> {
    return this.whileSignedIn((user) => {
      const other = this.network.user(address);
      user.contacts.add(other.account.address);
      this.contactsChanged();
      if (other.contacts.has(user.account.address)) return;
      this.network.clock.after(0, () => other.online?.listedBy(user.account.address));
    });
  }

  blockContact(address: string): Promise<void> {
    return this.whileSignedIn((user) => {
      user.contacts.delete(address.toLowerCase());
      user.blocked.add(address.toLowerCase());
      this.contactsChanged();
    });
  }

  declineListing(): Promise<void> {
    return this.whileSignedIn(() => {});
  }

  listedBy(address: string): void {
    if (this.isBlocked(address)) return;
    this.listeners.emit({ tag: 'listed', peer: this.network.peer(address) });
  }

  private isBlocked(address: string): boolean {
    return this.account !== undefined && this.network.user(this.account.address).blocked.has(address);
  }

  removeContact(address: string): Promise<void> {
    return this.whileSignedIn((user) => {
      user.contacts.delete(address.toLowerCase());
      this.contactsChanged();
    });
  }

  invite(address: string, application: Application, details: InvitationDetails = {}): RendezvousSession {
    const user = this.requireUser();
    const to = address.toLowerCase();
    const peer = this.network.users.get(to);
    const session = this.begin({ id: this.network.newId(), flag: 'INVITER', application, peer: this.network.peer(to) }, details);
    if (peer?.online === undefined) {
      const error =
        peer === undefined
          ? new MessengerError('NO_SUCH_USER', `no account ${to}`)
          : new MessengerError('CONTACT_OFFLINE', `${to} is offline`);
      this.network.clock.after(0, () => session.end('TERMINATED', { tag: 'sendError', error }));
    } else {
      const context = details.contextData === undefined ? {} : { contextData: details.contextData };
      const invite = { kind: 'INVITE', application, ...context, features: session.ownFeatures } as const;
      this.network.send({ ...invite, from: user.account.address, to, sessionId: session.id });
    }
    return session;
  }

  sendMessage(address: string, text: string): Promise<void> {
    return this.whileSignedIn((user) => {
      const body = text.trimEnd();
      if (body === '') throw new MessengerError('REFUSED', 'nothing to say');
      if (new TextEncoder().encode(body).length > MAX_CHAT_BYTES) throw new MessengerError('TOO_LARGE', 'too much to say');
      const to = address.toLowerCase();
      if (this.network.users.get(to)?.online === undefined) throw new MessengerError('CONTACT_OFFLINE', `${to} is offline`);
      this.network.send({ kind: 'CHAT', content: { tag: 'text', text: body }, from: user.account.address, to, sessionId: 'chat' });
    });
  }

  sendTyping(address: string): void {
    if (this.state.tag !== 'signedIn') return;
    this.network.send({ kind: 'CHAT', content: { tag: 'typing' }, from: this.state.address, to: address.toLowerCase(), sessionId: 'chat' });
  }

  receive(message: InMemoryMessage): void {
    if (this.isBlocked(message.from)) return;
    if (message.kind === 'CHAT') {
      const peer = this.network.peer(message.from);
      return this.listeners.emit({ tag: 'chat', peer, content: message.content });
    }
    const session = this.sessions.get(message.sessionId);
    if (session !== undefined) {
      if (session.peer.address === message.from) heard(session, message);
      return;
    }
    if (message.kind !== 'INVITE') return;
    const peer = this.network.peer(message.from);
    const details = message.contextData === undefined ? {} : { contextData: message.contextData };
    const { sessionId: id, application, features: invited } = message;
    const incoming = this.begin({ id, flag: 'INVITEE', application, peer, invited }, details);
    if (!this.applications.has(application.guid.toLowerCase())) {
      incoming.decline('REJECT_NOT_INSTALLED');
      return this.listeners.emit({ tag: 'invitationRefused', peer, reason: 'notInstalled', what: application.name });
    }
    this.listeners.emit({ tag: 'invitation', session: incoming });
  }

  contactsChanged(): void {
    this.listeners.emit({ tag: 'contacts', contacts: this.contacts });
  }

  connectionLost(): void {
    this.leave();
    this.wait('CONNECTION_LOST');
    this.contactsChanged();
  }

  private begin(about: ConstructorParameters<typeof Rendezvous>[0], details: InvitationDetails): Rendezvous {
    const carrier = {
      send: (message: RendezvousMessage) => this.send(session, message),
      over: () => void this.sessions.delete(about.id),
    };
    const session = new Rendezvous(about, details, carrier, this.network.clock);
    this.sessions.set(about.id, session);
    return session;
  }

  private send(session: Rendezvous, message: RendezvousMessage | { readonly tag: 'BYE' }): void {
    if (this.account === undefined) return;
    const way = { from: this.account.address, to: session.peer.address, sessionId: session.id };
    const { tag: kind, ...body } = message;
    const said = 'answer' in body ? { ...body, answer: { ipAddress: OWN_ADDRESS, ...body.answer } } : body;
    this.network.send({ ...way, kind, ...said } as InMemoryMessage);
  }

  private attempt(): void {
    const account = this.account;
    if (account === undefined) return;
    const user = this.network.users.get(account.address.toLowerCase());
    if (user?.account.accessToken !== account.accessToken) return this.setState({ tag: 'signedOut', reason: 'WRONG_CREDENTIALS' });
    if (user.cut) return this.wait('UNREACHABLE');
    user.online?.displaced();
    user.online = this;
    user.friendlyName = account.friendlyName;
    this.attempts = 0;
    this.setState({ tag: 'signedIn', address: user.account.address, friendlyName: user.friendlyName });
    this.contactsChanged();
    this.network.presenceChanged(user.account.address);
  }

  displaced(): void {
    this.leave();
    this.account = undefined;
    this.setState({ tag: 'signedOut', reason: 'SIGNED_IN_ELSEWHERE' });
    this.contactsChanged();
  }

  private wait(reason: MessengerErrorCode): void {
    const delayMs = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** this.attempts);
    this.attempts += 1;
    this.setState({ tag: 'waiting', retryAtMs: this.network.clock.now() + delayMs, reason });
    this.cancelWait = this.network.clock.after(delayMs, () => {
      this.setState({ tag: 'connecting' });
      this.attempt();
    });
  }

  /** Off the network: sessions end here at once, and at their peers as a BYE. */
  private leave(): void {
    this.cancelWait();
    const user = this.account === undefined ? undefined : this.network.users.get(this.account.address);
    for (const session of Array.from(this.sessions.values())) {
      if (user?.online === this) this.send(session, { tag: 'BYE' });
      session.end('TERMINATED', { tag: 'terminated', reason: 'connectionLost' });
    }
    if (user?.online !== this) return;
    user.online = undefined;
    this.network.presenceChanged(user.account.address);
  }

  private setState(state: MessengerState): void {
    this.state = state;
    this.listeners.emit({ tag: 'state', state });
  }

  private requireUser(): User {
    if (this.state.tag !== 'signedIn') throw new MessengerError('NOT_SIGNED_IN', `the messenger is ${this.state.tag}`);
    return this.network.user(this.state.address);
  }

  private async whileSignedIn(act: (user: User) => void): Promise<void> {
    act(this.requireUser());
  }
}

/** What one end hears of the other, once the session is known. */
function heard(session: Rendezvous, message: InMemoryMessage): void {
  switch (message.kind) {
    case 'ACCEPT':
    case 'LAUNCH': {
      const { ipAddress = '', ...rest } = message.answer;
      if ((message.kind === 'ACCEPT') === (session.flag === 'INVITER'))
        session.peerAccepted(ipAddress === '' ? rest : { ipAddress, ...rest }, message.features);
      return;
    }
    case 'CONTEXT':
      return session.contextArrived(message.data);
    case 'CANCEL':
      return session.peerCancelled(message.code);
    case 'BYE':
      return session.end('TERMINATED', { tag: 'terminated', reason: 'peerLeft' });
    case 'INVITE':
    case 'CHAT':
      return;
  }
}
