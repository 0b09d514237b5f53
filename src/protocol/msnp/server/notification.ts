import { challengeResponse, type Md5Hex } from '../challenge.ts';
import { negotiate, TICKETS_SINCE, type Dialect } from '../dialect.ts';
import { MSNP_ERROR, type MsnpErrorCode } from '../error-codes.ts';
import { encodeCommand, LINE_LIMIT_BEFORE_SIGN_IN, LINE_LIMIT_SIGNED_IN, type Command, type CommandDecoder } from '../framing.ts';
import { encodeFriendlyName } from '../friendly-name.ts';
import { formatHostPort } from '../../host-port.ts';
import { isTicket } from '../passport.ts';
import { isVisible, parsePresence, type PresenceCode } from '../presence.ts';
import { normaliseAddress } from '../address.ts';
import { ListCommands } from './list-commands.ts';
import type { Answer, SeenContact, SignedInUser, SwitchboardTicket } from './signed-in-user.ts';

/** Challenges (CHL) came with MSNP6. */
const CHALLENGES_SINCE: Dialect = 6;

/** Parameters that clients copy into the log-in page's `Authorization`. This server ignores them; clients expect some. */
const TICKET_PARAMETERS = 'lc=1033,id=507,tw=40,fs=1,ru=http%3A%2F%2Fmessenger%2Emsn%2Ecom,kpp=1,kv=5,ver=2.1.0173.1';

export interface NotificationHost {
  readonly md5Hex: Md5Hex;
  /** Fresh and unpredictable, one word. */
  newChallenge(): string;
  /** Checks `md5Hex(challenge + token)`. On success `machine` is registered as the user's connection. */
  signIn(address: string, challenge: string, response: string, machine: NotificationServerMachine): Answer<{ readonly user: SignedInUser }>;
  /** Checks a ticket of the log-in page, which can be used once. On success `machine` is registered as the user's connection. */
  signInWithTicket(address: string, ticket: string, machine: NotificationServerMachine): Answer<{ readonly user: SignedInUser }>;
  /** MSNP versions to speak, highest first. */
  readonly dialects: readonly Dialect[];
}

/** The connection as the machine sees it. `close` lets what was sent go out first. */
export interface Line {
  send(bytes: Uint8Array): void;
  close(): void;
}

type State =
  | { readonly tag: 'connected' }
  | { readonly tag: 'negotiated'; readonly dialect: Dialect }
  | { readonly tag: 'challenged'; readonly dialect: Dialect; readonly address: string; readonly challenge: string }
  | { readonly tag: 'ticketAwaited'; readonly dialect: Dialect; readonly address: string }
  | {
      readonly tag: 'signedIn';
      readonly dialect: Dialect;
      readonly user: SignedInUser;
      readonly lists: ListCommands;
      readonly presence?: PresenceCode;
      readonly challenge?: string;
    }
  | { readonly tag: 'closed' };

/** The notification server's side of one connection, MSNP2–8. Commands in, answers and news out; it knows no socket and no clock. */
export class NotificationServerMachine {
  private state: State = { tag: 'connected' };
  private readonly host: NotificationHost;
  private readonly line: Line;
  private readonly decoder: Pick<CommandDecoder, 'dialect' | 'lineLimit'>;

  constructor(host: NotificationHost, line: Line, decoder: Pick<CommandDecoder, 'dialect' | 'lineLimit'>) {
    this.host = host;
    this.line = line;
    this.decoder = decoder;
    decoder.lineLimit = LINE_LIMIT_BEFORE_SIGN_IN;
  }

  get signedIn(): boolean {
    return this.state.tag === 'signedIn';
  }

  receive(command: Command): void {
    const state = this.state;
    const [transactionId = '0', ...args] = command.args;
    switch (state.tag) {
      case 'closed':
        return;
      case 'connected':
        return this.negotiate(command, transactionId, args);
      case 'negotiated':
      case 'challenged':
      case 'ticketAwaited':
        return this.authenticate(state, command, transactionId, args);
      case 'signedIn':
        return this.serve(state, command, transactionId, args);
    }
  }

  /** Called when the socket has closed. */
  closed(): void {
    const state = this.state;
    this.state = { tag: 'closed' };
    if (state.tag === 'signedIn') state.user.signedOut();
  }

  /* ---------- news from other users ---------- */

  /** Sends NLN or FLN, once this user has a presence of their own. */
  contactChanged(contact: SeenContact): void {
    if (this.state.tag !== 'signedIn' || this.state.presence === undefined) return;
    if (isVisible(contact.presence)) this.write('NLN', this.presenceOf(contact));
    else this.write('FLN', [contact.address]);
  }

  /** Sends ADD or REM RL: `contact` put this user on their forward list, or took them off. */
  reverseListChanged(change: 'ADD' | 'REM', serial: number, contact: { readonly address: string; readonly friendlyName: string }): void {
    if (this.state.tag !== 'signedIn') return;
    this.write(change, [0, 'RL', serial, contact.address, ...(change === 'ADD' ? [encodeFriendlyName(contact.friendlyName)] : [])]);
  }

