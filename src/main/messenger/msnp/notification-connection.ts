import type { Presence } from '../../../facts/contacts.ts';
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { MessengerError, type MessengerErrorCode, type MessengerEvent, type Peer } from '../contract.ts';
import { ProtocolError } from '../../../protocol/bytes/errors.ts';
import { NotificationClientMachine, type LogInMethod, type NotificationClientEvent } from '../../../protocol/msnp/client/notification.ts';
import type { HostPort } from '../../../protocol/host-port.ts';
import { MSNP_ERROR } from '../../../protocol/msnp/error-codes.ts';
import type { MsnpAccount } from './account.ts';
import { CommandSocket, type Destination } from './command-socket.ts';
import { Conversations } from './conversations.ts';
import { Invitations } from './invitations.ts';
import { lookupFor, referred, type Reached } from './line.ts';
import { PRESENCE_CODES } from './presence.ts';
import { SwitchboardPool } from './switchboard-pool.ts';

const TRANSACTION_DEADLINE_MS = 10_000;
/** PNG every two seconds and three for the answer: a dead server is noticed within five. */
const PING_INTERVAL_MS = 2_000;
const PONG_DEADLINE_MS = 3_000;

const md5Hex = (text: string): string => createHash('md5').update(text, 'utf8').digest('hex');

interface Transaction<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: MessengerError) => void;
}

type Switchboard = NotificationClientEvent & { readonly tag: 'switchboard' };

/** What the server says that is for whoever keeps the connection, not for what travels on it. */
export type ConnectionEvent = Exclude<NotificationClientEvent, { readonly tag: 'answered' | 'refused' | 'switchboard' | 'rung' | 'pong' }>;

export interface NotificationConnectionOptions {
  readonly clock: Clock;
  readonly applications: readonly string[];
  readonly account: MsnpAccount;
  readonly destination: Destination;
  readonly logIn: LogInMethod;
  readonly presence: Exclude<Presence, 'offline'>;
  /** How many servers have sent us on to get here. */
  readonly referrals: number;
  /** Whether the connection is still the messenger's; events of one that was given up are ignored. */
  readonly isCurrent: (connection: NotificationConnection) => boolean;
  /** The name under which somebody is on our list; undefined for others. */
  readonly nameOf: (address: string) => string | undefined;
  readonly happened: (connection: NotificationConnection, event: ConnectionEvent) => void;
  /** Called when the server closed before it answered VER. */
  readonly offerUnanswered: (connection: NotificationConnection) => void;
  readonly lost: (connection: NotificationConnection, reason: MessengerErrorCode) => void;
  readonly emit: (event: MessengerEvent) => void;
}

/** One connection to a notification server, from dialling to its end, with the switchboards, invitations and chat got through it. */
export class NotificationConnection {
  readonly destination: Destination;
  readonly logIn: LogInMethod;
  readonly referrals: number;
  /** Aborts the requests to the log-in page. */
  readonly page = new AbortController();
  readonly machine: NotificationClientMachine;
  readonly invitations: Invitations;
  readonly conversations: Conversations;
  private readonly pool: SwitchboardPool;
  private readonly options: NotificationConnectionOptions;
  private readonly clock: Clock;
  private readonly socket: CommandSocket;
  private readonly answers = new Map<string, Transaction<void>>();
  private readonly switchboards = new Map<string, Transaction<Switchboard>>();
  /** Cancels every timer of this connection. */
  private readonly timers = new Set<() => void>();
  /** The server has answered our offer. */
  private isAgreed = false;
  private heardAtMs: number;
  /** A server that has answered one ping answers them all, or is gone. */
  private answersPings = false;

  /** Begins to dial. */
  constructor(options: NotificationConnectionOptions) {
    const { clock, applications, account, destination, logIn, presence, referrals, nameOf, emit } = options;
    this.options = options;
    this.clock = clock;
    this.destination = destination;
    this.logIn = logIn;
    this.referrals = referrals;
    this.heardAtMs = clock.monotonicMs();
    const socket = new CommandSocket(destination, clock, {
      connected: () => this.machine.start(),
      command: (command) => {
        this.isAgreed ||= command.name !== 'VER' || command.args[1] !== '0';
        this.heardAtMs = clock.monotonicMs();
        this.machine.receive(command);
      },
      lost: (error, wasConnected) => {
        // Some servers close at once when they know nothing of what is offered.
        if (wasConnected && !this.isAgreed && logIn === 'ticket' && !(error instanceof MessengerError))
          return options.offerUnanswered(this);
        if (error instanceof MessengerError) return options.lost(this, error.code);
        options.lost(this, error instanceof ProtocolError ? 'PROTOCOL' : wasConnected ? 'CONNECTION_LOST' : 'UNREACHABLE');
      },
    });
    this.socket = socket;
    this.machine = new NotificationClientMachine({
      address: account.address,
      accessToken: account.accessToken,
      logIn,
      presence: PRESENCE_CODES[presence],
      md5Hex,
      send: (bytes) => socket.send(bytes),
      report: (event) => this.happened(event),
      decoder: socket.decoder,
    });
    // Who is on our list has the name that they have there, whatever they call themselves in a message.
    const peer = (address: string, claimed: string = address): Peer => ({
      transport: account.transport,
      address,
      friendlyName: nameOf(address) ?? claimed,
    });
    const isBlocked = (address: string): boolean => this.machine.isOn('BL', address);
    this.pool = new SwitchboardPool({
      clock,
      address: account.address,
      request: () => this.requestSwitchboard(),
      isBlocked,
      destination: (named) => this.onward(named),
    });
    this.conversations = new Conversations({
      clock,
      address: account.address,
      pool: this.pool,
      isBlocked,
      heard: (address, friendlyName, content) => emit({ tag: 'chat', peer: peer(address, friendlyName), content }),
    });
    this.invitations = new Invitations({
      clock,
      pool: this.pool,
      applications,
      peer,
      isBlocked,
      invited: (session) => emit({ tag: 'invitation', session }),
      refused: (event) => emit(event),
    });
  }

