import { randomInt, randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { MessengerError, type Application, type InvitationDetails, type MessengerEvent, type RendezvousSession } from '../contract.ts';
import { checkDetails, Rendezvous, type RendezvousCarrier, type RendezvousMessage } from '../rendezvous.ts';
import { sameGuid } from '../../../protocol/applications/guid.ts';
import { ProtocolError } from '../../../protocol/bytes/errors.ts';
import { readChat, type ChatPayload } from '../../../protocol/msnp/chat.ts';
import type { Endpoint } from '../../../protocol/msnp/endpoint.ts';
import { malformedInviteCookie, readInvitation, writeInvitation, type InvitationMessage } from '../../../protocol/msnp/invitation.ts';
import { SwitchboardLink, type SwitchboardLinkListener } from './switchboard-link.ts';

/** An INVITE that was not acknowledged is tried again in a new switchboard. */
const INVITE_ATTEMPTS = 3;
const RETRY_MS = 1_000;
/** A switchboard somebody called us into and says nothing in. */
const SILENT_LINK_MS = 60_000;
const LINK_LIMIT = 32;
/** Of these, before we answer no more rings: whoever calls us without end must not keep us from calling. */
const LINK_LIMIT_FOR_RINGS = 24;
const INCOMING_LIMIT = 16;
const INCOMING_PER_PEER_LIMIT = 4;
/** Invitations that are over are remembered, so that a repeated INVITE does not ring twice. */
const REMEMBERED_LIMIT = 256;

export interface InvitationsOptions {
  readonly clock: Clock;
  readonly applications: readonly string[];
  /** Our own address, lower case. */
  readonly address: string;
  /** XFR SB. Rejects with MessengerError. */
  readonly requestSwitchboard: () => Promise<{ readonly endpoint: Endpoint; readonly cookie: string }>;
  readonly nameOf: (address: string) => string;
  readonly isBlocked: (address: string) => boolean;
  readonly invited: (session: RendezvousSession) => void;
  /** What people say to each other travels in the same switchboards. */
  readonly chat: {
    heard(link: SwitchboardLink, address: string, friendlyName: string, content: ChatPayload): void;
    holds(link: SwitchboardLink): boolean;
    ended(link: SwitchboardLink): void;
  };
  readonly refused: (event: MessengerEvent & { readonly tag: 'invitationRefused' }) => void;
}

/** One invitation and what carries it: its cookie, its switchboard of the moment, its messages in order. */
interface Carried {
  readonly key: string;
  readonly cookie: string;
  readonly sessionId: string;
  readonly session: Rendezvous;
  link: SwitchboardLink | undefined;
  /** The switchboard in which they are not there yet; its end is told by the call. */
  calling: SwitchboardLink | undefined;
  /** Inviter: whether the INVITE may have got there. */
  delivered: boolean;
  /** Inviter: while the INVITE is being tried, the end of a switchboard is only a reason to try again. */
  inviting: boolean;
  /** Every message waits for the one before it. */
  queue: Promise<void>;
}

/** All invitations of one sign-in, in switchboards of their own. Replies are matched by cookie and peer, whichever switchboard they come in. */
export class Invitations {
  private readonly options: InvitationsOptions;
  private readonly carried = new Map<string, Carried>();
  private readonly links = new Set<SwitchboardLink>();
  private readonly remembered = new Set<string>();
  private readonly linkListener: SwitchboardLinkListener;
  private isClosed = false;

  constructor(options: InvitationsOptions) {
    this.options = options;
    this.linkListener = {
      message: (link, address, friendlyName, payload) => this.received(link, address, friendlyName, payload),
      ended: (link, why) => this.linkEnded(link, why),
    };
  }

  invite(address: string, application: Application, details: InvitationDetails): RendezvousSession {
    checkDetails(details);
    const peer = { address, friendlyName: this.options.nameOf(address) };
    let cookie: string;
    do cookie = String(randomInt(1, 2 ** 31));
    while (this.carried.has(keyOf(address, cookie)));
    const carried = this.carry('INVITER', { address, cookie, sessionId: `{${randomUUID().toUpperCase()}}`, application, peer }, details);
    carried.queue = this.deliverInvite(carried).finally(() => {
      carried.inviting = false;
    });
    return carried.session;
  }

  /** RNG: somebody calls us into a switchboard. */
  rung(ring: { readonly sessionId: string; readonly endpoint: Endpoint; readonly cookie: string; readonly address: string }): void {
    if (this.isClosed || this.options.isBlocked(ring.address) || this.links.size >= LINK_LIMIT_FOR_RINGS) return;
    const link = this.open(ring.endpoint, { tag: 'answer', address: this.options.address, cookie: ring.cookie, sessionId: ring.sessionId });
    const cancel = this.options.clock.after(SILENT_LINK_MS, () => this.closeIfUnused(link));
    void link.closed.then(cancel);
  }

  /** A contact went offline: those of their sessions that have no switchboard to tell it are over. */
  contactOffline(address: string): void {
    for (const { session, link, delivered } of Array.from(this.carried.values())) {
      if (session.peer.address === address && link === undefined && delivered)
        session.end('TERMINATED', { tag: 'terminated', reason: 'peerLeft' });
    }
  }

  /** Ends every session with `terminated` and leaves every switchboard; resolves when no socket is open. */
  async close(): Promise<void> {
    this.isClosed = true;
    const closed = [...this.links].map((link) => link.closed);
    for (const { session } of Array.from(this.carried.values())) session.end('TERMINATED', { tag: 'terminated', reason: 'connectionLost' });
    for (const link of Array.from(this.links)) link.close();
    await Promise.all(closed);
  }

  /* ---------- sending ---------- */

  private carry(
    flag: 'INVITER' | 'INVITEE',
    about: { address: string; cookie: string; sessionId: string; application: Application; peer: RendezvousSession['peer'] },
    details: InvitationDetails,
  ): Carried {
    const key = keyOf(about.address, about.cookie);
    const carrier: RendezvousCarrier = {
      send: (message) => this.enqueue(carried, message),
      over: () => this.over(carried),
    };
    const session = new Rendezvous({ id: about.sessionId, flag, application: about.application, peer: about.peer }, details, carrier);
    const carried: Carried = {
      key,
      cookie: about.cookie,
      sessionId: about.sessionId,
      session,
      link: undefined,
      calling: undefined,
      delivered: flag === 'INVITEE',
      inviting: flag === 'INVITER',
      queue: Promise.resolve(),
    };
    this.carried.set(key, carried);
    return carried;
  }

  private async deliverInvite(carried: Carried): Promise<void> {
    const { session } = carried;
    let failure = new MessengerError('TIMEOUT', 'the invitation was not delivered');
    try {
      const payload = writeInvitation({
        command: 'INVITE',
        cookie: carried.cookie,
        sessionId: carried.sessionId,
        applicationGuid: session.application.guid,
        applicationName: session.application.name,
        ...(session.application.url === undefined ? {} : { applicationUrl: session.application.url }),
        ...(session.contextData === undefined ? {} : { contextData: session.contextData }),
      });
      for (let attempt = 1; attempt <= INVITE_ATTEMPTS && !session.isOver; attempt += 1) {
        const outcome = await this.tryInvite(carried, payload);
        if (outcome === undefined) return;
        failure = outcome;
        if (outcome.code === 'CONTACT_OFFLINE' || outcome.code === 'NO_SUCH_USER' || outcome.code === 'NOT_SIGNED_IN') break;
        if (attempt < INVITE_ATTEMPTS && !session.isOver) await this.pause(RETRY_MS);
      }
    } catch (error) {
      failure = asMessengerError(error);
    }
    session.end('TERMINATED', { tag: 'sendError', error: failure });
  }

  /** Nothing when it got there. */
  private async tryInvite(carried: Carried, payload: Uint8Array): Promise<MessengerError | undefined> {
    try {
      const link = await this.call(carried);
      if (carried.session.isOver) {
        this.closeIfUnused(link);
        return undefined;
      }
      // From here on the other side may have it, so a cancel must tell them.
      carried.delivered = true;
      if (await link.deliver(carried.session.peer.address, payload)) return undefined;
      // An answer has come although the acknowledgement has not.
      if (carried.session.state !== 'INVITATION') return undefined;
      this.drop(carried, link);
      return new MessengerError('TIMEOUT', 'the invitation was not delivered');
    } catch (error) {
      return asMessengerError(error);
    }
  }

  private enqueue(carried: Carried, message: RendezvousMessage): void {
    carried.queue = carried.queue.then(() => this.deliver(carried, message)).catch(() => {});
  }

  private async deliver(carried: Carried, message: RendezvousMessage): Promise<void> {
    const { session } = carried;
    const { address } = session.peer;
    // What was said before the end still goes out, where the peer knows of the session and is there; for a CANCEL they are called.
    if (session.isOver && (this.isClosed || !carried.delivered || session.state === 'TERMINATED')) return;
    if (session.isOver && message.tag !== 'CANCEL' && carried.link === undefined) return;
    try {
      const link = carried.link ?? (await this.call(carried));
      const written = writeInvitation(wire(carried, message, link.localAddress));
      if ((await link.deliver(address, written)) || session.isOver) return;
      // Once more in a new switchboard: the old one may have been closed for idleness just now.
      this.drop(carried, link);
      if (await (await this.call(carried)).deliver(address, written)) return;
      throw new MessengerError('TIMEOUT', 'the message was not delivered');
    } catch (error) {
      session.end('TERMINATED', { tag: 'sendError', error: asMessengerError(error) });
    }
  }

  /** A new switchboard with the peer of an invitation in it. */
  private async call(carried: Carried): Promise<SwitchboardLink> {
    const link = await this.openTo(carried.session.peer.address, () => {
      if (carried.session.isOver && !carried.delivered) throw new MessengerError('REFUSED', 'the invitation was taken back');
    });
    carried.link = link;
    carried.calling = link;
    try {
      await link.joined;
      return link;
    } catch (error) {
      // They have called us meanwhile and spoken there, and ours was left for theirs.
      if (carried.link !== undefined && carried.link !== link) return carried.link;
      throw error;
    } finally {
      carried.calling = undefined;
    }
  }

  /** A new switchboard with the person in it. Rejects with MessengerError. */
  async callPerson(address: string): Promise<SwitchboardLink> {
    const link = await this.openTo(address, () => {});
    await link.joined;
    return link;
  }

  /** `check` throws where it is not wanted any more. */
  private async openTo(peer: string, check: () => void): Promise<SwitchboardLink> {
    const { endpoint, cookie } = await this.options.requestSwitchboard();
    if (this.isClosed) throw new MessengerError('CONNECTION_LOST', 'signed out');
    check();
    if (this.links.size >= LINK_LIMIT) throw new MessengerError('REFUSED', 'too many conversations');
    return this.open(endpoint, { tag: 'call', address: this.options.address, cookie, peer });
  }

  /* ---------- receiving ---------- */

  private received(link: SwitchboardLink, from: string, friendlyName: string, payload: Uint8Array): void {
    let message: InvitationMessage;
    try {
      const content = readChat(payload);
      if (content !== undefined) {
        if (!this.options.isBlocked(from)) this.options.chat.heard(link, from, friendlyName, content);
        return;
      }
      message = readInvitation(payload);
    } catch (error) {
      // Other programs' own messages, nonsense: none of it is for us, and the switchboard goes on.
      if (error instanceof ProtocolError) return this.malformed(link, from, friendlyName, payload, error);
      throw error;
    }
    const carried = this.carried.get(keyOf(from, message.cookie));
    if (carried !== undefined) {
      if (message.sessionId !== undefined && !sameGuid(message.sessionId, carried.sessionId)) return;
      return this.reply(carried, link, message);
    }
    if (message.command === 'INVITE') this.incoming(link, from, friendlyName, message);
  }

  private reply(carried: Carried, link: SwitchboardLink, message: InvitationMessage): void {
    const old = carried.link;
    carried.link = link;
    if (old !== undefined && old !== link) this.closeIfUnused(old);
    switch (message.command) {
      case 'INVITE':
        return;
      case 'ACCEPT':
        return carried.session.peerAccepted({
          ...(message.ipAddress === undefined ? {} : { ipAddress: message.ipAddress }),
          ...(message.contextData === undefined ? {} : { contextData: message.contextData }),
        });
      case 'CANCEL':
        return carried.session.peerCancelled(message.code);
      case 'CONTEXT':
        return carried.session.contextArrived(message.contextData);
    }
  }

  /** An INVITE that makes no sense is answered, so that nobody waits; everything else that makes none is passed over. */
  private malformed(link: SwitchboardLink, from: string, friendlyName: string, payload: Uint8Array, error: ProtocolError): void {
    const cookie = malformedInviteCookie(payload);
    if (cookie === undefined || this.options.isBlocked(from)) return;
    const key = keyOf(from, cookie);
    if (this.remembered.has(key) || this.carried.has(key)) return;
    this.remember(key);
    void link.deliver(from, writeInvitation({ command: 'CANCEL', cookie, code: 'FAIL' }));
    this.options.refused({ tag: 'invitationRefused', peer: { address: from, friendlyName }, reason: 'malformed', what: error.message });
  }

  private incoming(link: SwitchboardLink, from: string, friendlyName: string, message: InvitationMessage & { command: 'INVITE' }): void {
    const key = keyOf(from, message.cookie);
    if (this.remembered.has(key) || this.options.isBlocked(from)) return;
    const carried = this.carry(
      'INVITEE',
      {
        address: from,
        cookie: message.cookie,
        sessionId: message.sessionId ?? `{${randomUUID().toUpperCase()}}`,
        application: {
          guid: message.applicationGuid,
          name: message.applicationName,
          ...(message.applicationUrl === undefined ? {} : { url: message.applicationUrl }),
        },
        peer: { address: from, friendlyName },
      },
      message.contextData === undefined ? {} : { contextData: message.contextData },
    );
    carried.link = link;
    const incoming = [...this.carried.values()].filter(({ session }) => session.flag === 'INVITEE');
    const fromPeer = incoming.filter(({ session }) => session.peer.address === from);
    if (!this.options.applications.some((guid) => sameGuid(guid, message.applicationGuid))) {
      carried.session.decline('REJECT_NOT_INSTALLED');
      return this.options.refused({
        tag: 'invitationRefused',
        peer: carried.session.peer,
        reason: 'notInstalled',
        what: message.applicationName,
      });
    }
    if (incoming.length > INCOMING_LIMIT || fromPeer.length > INCOMING_PER_PEER_LIMIT) return carried.session.decline('REJECT');
    this.options.invited(carried.session);
  }

  /* ---------- links ---------- */

  private open(endpoint: Endpoint, entry: ConstructorParameters<typeof SwitchboardLink>[1]): SwitchboardLink {
    const link = new SwitchboardLink(endpoint, entry, this.options.clock, this.linkListener);
    this.links.add(link);
    void link.closed.then(() => this.links.delete(link));
    return link;
  }

  private linkEnded(link: SwitchboardLink, why: 'left' | 'idle' | 'lost'): void {
    this.options.chat.ended(link);
    for (const carried of Array.from(this.carried.values())) {
      if (carried.link !== link) continue;
      carried.link = undefined;
      // An INVITE on its way is tried again by its own rules, and an idle switchboard is reopened when there is something to say.
      if (why === 'idle' || carried.calling === link || (carried.inviting && carried.session.state === 'INVITATION')) continue;
      carried.session.end('TERMINATED', { tag: 'terminated', reason: why === 'left' ? 'peerLeft' : 'connectionLost' });
    }
  }

  private over(carried: Carried): void {
    this.carried.delete(carried.key);
    this.remember(carried.key);
    // Whoever still waits for the peer to join has no reason to; everything sent before the end still goes out first.
    if (!carried.delivered) this.drop(carried, carried.link);
    else void carried.queue.then(() => this.drop(carried, carried.link));
  }

  private remember(key: string): void {
    this.remembered.add(key);
    if (this.remembered.size > REMEMBERED_LIMIT) this.remembered.delete(this.remembered.values().next().value as string);
  }

  private drop(carried: Carried, link: SwitchboardLink | undefined): void {
    if (carried.link === link) carried.link = undefined;
    if (link !== undefined) this.closeIfUnused(link);
  }

  /** Leaves a switchboard that neither an invitation nor a conversation needs. */
  closeIfUnused(link: SwitchboardLink): void {
    if (this.options.chat.holds(link)) return;
    if ([...this.carried.values()].every((carried) => carried.link !== link)) link.close();
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.options.clock.after(ms, resolve);
    });
  }
}

function keyOf(address: string, cookie: string): string {
  return `${address} ${cookie.toLowerCase()}`;
}

function wire(carried: Carried, message: RendezvousMessage, ipAddress: string): InvitationMessage {
  const base = { cookie: carried.cookie, sessionId: carried.sessionId };
  switch (message.tag) {
    case 'ACCEPT':
      return { ...base, command: 'ACCEPT', from: 'INVITEE', ipAddress, ...message.answer };
    case 'LAUNCH':
      return { ...base, command: 'ACCEPT', from: 'INVITER', ipAddress, ...message.answer };
    case 'CANCEL':
      return { ...base, command: 'CANCEL', code: message.code };
    case 'CONTEXT':
      return { ...base, command: 'CONTEXT', contextData: message.data };
  }
}

function asMessengerError(error: unknown): MessengerError {
  if (error instanceof MessengerError) return error;
  if (error instanceof ProtocolError)
    return new MessengerError(error.code === 'TOO_LARGE' ? 'TOO_LARGE' : 'REFUSED', error.message, { cause: error });
  return new MessengerError('PROTOCOL', error instanceof Error ? error.message : String(error), { cause: error });
}