  /** Sends RNG: `caller` invites this user into a switchboard. */
  ring(sessionId: string, ticket: SwitchboardTicket, caller: { readonly address: string; readonly friendlyName: string }): void {
    this.write('RNG', [
      sessionId,
      formatHostPort(ticket.endpoint),
      'CKI',
      ticket.cookie,
      caller.address,
      encodeFriendlyName(caller.friendlyName),
    ]);
  }

  /** Sends OUT and ends the connection. `OTH`: signed in elsewhere; `SSD`: the server goes down. */
  expel(reason: 'OTH' | 'SSD'): void {
    if (this.state.tag === 'closed') return;
    this.write('OUT', [reason]);
    this.end();
  }

  /* ---------- phases ---------- */

  private negotiate(command: Command, transactionId: string, args: readonly string[]): void {
    if (command.name === 'OUT') return this.end();
    if (command.name !== 'VER') return this.fail(MSNP_ERROR.syntax, transactionId);
    const { dialect, answer } = negotiate(args, this.host.dialects);
    this.write('VER', [transactionId, ...answer]);
    if (dialect === undefined) return this.end();
    this.state = { tag: 'negotiated', dialect };
    this.decoder.dialect = dialect;
  }

  private authenticate(
    state: State & { tag: 'negotiated' | 'challenged' | 'ticketAwaited' },
    command: Command,
    transactionId: string,
    args: readonly string[],
  ): void {
    switch (command.name) {
      case 'INF':
        // MSNP8 has one log-in method and therefore no INF; a client that sends it gets an error.
        if (state.dialect >= TICKETS_SINCE) return this.refuse(MSNP_ERROR.disabled, transactionId);
        return this.write('INF', [transactionId, 'MD5']);
      case 'CVR':
        return this.writeClientVersion(transactionId, args);
      case 'PNG':
        return this.write('QNG', []);
      case 'OUT':
        return this.end();
      case 'USR':
        return this.identify(state, transactionId, args);
      default:
        return this.fail(MSNP_ERROR.notSignedIn, transactionId);
    }
  }

  private identify(
    state: State & { tag: 'negotiated' | 'challenged' | 'ticketAwaited' },
    transactionId: string,
    [method, step, value]: readonly string[],
  ): void {
    const { dialect } = state;
    const expected = dialect >= TICKETS_SINCE ? 'TWN' : 'MD5';
    if (method?.toUpperCase() !== expected || value === undefined) return this.fail(MSNP_ERROR.authenticationFailed, transactionId);
    if (expected === 'TWN') return this.identifyByTicket(state, transactionId, step, value);
    if (step?.toUpperCase() === 'I' && state.tag === 'negotiated') {
      // An unknown address gets a challenge as well, so that the answer does not reveal who has an account.
      const challenge = this.host.newChallenge();
      this.state = { tag: 'challenged', dialect, address: normaliseAddress(value) ?? '', challenge };
      return this.write('USR', [transactionId, 'MD5', 'S', challenge]);
    }
    if (step?.toUpperCase() !== 'S' || state.tag !== 'challenged') return this.fail(MSNP_ERROR.authenticationFailed, transactionId);
    const answer = this.host.signIn(state.address, state.challenge, value.toLowerCase(), this);
    if (!answer.ok) return this.fail(answer.error, transactionId);
    this.welcome(dialect, transactionId, answer.user);
  }

  private identifyByTicket(
    state: State & { tag: 'negotiated' | 'challenged' | 'ticketAwaited' },
    transactionId: string,
    step: string | undefined,
    value: string,
  ): void {
    const { dialect } = state;
    if (step?.toUpperCase() === 'I' && state.tag === 'negotiated') {
      this.state = { tag: 'ticketAwaited', dialect, address: normaliseAddress(value) ?? '' };
      return this.write('USR', [transactionId, 'TWN', 'S', TICKET_PARAMETERS]);
    }
    if (step?.toUpperCase() !== 'S' || state.tag !== 'ticketAwaited' || !isTicket(value)) {
      return this.fail(MSNP_ERROR.authenticationFailed, transactionId);
    }
    const answer = this.host.signInWithTicket(state.address, value, this);
    if (!answer.ok) return this.fail(answer.error, transactionId);
    this.welcome(dialect, transactionId, answer.user);
  }

  /** `USR OK email name`, from MSNP6 with `1` (verified), from 8 with `0` (not a child's account) after it. */
  private welcome(dialect: Dialect, transactionId: string, user: SignedInUser): void {
    const lists = new ListCommands(dialect, user, {
      write: (name, args) => this.write(name, args),
      refuse: (error, id) => this.refuse(error, id),
      online: (id, contact) => {
        if (this.state.tag === 'signedIn' && this.state.presence !== undefined) this.writeInitialPresence(id, contact);
      },
    });
    this.state = { tag: 'signedIn', dialect, user, lists };
    this.decoder.lineLimit = LINE_LIMIT_SIGNED_IN;
    const flags = dialect >= TICKETS_SINCE ? [1, 0] : dialect >= 6 ? [1] : [];
    this.write('USR', [transactionId, 'OK', user.address, encodeFriendlyName(user.friendlyName), ...flags]);
  }

