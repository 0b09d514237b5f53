import { asciiEncode } from '../../bytes/text.ts';
import { challengeResponse, loginResponse, PRODUCT_ID, type Md5Hex } from '../challenge.ts';
import { MD5_DIALECTS, TICKETS_SINCE, dialectName, offer, type Dialect } from '../dialect.ts';
import type { HostPort } from '../../host-port.ts';
import { parseEndpoint } from '../endpoint.ts';
import { MSNP_ERROR, readError } from '../error-codes.ts';
import { encodeCommand, LINE_LIMIT_SIGNED_IN, type Command, type CommandDecoder } from '../framing.ts';
import { decodeFriendlyName, encodeFriendlyName } from '../friendly-name.ts';
import { GROUPS_SINCE, LIST_NAMES, parseListName, readListLine, type ListName } from '../lists.ts';
import { parsePresence, type PresenceCode } from '../presence.ts';
import { type ClientContact, ContactLists } from './contact-lists.ts';

/** How to log in decides what to offer: `MSNP7 MSNP6 MSNP5 MSNP4 CVR0`, or `MSNP8 CVR0` alone, since a log-in cannot be changed on the way. */
export type LogInMethod = 'md5' | 'ticket';
const OFFERED_DIALECTS: Readonly<Record<LogInMethod, readonly Dialect[]>> = {
  md5: MD5_DIALECTS.filter((dialect) => dialect >= 4),
  ticket: [TICKETS_SINCE],
};

/** CVR, which MSNP8 wants between VER and USR: language, system, its version, processor, program, its version, program again. */
const CLIENT_VERSION = ['0x0409', 'other', '1.0', 'other', 'RINGBACK', '1.0.0', 'MSMSGS'];

export type NotificationClientEvent =
  /** Lists are here and our presence is out. */
  | { readonly tag: 'signedIn'; readonly friendlyName: string }
  /** Go there instead (XFR NS) and begin again. */
  | { readonly tag: 'referral'; readonly endpoint: HostPort }
  /** The server speaks nothing that was offered. */
  | { readonly tag: 'versionRefused' }
  /** Go to the log-in page with these, then `presentTicket`. */
  | { readonly tag: 'ticketWanted'; readonly parameters: string }
  /** The server refused the log-in; it will refuse it again. */
  | { readonly tag: 'wrongCredentials' }
  /** Another program signed in with the account (OUT OTH). */
  | { readonly tag: 'displaced' }
  /** The server says goodbye. */
  | { readonly tag: 'dismissed' }
  /** Not MSNP as we know it; the connection is of no use. */
  | { readonly tag: 'unusable'; readonly problem: string }
  /** Forward list or somebody's presence or name changed. */
  | { readonly tag: 'contacts' }
  /** Our own name as the server has it now. */
  | { readonly tag: 'renamed'; readonly friendlyName: string }
  /** On the reverse list and neither allowed nor blocked: somebody who added us and waits. */
  | { readonly tag: 'addedBy'; readonly address: string; readonly friendlyName: string }
  | { readonly tag: 'answered'; readonly transactionId: string }
  | { readonly tag: 'refused'; readonly transactionId: string; readonly code: number }
  | { readonly tag: 'switchboard'; readonly transactionId: string; readonly endpoint: HostPort; readonly cookie: string }
  | {
      readonly tag: 'rung';
      readonly sessionId: string;
      readonly endpoint: HostPort;
      readonly cookie: string;
      readonly address: string;
      readonly friendlyName: string;
    }
  | { readonly tag: 'pong' };

type State =
  | { readonly tag: 'negotiating' }
  | { readonly tag: 'choosing'; readonly dialect: Dialect }
  /** `shown`: what we know ourselves by, the digest or the ticket, has been sent. Nobody is let in before. */
  | { readonly tag: 'authenticating'; readonly dialect: Dialect; readonly shown: boolean }
  | {
      readonly tag: 'synchronising';
      readonly dialect: Dialect;
      readonly transactionId: string;
      readonly remaining: Set<ListName>;
      readonly awaited?: number;
    }
  | { readonly tag: 'announcing'; readonly dialect: Dialect; readonly transactionId: string }
  | { readonly tag: 'signedIn'; readonly dialect: Dialect }
  | { readonly tag: 'closed' };

