import type { Contact, Presence } from '../../../facts/contacts.ts';
import type { Clock } from '../../clock.ts';
import { Backoff } from '../backoff.ts';
import {
  MessengerError,
  type Application,
  type InvitationDetails,
  type Messenger,
  type MessengerDependencies,
  type MessengerErrorCode,
  type MessengerEvent,
  type MessengerState,
  type RendezvousSession,
} from '../contract.ts';
import { ProtocolError } from '../../../protocol/bytes/errors.ts';
import { normaliseAddress } from '../../../protocol/msnp/address.ts';
import type { LogInMethod } from '../../../protocol/msnp/client/notification.ts';
import { writeChatText } from '../../../protocol/msnp/chat.ts';
import type { HostPort } from '../../../protocol/host-port.ts';
import { parseEndpoint } from '../../../protocol/msnp/endpoint.ts';
import { MSNP_ERROR } from '../../../protocol/msnp/error-codes.ts';
import { encodeFriendlyName, FRIENDLY_NAME_LIMIT } from '../../../protocol/msnp/friendly-name.ts';
import type { MsnpAccount } from './account.ts';
import type { Destination } from './command-socket.ts';
import { lineOf } from './line.ts';
import { NotificationConnection, type ConnectionEvent } from './notification-connection.ts';
import { PRESENCE_CODES, presenceOf } from './presence.ts';
import { requestTicket } from './ticket.ts';
import { Emitter } from '../../emitter.ts';

/** From dialling one server to being signed in there. */
const SIGN_IN_DEADLINE_MS = 15_000;
const REFERRAL_LIMIT = 3;

/**
 * The MSNP client behind the messenger contract. Whoever hears an event may sign in or out at once; so everything is as it will be
 * before anybody is told.
 */
export class MsnpMessenger implements Messenger<MsnpAccount> {
  private readonly transport: string;
  private readonly clock: Clock;
  private readonly applications: readonly string[];
  private readonly backoff: Backoff;
  private readonly events = new Emitter<MessengerEvent>();
  private readonly closing = new Set<Promise<unknown>>();
  private current: MessengerState = { tag: 'signedOut' };
  private known: readonly Contact[] = [];
  private account: MsnpAccount | undefined;
  /** Ticket until the server turns out not to have it, and again when it does not have the other one either. */
  private logIn: LogInMethod = 'ticket';
  private presence: Exclude<Presence, 'offline'> = 'online';
  private connection: NotificationConnection | undefined;
  private cancelRetry: () => void = () => {};

  /** `transport` is the name that it goes by. */
  constructor(transport: string, { clock, random, applications }: MessengerDependencies) {
    this.transport = transport;
    this.clock = clock;
    this.applications = applications;
    this.backoff = new Backoff(random);
  }

  get state(): MessengerState {
    return this.current;
  }

  get contacts(): readonly Contact[] {
    return this.known;
  }

  get onEvent(): Messenger['onEvent'] {
    return this.events.on;
  }

  signIn(account: MsnpAccount): void {
    const before = this.detach();
    this.account = { ...account, address: account.address.toLowerCase() };
    this.logIn = 'ticket';
    this.backoff.reset();
    this.connect();
    this.close(before);
  }

  async signOut(): Promise<void> {
    const before = this.detach();
    this.account = undefined;
    if (this.current.tag !== 'signedOut' || this.current.reason !== undefined) this.become({ tag: 'signedOut' });
    this.close(before);
    await Promise.all(this.closing);
  }

  /** A connection that is dead is found by its pings. */
  check(): void {
    // Whatever failed before, and what is being tried, says nothing of the new network.
    this.backoff.reset();
    if (this.current.tag !== 'waiting') return;
    this.cancelRetry();
    this.connect();
  }

  async setPresence(presence: Exclude<Presence, 'offline'>): Promise<void> {
    const connection = this.requireConnection();
    this.presence = presence;
    await connection.answer(connection.machine.changePresence(PRESENCE_CODES[presence]));
  }

