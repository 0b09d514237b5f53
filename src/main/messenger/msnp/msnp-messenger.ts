import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { Backoff } from '../backoff.ts';
import {
  MessengerError,
  type Account,
  type Application,
  type Contact,
  type InvitationDetails,
  type Messenger,
  type MessengerErrorCode,
  type MessengerEvent,
  type MessengerState,
  type Presence,
  type RendezvousSession,
} from '../contract.ts';
import type { MessengerDependencies } from '../transports.ts';
import { ProtocolError } from '../../../protocol/bytes/errors.ts';
import { normaliseAddress } from '../../../protocol/msnp/address.ts';
import { NotificationClientMachine, type LogInMethod, type NotificationClientEvent } from '../../../protocol/msnp/client/notification.ts';
import { writeChatText } from '../../../protocol/msnp/chat.ts';
import { parseEndpoint, type Endpoint } from '../../../protocol/msnp/endpoint.ts';
import { MSNP_ERROR } from '../../../protocol/msnp/error-codes.ts';
import { encodeFriendlyName, FRIENDLY_NAME_LIMIT } from '../../../protocol/msnp/friendly-name.ts';
import type { PresenceCode } from '../../../protocol/msnp/presence.ts';
import { CommandSocket } from './command-socket.ts';
import { Conversations } from './conversations.ts';
import { Invitations } from './invitations.ts';
import { requestTicket } from './ticket.ts';

/** From dialling to being signed in, referrals included. */
const SIGN_IN_DEADLINE_MS = 15_000;
const TRANSACTION_DEADLINE_MS = 10_000;
const REFERRAL_LIMIT = 3;
/** PNG every two seconds and three for the answer: a dead server is noticed within five. */
const PING_INTERVAL_MS = 2_000;
const PONG_DEADLINE_MS = 3_000;

const PRESENCE_CODES: Readonly<Record<Exclude<Presence, 'offline'>, PresenceCode>> = { online: 'NLN', busy: 'BSY', away: 'AWY' };

const md5Hex = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex');

interface Transaction<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: MessengerError) => void;
}

/** One connection to a notification server, from dialling to its end. */
interface Connection {
  readonly endpoint: Endpoint;
  readonly logIn: LogInMethod;
  readonly socket: CommandSocket;
  /** Ends what is asked of the log-in page. */
  readonly page: AbortController;
  readonly machine: NotificationClientMachine;
  readonly invitations: Invitations;
  readonly conversations: Conversations;
  readonly answers: Map<string, Transaction<void>>;
  readonly switchboards: Map<string, Transaction<{ readonly endpoint: Endpoint; readonly cookie: string }>>;
  /** Cancels every timer of this connection. */
  readonly timers: Set<() => void>;
  readonly referrals: number;
  /** The server has answered our offer. */
  isAgreed: boolean;
  heardAtMs: number;
  /** A server that has answered one ping answers them all, or is gone. */
  answersPings: boolean;
}

/** The MSNP client behind the messenger contract. */
export class MsnpMessenger implements Messenger {
  private readonly clock: Clock;
  private readonly applications: readonly string[];
  private readonly backoff: Backoff;
  private readonly listeners = new Set<(event: MessengerEvent) => void>();
  private readonly closing = new Set<Promise<unknown>>();
  private current: MessengerState = { tag: 'signedOut' };
  private known: readonly Contact[] = [];
  private account: Account | undefined;
  /** Ticket until the server turns out not to have it. */
  private logIn: LogInMethod = 'ticket';
  private presence: Exclude<Presence, 'offline'> = 'online';
  private connection: Connection | undefined;
  private cancelRetry: () => void = () => {};