  private serve(state: State & { tag: 'signedIn' }, command: Command, transactionId: string, args: readonly string[]): void {
    const { user } = state;
    switch (command.name) {
      case 'PNG':
        return this.write('QNG', []);
      case 'OUT':
        return this.end();
      case 'CVR':
        return this.writeClientVersion(transactionId, args);
      case 'CHG':
        return this.changePresence(state, transactionId, args);
      case 'SYN':
      case 'LST':
      case 'ADD':
      case 'REM':
      case 'REA':
      case 'BLP':
      case 'GTC':
      case 'ADG':
      case 'RMG':
      case 'REG':
        return state.lists.receive(command.name, transactionId, args);
      case 'XFR': {
        if (args[0]?.toUpperCase() !== 'SB') return this.refuse(MSNP_ERROR.invalidParameter, transactionId);
        if (state.presence === undefined || !isVisible(state.presence)) return this.refuse(MSNP_ERROR.notWhileHidden, transactionId);
        const ticket = user.openSwitchboard();
        return this.write('XFR', [transactionId, 'SB', formatHostPort(ticket.endpoint), 'CKI', ticket.cookie]);
      }
      case 'QRY':
        return this.checkChallenge(state, transactionId, args, command.payload);
      case 'USR':
      case 'VER':
      case 'INF':
        return this.fail(MSNP_ERROR.syntax, transactionId);
      default:
        // URL, PRP, FND, SND …: services this server does not have. A real client goes on without them.
        return this.refuse(MSNP_ERROR.disabled, transactionId);
    }
  }

  /* ---------- presence and challenge ---------- */

  private changePresence(state: State & { tag: 'signedIn' }, transactionId: string, args: readonly string[]): void {
    const presence = parsePresence(args[0]);
    if (presence === undefined || presence === 'FLN') return this.refuse(MSNP_ERROR.invalidParameter, transactionId);
    const first = state.presence === undefined;
    const challenge = first && state.dialect >= CHALLENGES_SINCE ? this.host.newChallenge() : state.challenge;
    this.state = { ...state, presence, ...(challenge === undefined ? {} : { challenge }) };
    // A client id (MSNP8 and later, or a client that sends it early) is given back as it came.
    this.write('CHG', [transactionId, presence, ...args.slice(1, 2)]);
    if (first) for (const contact of state.user.contactsOnline()) this.writeInitialPresence(transactionId, contact);
    if (first && challenge !== undefined) this.write('CHL', [0, challenge]);
    state.user.setPresence(presence, /^\d{1,10}$/.test(args[1] ?? '') ? args[1] : undefined);
  }

  private checkChallenge(
    state: State & { tag: 'signedIn' },
    transactionId: string,
    args: readonly string[],
    payload: Uint8Array | undefined,
  ): void {
    const given = String.fromCharCode(...(payload ?? []).slice(0, 64)).toLowerCase();
    const expected = state.challenge === undefined ? undefined : challengeResponse(this.host.md5Hex, state.challenge, args[0] ?? '');
    if (expected === undefined || given !== expected) return this.fail(MSNP_ERROR.challengeFailed, transactionId);
    const { challenge: _, ...rest } = state;
    this.state = rest;
    this.write('QRY', [transactionId]);
  }

  private writeInitialPresence(transactionId: string, contact: SeenContact): void {
    this.write('ILN', [transactionId, ...this.presenceOf(contact)]);
  }

  private presenceOf({ presence, address, friendlyName, clientId }: SeenContact): readonly string[] {
    const withId = this.state.tag === 'signedIn' && this.state.dialect >= TICKETS_SINCE;
    return [presence, address, encodeFriendlyName(friendlyName), ...(withId ? [clientId ?? '0'] : [])];
  }

  /** Answers CVR with the client's own version as recommended, newest and lowest usable one: there is nothing to download. */
  private writeClientVersion(transactionId: string, args: readonly string[]): void {
    const version = args[5] ?? '1.0';
    this.write('CVR', [transactionId, version, version, version, 'http://localhost/', 'http://localhost/']);
  }

  /* ---------- writing ---------- */

  private write(name: string, args: readonly (string | number)[]): void {
    this.line.send(encodeCommand(name, args));
  }

  private refuse(error: MsnpErrorCode, transactionId: string): void {
    this.write(String(error), [/^\d{1,10}$/.test(transactionId) ? transactionId : 0]);
  }

  private fail(error: MsnpErrorCode, transactionId: string): void {
    this.refuse(error, transactionId);
    this.end();
  }

  private end(): void {
    this.closed();
    this.line.close();
  }
}
