import { hostname } from 'node:os';
import type { Contact, Presence } from '../../../facts/contacts.ts';
import type { ServerFacts } from '../../../facts/server.ts';
import type { InvitationDescription } from '../../../protocol/xmpp/description.ts';
import { typedAddress } from '../../../protocol/xmpp/contact-list.ts';
import { bareOf, domainOf } from '../../../protocol/xmpp/jid.ts';
import type { Clock } from '../../clock.ts';
import { Emitter } from '../../emitter.ts';
import type { ReachServices } from '../../reach-services.ts';
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
  type Peer,
  type RendezvousSession,
} from '../contract.ts';
import { typedServer, type XmppAccount } from './account.ts';
import { authorityOf, placeOf } from './account-place.ts';
import { lookAtServer } from './server-look.ts';
import { SignedIn } from './signed-in.ts';
import type { OpenXmppStream, StreamOptions, XmppIdentity, XmppStream } from './stream-contract.ts';

/** From dialling to being seen by others. */
const SIGN_IN_DEADLINE_MS = 20_000;
const NAME_LIMIT = 129;
/** A broken stream that is taken up again so soon is nobody's business. */
const BREAK_TOLD_MS = 3_000;

export interface XmppOptions {
  readonly open: OpenXmppStream;
  /** Whether somebody without an account may begin a run with a code that is open just now; nobody may by default. */
  readonly admitsGuest?: (peer: Peer, description: InvitationDescription) => boolean;
  /** Whether a link that invites people to be contacts has this token (XEP-0379), once. */
  readonly welcomes?: (own: string, token: string) => boolean;
  /** What other devices of the account call this one; the computer's name by default. */
  readonly device?: string;
}

/** Nothing that time would mend. */
const FINAL: readonly MessengerErrorCode[] = ['WRONG_CREDENTIALS', 'SIGNED_IN_ELSEWHERE'];

/**
 * The XMPP client behind the messenger contract. Whoever hears an event may sign in or out at once; so everything is as it will be before
 * anybody is told.
 */
export class XmppMessenger implements Messenger<XmppAccount> {
  private readonly transport: string;
  private readonly clock: Clock;
  private readonly applications: readonly string[];
  private readonly options: XmppOptions;
  private readonly backoff: Backoff;
  private readonly events = new Emitter<MessengerEvent>();
  private readonly closing = new Set<Promise<unknown>>();
  private current: MessengerState = { tag: 'signedOut' };
  private known: readonly Contact[] = [];
  private account: XmppAccount | undefined;
  private presence: Exclude<Presence, 'offline'> = 'online';
  /** The attempt that is under way. */
  private attempt: AbortController | undefined;
  private signed: SignedIn | undefined;
  private cancelRetry: () => void = () => {};
  /** Signed in, but the stream is broken and has not been taken up again for a while: what is to be sent waits, and we do not say signed in. */
  private interrupted = false;
  private cancelBreak: () => void = () => {};