  /** The messenger as we have reached it; with TLS, by the key that it has shown. */
  get reached(): Reached {
    const { endpoint, line } = this.destination;
    return {
      endpoint,
      address: this.socket.remoteAddress,
      line: line.tag === 'tls' ? { tag: 'tls', key: line.key ?? this.socket.key } : line,
    };
  }

  /** How to get to another server that the messenger names; undefined where it may not send us. */
  onward(named: HostPort): Destination | undefined {
    const { reached } = this;
    const endpoint = referred(named, reached);
    if (endpoint === undefined) return undefined;
    return { endpoint, line: reached.line, lookup: lookupFor(endpoint.host, reached) };
  }

  /** Over, whatever ended it; sessions on it are too. Resolves when its sockets are no more. */
  close(): Promise<unknown> {
    for (const cancel of this.timers) cancel();
    this.page.abort();
    this.conversations.close();
    const error = new MessengerError('CONNECTION_LOST', 'the connection to the messenger ended');
    for (const { reject } of [...this.answers.values(), ...this.switchboards.values()]) reject(error);
    this.machine.leave();
    this.socket.end();
    const left = this.pool.close();
    this.invitations.close();
    return Promise.all([this.socket.closed, left]);
  }

  /** Pings from now on; `lost` when a server that used to answer is silent. */
  keepAlive(): void {
    if (!this.options.isCurrent(this)) return;
    const sentAtMs = this.clock.monotonicMs();
    this.machine.ping();
    this.wait(PONG_DEADLINE_MS, () => {
      if (this.answersPings && this.heardAtMs < sentAtMs) this.options.lost(this, 'CONNECTION_LOST');
    });
    this.wait(PING_INTERVAL_MS, () => this.keepAlive());
  }

  /** Resolves with the server's answer. Rejects with MessengerError when it refuses, unless with an MSNP error number `tolerated`. */
  answer(transactionId: string, tolerated: readonly number[] = []): Promise<void> {
    return this.transaction(this.answers, transactionId).catch((error: unknown) => {
      if (!(error instanceof Refusal && tolerated.includes(error.number))) throw error;
    });
  }

  /** Runs once after `delayMs`, unless cancelled or the connection is closed before. */
  wait(delayMs: number, run: () => void): () => void {
    const stop = this.clock.after(delayMs, () => {
      this.timers.delete(cancel);
      run();
    });
    const cancel = (): void => {
      this.timers.delete(cancel);
      stop();
    };
    this.timers.add(cancel);
    return cancel;
  }

  private happened(event: NotificationClientEvent): void {
    if (!this.options.isCurrent(this)) return;
    switch (event.tag) {
      case 'answered':
        return this.answers.get(event.transactionId)?.resolve();
      case 'refused':
        this.answers.get(event.transactionId)?.reject(refusal(event.code));
        this.switchboards.get(event.transactionId)?.reject(refusal(event.code));
        return;
      case 'switchboard':
        return this.switchboards.get(event.transactionId)?.resolve(event);
      case 'rung':
        return this.pool.rung(event);
      case 'pong':
        this.answersPings = true;
        return;
      default:
        return this.options.happened(this, event);
    }
  }

  private requestSwitchboard(): Promise<Switchboard> {
    if (!this.options.isCurrent(this)) return Promise.reject(new MessengerError('NOT_SIGNED_IN', 'signed out'));
    return this.transaction(this.switchboards, this.machine.requestSwitchboard());
  }

  private transaction<T>(pending: Map<string, Transaction<T>>, transactionId: string): Promise<T> {
    if (!this.options.isCurrent(this))
      return Promise.reject(new MessengerError('CONNECTION_LOST', 'the connection to the messenger ended'));
    return new Promise((resolve, reject) => {
      const settled = (): void => {
        cancel();
        pending.delete(transactionId);
      };
      const cancel = this.wait(TRANSACTION_DEADLINE_MS, () => {
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