  constructor({ clock, random, applications }: MessengerDependencies) {
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

  onEvent(listener: (event: MessengerEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  signIn(account: Account): void {
    this.abandon();
    this.account = { ...account, address: account.address.toLowerCase() };
    this.logIn = 'ticket';
    this.backoff.reset();
    this.connect();
  }

  async signOut(): Promise<void> {
    this.account = undefined;
    this.abandon();
    if (this.current.tag !== 'signedOut' || this.current.reason !== undefined) this.setState({ tag: 'signedOut' });
    await Promise.all(this.closing);
  }

  async setPresence(presence: Exclude<Presence, 'offline'>): Promise<void> {
    const connection = this.requireConnection();
    this.presence = presence;
    await this.answer(connection, connection.machine.changePresence(PRESENCE_CODES[presence]));
  }

  async setFriendlyName(name: string): Promise<void> {
    const connection = this.requireConnection();
    const friendlyName = name.trim();
    if (friendlyName === '') throw new MessengerError('REFUSED', 'a friendly name is not empty');
    if (encodeFriendlyName(friendlyName).length > FRIENDLY_NAME_LIMIT)
      throw new MessengerError('TOO_LARGE', 'the friendly name is too long');
    await this.answer(connection, connection.machine.rename(friendlyName));
    if (this.account !== undefined) this.account = { ...this.account, friendlyName };
  }

  async addContact(address: string): Promise<void> {
    const connection = this.requireConnection();
    const normal = normaliseAddress(address.trim());
    if (normal === undefined) throw new MessengerError('NO_SUCH_USER', 'not an address');
    await this.answer(connection, connection.machine.add('FL', normal), [MSNP_ERROR.alreadyThere]);
    // Whom we list may see us, unless we have blocked them.
    await this.allow(connection, normal, normal);
  }

  async removeContact(address: string): Promise<void> {
    const connection = this.requireConnection();
    // The allow list keeps them: taking them off would make them a stranger who waits to be let in again.
    await this.answer(connection, connection.machine.remove('FL', address.toLowerCase()), [MSNP_ERROR.notThere]);
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
    let endpoint: Endpoint;
    try {
      endpoint = parseEndpoint(account.server.trim());
      if (normaliseAddress(account.address) === undefined) throw new MessengerError('WRONG_CREDENTIALS', 'not an address');
    } catch (error) {
      // Nothing that time would mend: the account itself is wrong.
      return this.setState({ tag: 'signedOut', reason: error instanceof MessengerError ? error.code : 'UNREACHABLE' });
    }
    this.setState({ tag: 'connecting' });
    this.dial(account, endpoint, 0);
  }

  private dial(account: Account, endpoint: Endpoint, referrals: number): void {
    const timers = new Set<() => void>();
    const socket = new CommandSocket(endpoint, this.clock, {
      connected: () => connection.machine.start(),
      command: (command) => {
        connection.isAgreed ||= command.name !== 'VER' || command.args[1] !== '0';
        connection.heardAtMs = this.clock.now();
        connection.machine.receive(command);
      },
      lost: (error, wasConnected) => {
        // Some servers close at once when they know nothing of what is offered.
        if (wasConnected && !connection.isAgreed && connection.logIn === 'ticket') return this.withoutTicket(connection);
        this.lost(connection, error instanceof ProtocolError ? 'PROTOCOL' : wasConnected ? 'CONNECTION_LOST' : 'UNREACHABLE');
      },
    });
    const connection: Connection = {
      endpoint,
      logIn: this.logIn,
      isAgreed: false,
      page: new AbortController(),
      socket,
      machine: new NotificationClientMachine({
        address: account.address,
        accessToken: account.accessToken,
        logIn: this.logIn,
        presence: PRESENCE_CODES[this.presence],
        md5Hex,
        send: (bytes) => socket.send(bytes),
        report: (event) => this.happened(connection, event),
        decoder: socket.decoder,
      }),
      invitations: new Invitations({
        clock: this.clock,
        applications: this.applications,
        address: account.address,
        requestSwitchboard: () => this.requestSwitchboard(connection),
        nameOf: (address) => this.known.find((contact) => contact.address === address)?.friendlyName ?? address,
        isBlocked: (address) => connection.machine.isOn('BL', address),
        invited: (session) => this.emit({ tag: 'invitation', session }),
        refused: (event) => this.emit(event),
        chat: {
          heard: (...said) => connection.conversations.heard(...said),
          holds: (link) => connection.conversations.holds(link),
          ended: (link) => connection.conversations.ended(link),
        },
      }),
      conversations: new Conversations({
        clock: this.clock,
        address: account.address,
        call: (address) => connection.invitations.callPerson(address),
        release: (link) => connection.invitations.closeIfUnused(link),
        heard: (peer, content) => this.emit({ tag: 'chat', peer, content }),
      }),
      answers: new Map(),
      switchboards: new Map(),
      timers,
      referrals,
      heardAtMs: this.clock.now(),
      answersPings: false,
    };
    timers.add(
      this.clock.after(SIGN_IN_DEADLINE_MS, () => {
        if (this.current.tag === 'connecting') this.lost(connection, 'TIMEOUT');
      }),
    );
    this.connection = connection;
  }

  /** The connection is over, whatever ended it; sessions on it are too. */
  private release(connection: Connection): void {
    for (const cancel of connection.timers) cancel();
    connection.page.abort();
    connection.conversations.close();
    const error = new MessengerError('CONNECTION_LOST', 'the connection to the messenger ended');
    for (const { reject } of [...connection.answers.values(), ...connection.switchboards.values()]) reject(error);
    connection.machine.leave();
    connection.socket.end();
    const closed = Promise.all([connection.socket.closed, connection.invitations.close()]);
    this.closing.add(closed);
    void closed.then(() => this.closing.delete(closed));
    if (this.connection === connection) this.connection = undefined;
  }

  private abandon(): void {
    this.cancelRetry();
    this.cancelRetry = () => {};
    if (this.connection !== undefined) this.release(this.connection);
    this.forgetContacts();
  }

  private lost(connection: Connection, reason: MessengerErrorCode): void {
    if (this.connection !== connection) return;
    this.release(connection);
    this.forgetContacts();
    const delayMs = this.backoff.next();
    this.setState({ tag: 'waiting', retryAtMs: this.clock.now() + delayMs, reason });
    // A listener may have signed out or in again.
    if (this.current.tag !== 'waiting') return;
    this.cancelRetry = this.clock.after(delayMs, () => this.connect());
  }

  private ended(connection: Connection, reason: MessengerErrorCode): void {
    this.release(connection);
    this.account = undefined;
    this.forgetContacts();
    this.setState({ tag: 'signedOut', reason });
  }

  /* ---------- what the server says ---------- */

  private happened(connection: Connection, event: NotificationClientEvent): void {
    if (this.connection !== connection) return;
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
        if (this.current.tag === 'signedIn') this.setState({ ...this.current, friendlyName: event.friendlyName });
        return;
      case 'addedBy':
        void this.welcome(connection, event.address, event.friendlyName);
        return;
      case 'answered':
        return connection.answers.get(event.transactionId)?.resolve();
      case 'refused':
        connection.answers.get(event.transactionId)?.reject(refusal(event.code));
        connection.switchboards.get(event.transactionId)?.reject(refusal(event.code));
        return;
      case 'switchboard':
        return connection.switchboards.get(event.transactionId)?.resolve(event);
      case 'rung':
        return connection.invitations.rung(event);
      case 'pong':
        connection.answersPings = true;
        return;
    }
  }

  private signedIn(connection: Connection, serverName: string): void {
    const { account } = this;
    if (account === undefined) return;
    this.backoff.reset();
    const friendlyName = account.friendlyName.trim() || serverName;
    if (friendlyName !== serverName && encodeFriendlyName(friendlyName).length <= FRIENDLY_NAME_LIMIT)
      connection.machine.rename(friendlyName);
    this.setState({ tag: 'signedIn', address: account.address, friendlyName });
    this.ping(connection);
  }

  private referred(connection: Connection, endpoint: Endpoint): void {
    const { account } = this;
    if (account === undefined) return;
    if (connection.referrals >= REFERRAL_LIMIT) return this.lost(connection, 'PROTOCOL');
    this.release(connection);
    this.dial(account, endpoint, connection.referrals + 1);
  }

  private async fetchTicket(connection: Connection, parameters: string): Promise<void> {
    const { account } = this;
    if (account === undefined) return;
    const { endpoint, page, machine } = connection;
    try {
      const ticket = await requestTicket(
        { endpoint, address: account.address, accessToken: account.accessToken, parameters },
        this.clock,
        page.signal,
      );
      machine.presentTicket(ticket);
    } catch (error) {
      if (this.connection !== connection) return;
      if (error instanceof MessengerError && error.code === 'WRONG_CREDENTIALS') this.ended(connection, error.code);
      else this.withoutTicket(connection);
    }
  }

  /** The same server once more, with MD5; where that was tried already, it is of no use. */
  private withoutTicket(connection: Connection): void {
    const { account } = this;
    if (this.connection !== connection || account === undefined) return;
    if (connection.logIn === 'md5') return this.lost(connection, 'PROTOCOL');
    this.logIn = 'md5';
    this.release(connection);
    this.dial(account, connection.endpoint, connection.referrals);
  }

  private contactsChanged(connection: Connection): void {
    if (this.current.tag !== 'signedIn') return;
    const before = this.known;
    this.known = connection.machine.contacts.map(({ address, friendlyName, presence }) => ({
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

  /**
   * Somebody put us on their list. On a messenger of one's own that is a person one knows: they may see us and we list them,
   * so that either can ask the other for help. It happens once; who is removed or blocked afterwards stays so.
   */
  private async welcome(connection: Connection, address: string, friendlyName: string): Promise<void> {
    try {
      await this.allow(connection, address, friendlyName);
      if (!connection.machine.isOn('FL', address))
        await this.answer(connection, connection.machine.add('FL', address, friendlyName), [MSNP_ERROR.alreadyThere]);
    } catch {
      // A full list or a lost connection: they stay on the reverse list and are looked at again at the next sign-in.
    }
  }

  private async allow(connection: Connection, address: string, friendlyName: string): Promise<void> {
    if (connection.machine.isOn('AL', address) || connection.machine.isOn('BL', address)) return;
    await this.answer(connection, connection.machine.add('AL', address, friendlyName), [MSNP_ERROR.alreadyThere]);
  }

  private ping(connection: Connection): void {
    if (this.connection !== connection) return;
    const sentAtMs = this.clock.now();
    connection.machine.ping();
    this.wait(connection, PONG_DEADLINE_MS, () => {
      if (connection.answersPings && connection.heardAtMs < sentAtMs) this.lost(connection, 'CONNECTION_LOST');
    });
    this.wait(connection, PING_INTERVAL_MS, () => this.ping(connection));
  }

  /* ---------- transactions ---------- */

  private answer(connection: Connection, transactionId: string, tolerated: readonly number[] = []): Promise<void> {
    return this.transaction(connection, connection.answers, transactionId).catch((error: unknown) => {
      if (!(error instanceof Refusal && tolerated.includes(error.number))) throw error;
    });
  }

  private requestSwitchboard(connection: Connection): Promise<{ readonly endpoint: Endpoint; readonly cookie: string }> {
    if (this.connection !== connection) return Promise.reject(new MessengerError('NOT_SIGNED_IN', 'signed out'));
    return this.transaction(connection, connection.switchboards, connection.machine.requestSwitchboard());
  }

  private transaction<T>(connection: Connection, pending: Map<string, Transaction<T>>, transactionId: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const settled = (): void => {
        cancel();
        pending.delete(transactionId);
      };
      const cancel = this.wait(connection, TRANSACTION_DEADLINE_MS, () => {
        settled();
        reject(new MessengerError('TIMEOUT', 'the messenger did not answer'));
      });
      pending.set(transactionId, {
        resolve: (value) => {
          settled();
          resolve(value);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
    });
  }

  private wait(connection: Connection, delayMs: number, run: () => void): () => void {
    const stop = this.clock.after(delayMs, () => {
      connection.timers.delete(cancel);
      run();
    });
    const cancel = (): void => {
      connection.timers.delete(cancel);
      stop();
    };
    connection.timers.add(cancel);
    return cancel;
  }

  private requireConnection(): Connection {
    if (this.connection === undefined || this.current.tag !== 'signedIn')
      throw new MessengerError('NOT_SIGNED_IN', `the messenger is ${this.current.tag}`);
    return this.connection;
  }

  private forgetContacts(): void {
    if (this.known.length === 0) return;
    this.known = [];
    this.emit({ tag: 'contacts', contacts: this.known });
  }

  private setState(state: MessengerState): void {
    this.current = state;
    this.emit({ tag: 'state', state });
  }

  private emit(event: MessengerEvent): void {
    for (const listener of Array.from(this.listeners)) listener(event);
  }
}

/** Keeps the server's number beside the contract's code. */
class Refusal extends MessengerError {
  readonly number: number;
  constructor(code: MessengerErrorCode, number: number) {
    super(code, `the messenger answered ${number}`);
    this.number = number;
  }
}

function refusal(number: number): Refusal {
  switch (number) {
    case MSNP_ERROR.noSuchUser:
    case MSNP_ERROR.invalidUserName:
      return new Refusal('NO_SUCH_USER', number);
    case MSNP_ERROR.listFull:
      return new Refusal('CONTACT_LIST_FULL', number);
    case MSNP_ERROR.notOnline:
      return new Refusal('CONTACT_OFFLINE', number);
    default:
      return new Refusal('REFUSED', number);
  }
}

function presenceOf(code: PresenceCode): Presence {
  switch (code) {
    case 'NLN':
      return 'online';
    case 'BSY':
    case 'PHN':
      return 'busy';
    case 'AWY':
    case 'IDL':
    case 'BRB':
    case 'LUN':
      return 'away';
    default:
      return 'offline';
  }
}