  async setFriendlyName(name: string): Promise<void> {
    const connection = this.requireConnection();
    const friendlyName = name.trim();
    if (friendlyName === '') throw new MessengerError('REFUSED', 'a friendly name is not empty');
    if (encodeFriendlyName(friendlyName).length > FRIENDLY_NAME_LIMIT)
      throw new MessengerError('TOO_LARGE', 'the friendly name is too long');
    await connection.answer(connection.machine.rename(friendlyName));
    if (this.account !== undefined) this.account = { ...this.account, friendlyName };
  }

  async addContact(address: string): Promise<void> {
    const connection = this.requireConnection();
    const normal = normaliseAddress(address.trim());
    if (normal === undefined) throw new MessengerError('NO_SUCH_USER', 'not an address');
    await connection.answer(connection.machine.add('FL', normal), [MSNP_ERROR.alreadyThere]);
    // Whom we list may see us, unless we have blocked them.
    await this.allow(connection, normal, normal);
  }

  async removeContact(address: string): Promise<void> {
    const connection = this.requireConnection();
    // The allow list keeps them: taking them off would make them a stranger who waits to be let in again.
    await connection.answer(connection.machine.remove('FL', address.toLowerCase()), [MSNP_ERROR.notThere]);
  }

  async blockContact(address: string): Promise<void> {
    const connection = this.requireConnection();
    const normal = normaliseAddress(address.trim());
    if (normal === undefined) throw new MessengerError('NO_SUCH_USER', 'not an address');
    for (const list of ['FL', 'AL'] as const)
      if (connection.machine.isOn(list, normal)) await connection.answer(connection.machine.remove(list, normal), [MSNP_ERROR.notThere]);
    await connection.answer(connection.machine.add('BL', normal), [MSNP_ERROR.alreadyThere]);
  }

  async declineListing(address: string): Promise<void> {
    // Being on either list is the answer; who is on neither is told of again.
    await this.allow(this.requireConnection(), address.toLowerCase(), address.toLowerCase());
  }

  invite(address: string, application: Application, details: InvitationDetails = {}): RendezvousSession {
    const { invitations } = this.requireConnection();
    const normal = normaliseAddress(address.trim());
    if (normal === undefined) throw new MessengerError('NO_SUCH_USER', 'not an address');
    return invitations.invite(normal, application, details);
  }

  async sendMessage(address: string, text: string): Promise<void> {
    const { conversations } = this.requireConnection();
    const normal = normaliseAddress(address.trim());
    if (normal === undefined) throw new MessengerError('NO_SUCH_USER', 'not an address');
    let payload: Uint8Array;
    try {
      payload = writeChatText(text);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw new MessengerError(error.code === 'TOO_LARGE' ? 'TOO_LARGE' : 'REFUSED', error.message);
    }
    await conversations.send(normal, payload);
  }

  sendTyping(address: string): void {
    const { connection } = this;
    const normal = normaliseAddress(address.trim());
    if (this.current.tag === 'signedIn' && normal !== undefined) connection?.conversations.typing(normal);
  }

  /* ---------- connecting ---------- */

  private connect(): void {
    const { account } = this;
    if (account === undefined) return;
    let endpoint: HostPort;
    try {
      endpoint = parseEndpoint(account.server.trim());
      if (normaliseAddress(account.address) === undefined) throw new MessengerError('WRONG_CREDENTIALS', 'not an address');
    } catch (error) {
      // Nothing that time would mend: the account itself is wrong.
      this.account = undefined;
      return this.become({ tag: 'signedOut', reason: error instanceof MessengerError ? error.code : 'UNREACHABLE' });
    }
    this.dial(account, { endpoint, line: lineOf(account, endpoint) }, 0);
    this.become({ tag: 'connecting' });
  }