export interface NotificationClientOptions {
  readonly address: string;
  readonly accessToken: string;
  /** MD5 unless said. */
  readonly logIn?: LogInMethod;
  readonly presence: PresenceCode;
  readonly md5Hex: Md5Hex;
  readonly send: (bytes: Uint8Array) => void;
  readonly report: (event: NotificationClientEvent) => void;
  readonly decoder: Pick<CommandDecoder, 'dialect' | 'lineLimit'>;
}

/** A client's side of the notification connection: log-in, lists, presence, switchboards. Knows no socket and no clock. */
export class NotificationClientMachine {
  private state: State = { tag: 'negotiating' };
  private readonly options: NotificationClientOptions;
  private readonly lists = new ContactLists();
  private nextTransaction = 0;
  private ownName: string;

  constructor(options: NotificationClientOptions) {
    this.options = options;
    this.ownName = options.address;
  }

  get contacts(): readonly ClientContact[] {
    return this.lists.contacts;
  }

  isOn(list: ListName, address: string): boolean {
    return this.lists.isOn(list, address);
  }

  start(): void {
    this.command('VER', offer(OFFERED_DIALECTS[this.options.logIn ?? 'md5']));
  }

  changePresence(presence: PresenceCode): string {
    return this.command('CHG', [presence]);
  }

  rename(friendlyName: string): string {
    return this.command('REA', [this.options.address, encodeFriendlyName(friendlyName)]);
  }

  add(list: 'FL' | 'AL' | 'BL', address: string, friendlyName = address): string {
    const dialect = this.state.tag === 'signedIn' ? this.state.dialect : 2;
    return this.command('ADD', [
      list,
      address,
      encodeFriendlyName(friendlyName),
      ...(list === 'FL' && dialect >= GROUPS_SINCE ? ['0'] : []),
    ]);
  }

  remove(list: 'FL' | 'AL' | 'BL', address: string): string {
    return this.command('REM', [list, address]);
  }

  requestSwitchboard(): string {
    return this.command('XFR', ['SB']);
  }

  ping(): void {
    this.options.send(encodeCommand('PNG', []));
  }

  leave(): void {
    if (this.state.tag === 'closed') return;
    this.state = { tag: 'closed' };
    this.options.send(encodeCommand('OUT', []));
  }

  receive(command: Command): void {
    const { args } = command;
    if (this.state.tag === 'closed') return;
    const error = readError(command.name, args);
    if (error !== undefined) return this.refused(error.code, error.transactionId);
    switch (command.name) {
      case 'VER':
        return this.versionAgreed(args);
      case 'CVR':
        return this.clientVersionTaken();
      case 'INF':
        return this.methodAgreed(args);
      case 'USR':
        return this.userAnswered(args);
      case 'XFR':
        return this.transferred(args);
      case 'SYN':
        return this.synchronising(args);
      case 'LST':
        return this.listed(args);
      case 'CHG':
        return this.presenceTaken(args);
      case 'ILN':
        return this.presenceSeen(args[1], args[2], args[3]);
      case 'NLN':
        return this.presenceSeen(args[0], args[1], args[2]);
      case 'FLN':
        return this.presenceSeen('FLN', args[0], undefined);
      case 'ADD':
        return this.added(args);
      case 'REM':
        return this.removed(args);
      case 'REA':
        return this.renamed(args);
      case 'RNG':
        return this.rung(args);
      case 'CHL':
        return this.challenged(args);
      case 'QNG':
        return this.options.report({ tag: 'pong' });
      case 'OUT':
        this.state = { tag: 'closed' };
        return this.options.report(args[0] === 'OTH' ? { tag: 'displaced' } : { tag: 'dismissed' });
    }
  }

  /* ---------- log-in ---------- */

  private versionAgreed(args: readonly string[]): void {
    if (this.state.tag !== 'negotiating') return;
    const agreed = OFFERED_DIALECTS[this.options.logIn ?? 'md5'].find((dialect) => args.includes(dialectName(dialect)));
    if (agreed === undefined) return this.closeWith({ tag: 'versionRefused' });
    this.state = { tag: 'choosing', dialect: agreed };
    this.options.decoder.dialect = agreed;
    if (agreed >= TICKETS_SINCE) this.command('CVR', [...CLIENT_VERSION, this.options.address]);
    else this.command('INF', []);
  }