  /** `transport` is the name that it goes by. */
  constructor(transport: string, { clock, random, applications }: MessengerDependencies, options: XmppOptions) {
    this.transport = transport;
    this.clock = clock;
    this.applications = applications;
    this.options = options;
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

  get reach(): ReachServices | undefined {
    return this.signedIn?.reach;
  }

  /** What is signed in just now, or is being taken up again. */
  get signedIn(): SignedIn | undefined {
    return this.current.tag === 'signedIn' || this.interrupted ? this.signed : undefined;
  }

  check(): void {
    this.signedIn?.stream.check();
    // Whatever failed before, and what is being tried, says nothing of the new network.
    this.backoff.reset();
    if (this.current.tag !== 'waiting') return;
    this.cancelRetry();
    this.connect();
  }

  async lookAtServer(): Promise<ServerFacts> {
    const { stream, reach } = this.require();
    const { account } = this;
    const options = account === undefined ? { clock: this.clock } : await this.wayTo(account);
    return lookAtServer({ stream, reach, open: this.options.open, options });
  }

  signIn(account: XmppAccount): void {
    const before = this.detach();
    this.account = { ...account, address: account.address.trim().toLowerCase() };
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

  async setPresence(presence: Exclude<Presence, 'offline'>): Promise<void> {
    const signed = this.require();
    this.presence = presence;
    await signed.changeShow(presence);
  }

  async setFriendlyName(name: string): Promise<void> {
    const signed = this.require();
    const friendlyName = name.trim();
    if (friendlyName === '') throw new MessengerError('REFUSED', 'a friendly name is not empty');
    if (friendlyName.length > NAME_LIMIT) throw new MessengerError('TOO_LARGE', 'the friendly name is too long');
    await signed.rename(friendlyName);
    if (this.account !== undefined) this.account = { ...this.account, friendlyName };
    if (this.signed !== signed || this.current.tag !== 'signedIn') return;
    this.current = { ...this.current, friendlyName };
    this.events.emit({ tag: 'state', state: this.current });
  }

  /** `token`: of the link by which we came to them (XEP-0379). */
  async addContact(address: string, token?: string): Promise<void> {
    const signed = this.require();
    await signed.changes.add(this.otherAddress(address), token);
  }

  async removeContact(address: string): Promise<void> {
    const signed = this.require();
    await signed.changes.remove(typedAddress(address) ?? address.toLowerCase());
  }

  async blockContact(address: string): Promise<void> {
    const signed = this.require();
    await signed.changes.block(this.otherAddress(address));
    this.contactsChanged(signed);
  }

  async declineListing(address: string): Promise<void> {
    const signed = this.require();
    await signed.changes.decline(this.otherAddress(address));
  }

  invite(address: string, application: Application, details: InvitationDetails = {}): RendezvousSession {
    return this.require().invitations.invite(this.otherAddress(address), application, details);
  }

  async sendMessage(address: string, text: string): Promise<void> {
    await this.require().conversations.send(this.otherAddress(address), text);
  }

  sendTyping(address: string): void {
    const normal = typedAddress(address);
    if (normal !== undefined) this.signedIn?.conversations.typing(normal);
  }

  /* ---------- connecting ---------- */

  private connect(): void {
    const { account } = this;
    if (account === undefined) return;
    const address = typedAddress(account.address);
    const server = account.server === undefined ? undefined : typedServer(account.server);
    if (address === undefined || (account.server !== undefined && server === undefined)) {
      // Nothing that time would mend: the account itself is wrong.
      this.account = undefined;
      return this.become({ tag: 'signedOut', reason: address === undefined ? 'WRONG_CREDENTIALS' : 'UNREACHABLE' });
    }
    const attempt = new AbortController();
    this.attempt = attempt;
    const cancelDeadline = this.clock.after(SIGN_IN_DEADLINE_MS, () => this.lost(attempt, 'TIMEOUT'));
    attempt.signal.addEventListener('abort', cancelDeadline, { once: true });
    this.become({ tag: 'connecting' });
    const identity: XmppIdentity =
      account.guestHost === undefined
        ? { tag: 'account', address, password: account.password }
        : { tag: 'guest', domain: account.guestHost };
    void this.open(account, identity, attempt)
      .then((stream) => this.opened(account, stream, attempt))
      .catch((error: unknown) => this.lost(attempt, error instanceof MessengerError ? error.code : 'PROTOCOL'))
      .finally(cancelDeadline);
  }

  private async open(account: XmppAccount, identity: XmppIdentity, { signal }: AbortController): Promise<XmppStream> {
    return this.options.open({
      ...(await this.wayTo(account)),
      identity,
      // A guest is nobody's device, and says nothing of its computer.
      ...(identity.tag === 'guest' ? {} : { resource: this.resource(account) }),
      signal,
    });
  }

  /** How the server of an account is reached, whoever signs in there. */
  private async wayTo(account: XmppAccount): Promise<Pick<StreamOptions, 'clock' | 'server' | 'ca'>> {
    return { clock: this.clock, ...(await placeOf(account)) };
  }

  /** Stays the same for one computer, so that a stream that was lost is replaced and nobody sees two of us. */
  private resource({ device }: XmppAccount): string {
    const [name = ''] = (this.options.device ?? hostname()).replaceAll(/[\p{C}\p{Z}/]+/gu, '-').split('.');
    return `${name.slice(0, 48) || 'ringback'}${device === undefined ? '' : `.${device}`}`;
  }

  private async opened(account: XmppAccount, stream: XmppStream, attempt: AbortController): Promise<void> {
    const ca = await authorityOf(account);
    if (this.attempt !== attempt) return this.closed(stream.close());
    const signed: SignedIn = new SignedIn({
      clock: this.clock,
      stream,
      transport: this.transport,
      ca,
      guestOf: account.guestHost === undefined ? undefined : domainOf(account.address),
      nick: account.friendlyName,
      show: this.presence,
      applications: this.applications,
      admitsGuest: this.options.admitsGuest ?? (() => false),
      welcomes: (token) => this.options.welcomes?.(bareOf(stream.jid), token) === true,
      contactsChanged: () => this.contactsChanged(signed),
      emit: (event) => {
        if (this.signed === signed) this.events.emit(event);
      },
    });
    this.signed = signed;
    stream.onEnd(({ error }) => {
      this.lost(attempt, error.code);
    });
    stream.onBroken(() => this.broken(signed));
    stream.onResumed(() => this.resumed(signed));
    await signed.begin();
    if (this.attempt !== attempt) return;
    this.backoff.reset();
    this.known = signed.contacts;
    this.become({ tag: 'signedIn', address: bareOf(stream.jid), friendlyName: account.friendlyName });
    if (this.signed === signed) signed.appear();
  }

  private broken(signed: SignedIn): void {
    if (this.signed !== signed || this.current.tag !== 'signedIn') return;
    this.cancelBreak();
    this.cancelBreak = this.clock.after(BREAK_TOLD_MS, () => {
      this.interrupted = true;
      this.become({ tag: 'connecting' });
    });
  }

  private resumed(signed: SignedIn): void {
    if (this.signed !== signed) return;
    this.cancelBreak();
    if (!this.interrupted) return;
    this.interrupted = false;
    this.known = signed.contacts;
    this.become({ tag: 'signedIn', address: bareOf(signed.stream.jid), friendlyName: signed.nick });
  }

  /** Nothing is under way any more. Gives what there was, to be closed once everything else is as it will be. */
  private detach(): SignedIn | undefined {
    const { signed, attempt } = this;
    this.cancelRetry();
    this.cancelRetry = () => {};
    this.cancelBreak();
    this.interrupted = false;
    this.attempt = undefined;
    this.signed = undefined;
    attempt?.abort();
    return signed;
  }

  private close(signed: SignedIn | undefined): void {
    if (signed !== undefined) this.closed(signed.leave());
  }

  private closed(closing: Promise<void>): void {
    const settled = closing.catch(() => {});
    this.closing.add(settled);
    void settled.then(() => this.closing.delete(settled));
  }

  private lost(attempt: AbortController, reason: MessengerErrorCode): void {
    if (this.attempt !== attempt) return;
    if (FINAL.includes(reason)) return this.ended(attempt, reason);
    const before = this.detach();
    const delayMs = this.backoff.next();
    this.cancelRetry = this.clock.after(delayMs, () => this.connect());
    this.become({ tag: 'waiting', retryAtMs: this.clock.now() + delayMs, reason });
    this.close(before);
  }

  private ended(attempt: AbortController, reason: MessengerErrorCode): void {
    if (this.attempt !== attempt) return;
    const before = this.detach();
    this.account = undefined;
    this.become({ tag: 'signedOut', reason });
    this.close(before);
  }

  private contactsChanged(signed: SignedIn): void {
    if (this.signed !== signed || this.current.tag !== 'signedIn') return;
    const now = signed.contacts;
    if (sameContacts(this.known, now)) return;
    this.known = now;
    this.events.emit({ tag: 'contacts', contacts: now });
  }

  /** Contacts are those of a sign-in; without one there are none, and nobody hears of an empty list while signed in. */
  private become(state: MessengerState): void {
    const told = state.tag === 'signedIn' || this.known.length > 0;
    if (state.tag !== 'signedIn') this.known = [];
    this.current = state;
    this.events.emit({ tag: 'state', state }, ...(told ? [{ tag: 'contacts' as const, contacts: this.known }] : []));
  }

  private require(): SignedIn {
    const { signedIn } = this;
    if (signedIn === undefined) throw new MessengerError('NOT_SIGNED_IN', `the messenger is ${this.current.tag}`);
    return signedIn;
  }

  /** Somebody else's, as it is compared. */
  private otherAddress(text: string): string {
    const address = typedAddress(text);
    if (address === undefined) throw new MessengerError('NO_SUCH_USER', 'not an address');
    return address;
  }
}

function sameContacts(before: readonly Contact[], now: readonly Contact[]): boolean {
  return (
    before.length === now.length &&
    before.every((one, at) => {
      const other = now[at];
      return (
        one.address === other?.address &&
        one.friendlyName === other.friendlyName &&
        one.presence === other.presence &&
        one.unanswered === other.unanswered
      );
    })
  );
}