  private dial(account: MsnpAccount, destination: Destination, referrals: number): void {
    const connection = new NotificationConnection({
      clock: this.clock,
      applications: this.applications,
      account,
      destination,
      // MD5 proves nothing of the messenger, and tells whoever listens enough to try tokens on.
      logIn: destination.line.tag === 'tls' ? 'ticket' : this.logIn,
      presence: this.presence,
      referrals,
      isCurrent: (one) => this.connection === one,
      nameOf: (address) => this.known.find((contact) => contact.address === address)?.friendlyName,
      happened: (one, event) => this.happened(one, event),
      offerUnanswered: (one) => this.withoutTicket(one),
      lost: (one, reason) => this.lost(one, reason),
      emit: (event) => this.emit(event),
    });
    connection.wait(SIGN_IN_DEADLINE_MS, () => {
      if (this.current.tag === 'connecting') this.lost(connection, 'TIMEOUT');
    });
    this.connection = connection;
  }

  /** Nothing is under way any more. Gives the connection there was, to be closed once everything else is as it will be. */
  private detach(): NotificationConnection | undefined {
    const { connection } = this;
    this.cancelRetry();
    this.cancelRetry = () => {};
    this.connection = undefined;
    return connection;
  }

  /** It is over, whatever ended it; sessions on it are too, and say so. */
  private close(connection: NotificationConnection | undefined): void {
    if (connection === undefined) return;
    const closed = connection.close();
    this.closing.add(closed);
    void closed.then(() => this.closing.delete(closed));
  }

  private lost(connection: NotificationConnection, reason: MessengerErrorCode): void {
    if (this.connection !== connection) return;
    this.detach();
    if (reason === 'PROTOCOL') this.logIn = 'ticket';
    const delayMs = this.backoff.next();
    this.cancelRetry = this.clock.after(delayMs, () => this.connect());
    this.become({ tag: 'waiting', retryAtMs: this.clock.now() + delayMs, reason });
    this.close(connection);
  }

  private ended(connection: NotificationConnection, reason: MessengerErrorCode): void {
    this.detach();
    this.account = undefined;
    this.become({ tag: 'signedOut', reason });
    this.close(connection);
  }

  /* ---------- what the server says ---------- */

  private happened(connection: NotificationConnection, event: ConnectionEvent): void {
    switch (event.tag) {
      case 'signedIn':
        return this.signedIn(connection, event.friendlyName);
      case 'versionRefused':
        return this.withoutTicket(connection);
      case 'ticketWanted':
        void this.fetchTicket(connection, event.parameters);
        return;
      case 'referral':
        return this.referred(connection, event.endpoint);
      case 'wrongCredentials':
        return this.ended(connection, 'WRONG_CREDENTIALS');
      case 'displaced':
        return this.ended(connection, 'SIGNED_IN_ELSEWHERE');
      case 'dismissed':
        return this.lost(connection, 'CONNECTION_LOST');
      case 'unusable':
        return this.lost(connection, 'PROTOCOL');
      case 'contacts':
        return this.contactsChanged(connection);
      case 'renamed':
        if (this.current.tag === 'signedIn') this.become({ ...this.current, friendlyName: event.friendlyName });
        return;
      case 'addedBy':
        return this.addedBy(connection, event.address, event.friendlyName);
    }
  }

  private signedIn(connection: NotificationConnection, serverName: string): void {
    const { account } = this;
    if (account === undefined) return;
    this.backoff.reset();
    const friendlyName = account.friendlyName.trim() || serverName;
    if (friendlyName !== serverName && encodeFriendlyName(friendlyName).length <= FRIENDLY_NAME_LIMIT)
      connection.machine.rename(friendlyName);
    this.become({ tag: 'signedIn', address: account.address, friendlyName });
    connection.keepAlive();
  }