  private methodAgreed(args: readonly string[]): void {
    if (this.state.tag !== 'choosing' || this.state.dialect >= TICKETS_SINCE) return;
    if (!args.includes('MD5')) return this.unusable('no MD5 log-in');
    this.state = { tag: 'authenticating', dialect: this.state.dialect, shown: false };
    this.command('USR', ['MD5', 'I', this.options.address]);
  }

  private clientVersionTaken(): void {
    if (this.state.tag !== 'choosing' || this.state.dialect < TICKETS_SINCE) return;
    this.state = { tag: 'authenticating', dialect: this.state.dialect, shown: false };
    this.command('USR', ['TWN', 'I', this.options.address]);
  }

  /** After `ticketWanted`. Throws ProtocolError where the ticket is not one word. */
  presentTicket(ticket: string): void {
    if (this.state.tag !== 'authenticating') return;
    this.command('USR', ['TWN', 'S', ticket]);
    this.state = { ...this.state, shown: true };
  }

  private userAnswered(args: readonly string[]): void {
    if (this.state.tag !== 'authenticating') return;
    const { dialect } = this.state;
    const byTicket = dialect >= TICKETS_SINCE;
    // Whoever offers a log-in by ticket and is asked for MD5 is not with the server that it asked for.
    if (!byTicket && args[1] === 'MD5' && args[2] === 'S' && args[3] !== undefined) {
      this.command('USR', ['MD5', 'S', loginResponse(this.options.md5Hex, args[3], this.options.accessToken)]);
      this.state = { ...this.state, shown: true };
    } else if (byTicket && args[1] === 'TWN' && args[2] === 'S') {
      this.options.report({ tag: 'ticketWanted', parameters: args[3] ?? '' });
    } else if (args[1] === 'OK' && this.state.shown) {
      this.ownName = decodeFriendlyName(args[3] ?? this.options.address);
      this.options.decoder.lineLimit = LINE_LIMIT_SIGNED_IN;
      const transactionId = this.command('SYN', ['0']);
      this.state = { tag: 'synchronising', dialect, transactionId, remaining: new Set(LIST_NAMES) };
    } else this.unusable('log-in answered with something else');
  }

  private transferred(args: readonly string[]): void {
    const [transactionId = '', kind, where, , cookie] = args;
    const endpoint = this.endpoint(where);
    if (endpoint === undefined) return;
    if (kind === 'NS') {
      this.state = { tag: 'closed' };
      this.options.report({ tag: 'referral', endpoint });
    } else if (kind === 'SB' && cookie !== undefined) this.options.report({ tag: 'switchboard', transactionId, endpoint, cookie });
  }

  private refused(code: number, transactionId: string): void {
    switch (this.state.tag) {
      case 'negotiating':
      case 'choosing':
        return this.unusable(`error ${code}`);
      case 'authenticating':
        if (code !== MSNP_ERROR.authenticationFailed && code !== MSNP_ERROR.noSuchUser && code !== MSNP_ERROR.invalidUserName)
          return this.unusable(`error ${code}`);
        return this.closeWith({ tag: 'wrongCredentials' });
      case 'synchronising':
      case 'announcing':
        if (transactionId === this.state.transactionId) return this.unusable(`error ${code}`);
        return;
      default:
        return this.options.report({ tag: 'refused', transactionId, code });
    }
  }

  /* ---------- lists ---------- */

  /** `SYN TrID serial` (≤ 7) or `SYN TrID serial entries groups` (8), which counts all lists together. */
  private synchronising(args: readonly string[]): void {
    if (this.state.tag !== 'synchronising') return;
    const awaited = args[2] === undefined ? undefined : Number(args[2]);
    if (args[1] === '0' || awaited === 0) return this.synchronised();
    if (awaited !== undefined && Number.isSafeInteger(awaited)) this.state = { ...this.state, awaited };
  }

  private listed(args: readonly string[]): void {
    const line = readListLine(args);
    if (line === undefined || this.state.tag === 'negotiating') return;
    if (line.entry !== undefined && !this.lists.tell(line.lists, line.entry)) return this.unusable('too many contacts');
    if (this.state.tag !== 'synchronising') return;
    const name = line.lists[0];
    if (line.position !== undefined && name !== undefined && line.position.index === line.position.total) this.state.remaining.delete(name);
    if (this.state.remaining.size === 0 || this.lists.told === this.state.awaited) this.synchronised();
  }