  private referred(connection: NotificationConnection, endpoint: HostPort): void {
    const { account } = this;
    if (account === undefined) return;
    const destination = connection.onward(endpoint);
    if (connection.referrals >= REFERRAL_LIMIT || destination === undefined) return this.lost(connection, 'PROTOCOL');
    this.dial(account, destination, connection.referrals + 1);
    // It may come in the middle of a session, too.
    if (this.current.tag !== 'connecting') this.become({ tag: 'connecting' });
    this.close(connection);
  }

  private async fetchTicket(connection: NotificationConnection, parameters: string): Promise<void> {
    const { account } = this;
    if (account === undefined) return;
    const { reached, page, machine } = connection;
    const proven = reached.line.tag === 'tls' && account.key === undefined;
    try {
      const ticket = await requestTicket(
        { reached, proven, address: account.address, accessToken: account.accessToken, parameters },
        this.clock,
        page.signal,
      );
      machine.presentTicket(ticket);
    } catch (error) {
      if (this.connection !== connection) return;
      if (error instanceof MessengerError && error.code === 'WRONG_CREDENTIALS') this.ended(connection, error.code);
      else if (error instanceof MessengerError && error.code === 'WRONG_KEY') this.lost(connection, error.code);
      else this.withoutTicket(connection);
    }
  }

  /** The same server once more, with MD5; where that was tried already, it is of no use. Over TLS there is no such step down. */
  private withoutTicket(connection: NotificationConnection): void {
    const { account } = this;
    if (this.connection !== connection || account === undefined) return;
    if (connection.destination.line.tag === 'tls') return this.lost(connection, 'NOT_PROTECTED');
    if (connection.logIn === 'md5') return this.lost(connection, 'PROTOCOL');
    this.logIn = 'md5';
    this.dial(account, connection.destination, connection.referrals);
    this.close(connection);
  }

  private contactsChanged(connection: NotificationConnection): void {
    if (this.current.tag !== 'signedIn') return;
    const before = this.known;
    this.known = connection.machine.contacts.map(({ address, friendlyName, presence }) => ({
      transport: this.transport,
      address,
      friendlyName,
      presence: presenceOf(presence),
    }));
    for (const contact of before) {
      const now = this.known.find(({ address }) => address === contact.address);
      if (contact.presence !== 'offline' && now?.presence === 'offline') connection.invitations.contactOffline(contact.address);
    }
    this.emit({ tag: 'contacts', contacts: this.known });
  }

  /** Somebody put us on their list. Whom we list may see us; nobody else gets onto our list by themselves. */
  private addedBy(connection: NotificationConnection, address: string, friendlyName: string): void {
    if (!connection.machine.isOn('FL', address))
      return this.emit({ tag: 'listed', peer: { transport: this.transport, address, friendlyName } });
    this.allow(connection, address, friendlyName).catch(() => {
      // A lost connection: they are looked at again at the next sign-in.
    });
  }

  private async allow(connection: NotificationConnection, address: string, friendlyName: string): Promise<void> {
    if (connection.machine.isOn('AL', address) || connection.machine.isOn('BL', address)) return;
    await connection.answer(connection.machine.add('AL', address, friendlyName), [MSNP_ERROR.alreadyThere]);
  }

  private requireConnection(): NotificationConnection {
    if (this.connection === undefined || this.current.tag !== 'signedIn')
      throw new MessengerError('NOT_SIGNED_IN', `the messenger is ${this.current.tag}`);
    return this.connection;
  }

  /** Contacts are those of a sign-in; without one there are none, and nobody hears of an empty list while signed in. */
  private become(state: MessengerState): void {
    const forgotten = state.tag !== 'signedIn' && this.known.length > 0;
    if (forgotten) this.known = [];
    this.current = state;
    this.events.emit({ tag: 'state', state }, ...(forgotten ? [{ tag: 'contacts' as const, contacts: this.known }] : []));
  }

  private emit(event: MessengerEvent): void {
    this.events.emit(event);
  }
}