  private synchronised(): void {
    if (this.state.tag !== 'synchronising') return;
    const { dialect } = this.state;
    this.state = { tag: 'announcing', dialect, transactionId: this.command('CHG', [this.options.presence]) };
  }

  private added(args: readonly string[]): void {
    const [transactionId = '', listName, , address, name] = args;
    const list = parseListName(listName);
    if (list === undefined || address === undefined) return;
    const friendlyName = decodeFriendlyName(name ?? address);
    this.lists.add(list, address, friendlyName);
    if (list === 'FL') this.options.report({ tag: 'contacts' });
    if (transactionId !== '0') this.options.report({ tag: 'answered', transactionId });
    else if (list === 'RL' && this.lists.isUndecided(address)) this.reportWaiting(address.toLowerCase(), friendlyName);
  }

  private removed(args: readonly string[]): void {
    const [transactionId = '', listName, , address] = args;
    const list = parseListName(listName);
    if (list === undefined || address === undefined) return;
    this.lists.remove(list, address);
    if (list === 'FL') this.options.report({ tag: 'contacts' });
    if (transactionId !== '0') this.options.report({ tag: 'answered', transactionId });
  }

  private reportWaiting(address: string, friendlyName: string): void {
    this.options.report({ tag: 'addedBy', address, friendlyName });
  }

  private renamed(args: readonly string[]): void {
    const [transactionId = '', , address, name] = args;
    if (address?.toLowerCase() === this.options.address) {
      this.ownName = decodeFriendlyName(name ?? address);
      this.options.report({ tag: 'renamed', friendlyName: this.ownName });
    }
    this.options.report({ tag: 'answered', transactionId });
  }

  /* ---------- presence, rings, challenges ---------- */

  private presenceTaken(args: readonly string[]): void {
    if (this.state.tag !== 'announcing') return this.options.report({ tag: 'answered', transactionId: args[0] ?? '' });
    if (args[0] !== this.state.transactionId) return;
    this.state = { tag: 'signedIn', dialect: this.state.dialect };
    this.options.report({ tag: 'signedIn', friendlyName: this.ownName });
    this.options.report({ tag: 'contacts' });
    for (const [address, friendlyName] of this.lists.waiting) this.reportWaiting(address, friendlyName);
  }

  private presenceSeen(code: string | undefined, address: string | undefined, name: string | undefined): void {
    const presence = parsePresence(code);
    if (presence === undefined || address === undefined) return;
    if (this.lists.see(address, presence, name === undefined ? undefined : decodeFriendlyName(name)))
      this.options.report({ tag: 'contacts' });
  }

  private rung(args: readonly string[]): void {
    const [sessionId, where, , cookie, address, name] = args;
    const endpoint = this.endpoint(where);
    if (sessionId === undefined || endpoint === undefined || cookie === undefined || address === undefined) return;
    this.options.report({
      tag: 'rung',
      sessionId,
      endpoint,
      cookie,
      address: address.toLowerCase(),
      friendlyName: decodeFriendlyName(name ?? address),
    });
  }

  private challenged(args: readonly string[]): void {
    const response = args[1] === undefined ? undefined : challengeResponse(this.options.md5Hex, args[1], PRODUCT_ID);
    if (response !== undefined) this.command('QRY', [PRODUCT_ID], asciiEncode(response, 'QRY.response'));
  }

  private endpoint(text: string | undefined): HostPort | undefined {
    try {
      return parseEndpoint(text ?? '');
    } catch {
      return undefined;
    }
  }

  private unusable(problem: string): void {
    this.closeWith({ tag: 'unusable', problem });
  }

  private closeWith(event: NotificationClientEvent): void {
    this.state = { tag: 'closed' };
    this.options.report(event);
  }

  private command(name: string, args: readonly string[], payload?: Uint8Array): string {
    const transactionId = String(this.nextTransaction);
    this.nextTransaction += 1;
    this.options.send(encodeCommand(name, [transactionId, ...args], payload));
    return transactionId;
  }
}
