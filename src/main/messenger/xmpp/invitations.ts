import { randomUUID } from 'node:crypto';
import { sameGuid } from '../../../protocol/applications/guid.ts';
import { ProtocolError } from '../../../protocol/bytes/errors.ts';
import type { InvitationDescription } from '../../../protocol/xmpp/description.ts';
import { descriptionIn } from '../../../protocol/xmpp/description.ts';
import { bareOf, resourceOf } from '../../../protocol/xmpp/jid.ts';
import { type JingleAction, readJingle, unknownSession } from '../../../protocol/xmpp/jingle.ts';
import { idOf, type JingleMessage, readJingleMessage, writeJingleMessage } from '../../../protocol/xmpp/jingle-message.ts';
import type { Reason } from '../../../protocol/xmpp/reason.ts';
import { errorOf, resultOf } from '../../../protocol/xmpp/stanza-error.ts';
import type { Stanza } from '../../../protocol/xmpp/stanza.ts';
import type { Application, InvitationDetails, MessengerEvent, Peer, RendezvousSession } from '../contract.ts';
import type { CarriedOptions } from './carried.ts';
import { ReceivedInvitation } from './received-invitation.ts';
import { SentInvitation } from './sent-invitation.ts';

const INCOMING_LIMIT = 16;
const INCOMING_PER_PEER_LIMIT = 4;
/** Invitations that are over are remembered, so that a repeated proposal does not ring twice. */
const REMEMBERED_LIMIT = 256;

type Carried = SentInvitation | ReceivedInvitation;
type Proposal = JingleMessage & { readonly tag: 'propose' };

/** Where a message has come from, and how. */
export interface Origin {
  /** Full address, folded. */
  readonly from: string;
  /** Said to this device; else it is a copy. */
  readonly direct: boolean;
  /** When it was said, where it has waited for somebody to come. */
  readonly delayedMs: number | undefined;
}

export interface InvitationsOptions extends Omit<CarriedOptions, 'over' | 'tooLate'> {
  readonly applications: readonly string[];
  /** Somebody on this transport, under the name that is known where none is given. */
  readonly peer: (address: string, friendlyName?: string) => Peer;
  readonly isContact: (address: string) => boolean;
  /** Whether somebody who is not on the list may begin a run all the same. */
  readonly admitsGuest: (peer: Peer, description: InvitationDescription) => boolean;
  readonly emit: (event: MessengerEvent) => void;
}

/** All invitations of one sign-in, by the other side's address and the id that both sides know them by. */
export class Invitations {
  private readonly options: InvitationsOptions;
  private readonly carried = new Map<string, Carried>();
  /** Over: which side we were. */
  private readonly remembered = new Map<string, 'sent' | 'received'>();

  constructor(options: InvitationsOptions) {
    this.options = options;
  }

  get openCount(): number {
    return this.carried.size;
  }

  invite(address: string, application: Application, details: InvitationDetails): RendezvousSession {
    const id = randomUUID();
    const key = keyOf(address, id);
    const sent = new SentInvitation(id, application, this.options.peer(address), details, this.carriedOptions(key, 'sent'));
    this.carried.set(key, sent);
    sent.invite();
    return sent.session;
  }

  /** Whether a session with this program is under way: what it asks is then answered. */
  isPeer(address: string): boolean {
    return [...this.carried.values()].some(({ session }) => session.peer.address === address);
  }

  /** What somebody says of an invitation to all devices; `said` is the element that does. */
  heard(said: Stanza, message: Stanza, origin: Origin): void {
    const address = bareOf(origin.from);
    let read: JingleMessage | undefined;
    try {
      read = readJingleMessage(said, message);
    } catch (error) {
      if (error instanceof ProtocolError) return this.malformed(said, address, origin, error);
      throw error;
    }
    if (read === undefined) return;
    const key = keyOf(address, read.id);
    const carried = this.carried.get(key);
    // Yesterday's words, which the server has kept, are no words about today.
    if (origin.delayedMs !== undefined) return read.tag === 'propose' ? this.missed(address, read, origin.delayedMs) : undefined;
    if (carried instanceof SentInvitation) return carried.heard(origin.from, read);
    if (carried !== undefined) return carried.heard(read, origin.direct);
    if (read.tag === 'propose') return this.proposed(key, address, read, origin);
    if (read.tag !== 'ringing' && read.tag !== 'proceed') return;
    // Whoever has it ring, or takes it, when it is over here, is told so.
    if (this.remembered.get(key) === 'sent') return this.tooLate(origin.from, read.id);
    // So is a contact who asks this very program for one that it has never had: it was begun before this sign-in. What is said to all our programs is
    // for another one.
    const isForUs = resourceOf(message.attributes['to'] ?? '') !== undefined && this.options.isContact(address);
    if (isForUs && !this.remembered.has(key)) this.tooLate(origin.from, read.id, 'gone');
  }

  /** What another device of ours has said to somebody; `device` is its full address. */
  answeredBy(device: string, to: string, said: Stanza, message: Stanza): void {
    let read: JingleMessage | undefined;
    try {
      read = readJingleMessage(said, message);
    } catch (error) {
      if (error instanceof ProtocolError) return;
      throw error;
    }
    const carried = read === undefined ? undefined : this.carried.get(keyOf(bareOf(to), read.id));
    if (read !== undefined && carried instanceof ReceivedInvitation) carried.answeredBy(device, read);
  }

  /** An action of the other side's program: answered in any case. Only who has it, and whom we have said yes to, is listened to. */
  heardAction(iq: Stanza, jingle: Stanza, from: string): void {
    const { stream } = this.options;
    let action: JingleAction;
    try {
      action = readJingle(jingle);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return stream.send(errorOf(iq, 'modify', 'bad-request'));
    }
    const carried = this.carried.get(keyOf(bareOf(from), action.sid));
    if (carried === undefined) return stream.send(errorOf(iq, 'cancel', 'item-not-found', unknownSession()));
    if (action.tag === 'other') return stream.send(errorOf(iq, 'cancel', 'feature-not-implemented'));
    if (!carried.isParty(from)) return stream.send(errorOf(iq, 'cancel', 'item-not-found', unknownSession()));
    stream.send(resultOf(iq));
    carried.heardAction(action);
  }

  /** The server could not deliver a proposal. */
  bounced(address: string, id: string): void {
    const carried = this.carried.get(keyOf(address, id));
    if (carried instanceof SentInvitation) carried.bounced();
  }

  came(jid: string): void {
    for (const carried of this.of(jid)) carried.came(jid);
  }

  left(jid: string): void {
    for (const carried of this.of(jid)) carried.left(jid);
  }

  /** Tells the other sides that we leave. */
  leave(): void {
    for (const carried of Array.from(this.carried.values())) carried.leave();
  }

  /** Ends every session with `terminated`. */
  close(): void {
    for (const { session } of Array.from(this.carried.values())) session.end('TERMINATED', { tag: 'terminated', reason: 'connectionLost' });
  }

  private of(jid: string): Carried[] {
    const address = bareOf(jid);
    return [...this.carried.values()].filter(({ session }) => session.peer.address === address);
  }

  private proposed(key: string, address: string, proposal: Proposal, { from }: Origin): void {
    const { description } = proposal;
    if (this.remembered.has(key)) return;
    const known = this.options.isContact(address);
    const peer = this.options.peer(address, known ? undefined : (description.guest ?? proposal.nick));
    if (!known && !(description.guest !== undefined && this.options.admitsGuest(peer, description))) return;
    const received = new ReceivedInvitation(from, peer, proposal, this.carriedOptions(key, 'received'));
    this.carried.set(key, received);
    if (!this.options.applications.some((guid) => sameGuid(guid, description.guid))) {
      received.session.decline('REJECT_NOT_INSTALLED');
      return this.options.emit({ tag: 'invitationRefused', peer, reason: 'notInstalled', what: description.name });
    }
    const incoming = [...this.carried.values()].filter((one) => one instanceof ReceivedInvitation);
    const fromPeer = incoming.filter(({ session }) => session.peer.address === address);
    // How many guests are heard is said by whoever admits them; they take no contact's place.
    const ofContacts = incoming.filter(({ session }) => this.options.isContact(session.peer.address));
    if ((known && ofContacts.length > INCOMING_LIMIT) || fromPeer.length > INCOMING_PER_PEER_LIMIT)
      return received.session.decline('REJECT');
    received.ring();
    this.options.emit({ tag: 'invitation', session: received.session, ...(known ? {} : { guest: true }) });
  }

  private missed(address: string, { description, id }: Proposal, atMs: number): void {
    const key = keyOf(address, id);
    if (!this.options.isContact(address) || this.remembered.has(key) || this.carried.has(key)) return;
    this.remember(key, 'received');
    const { guid, name, url } = description;
    const application = { guid, name, ...(url === undefined ? {} : { url }) };
    if (!this.options.applications.some((one) => sameGuid(one, guid))) return;
    const nowMs = this.options.clock.now();
    this.options.emit({
      tag: 'missed',
      id,
      peer: this.options.peer(address),
      application,
      atMs: Number.isNaN(atMs) ? nowMs : Math.min(atMs, nowMs),
    });
  }

  /** A contact's proposal that makes no sense is answered, so that nobody waits; everything else that makes none is passed over. */
  private malformed(said: Stanza, address: string, { from, delayedMs }: Origin, error: ProtocolError): void {
    const id = idOf(said);
    if (said.name !== 'propose' || descriptionIn(said) === undefined || id === undefined || delayedMs !== undefined) return;
    const key = keyOf(address, id);
    if (!this.options.isContact(address) || this.remembered.has(key) || this.carried.has(key)) return;
    this.remember(key, 'received');
    this.options.stream.send(writeJingleMessage(from, { tag: 'reject', id, reason: 'FAIL' }));
    this.options.emit({ tag: 'invitationRefused', peer: this.options.peer(address), reason: 'malformed', what: error.message });
  }

  private tooLate(to: string, id: string, reason: Reason = 'OUTBANDCANCEL'): void {
    this.options.stream.send(writeJingleMessage(to, { tag: 'retract', id, reason }, { onlyThere: true }));
  }

  private carriedOptions(key: string, side: 'sent' | 'received'): CarriedOptions {
    return {
      ...this.options,
      tooLate: (to, id) => this.tooLate(to, id),
      over: () => {
        this.carried.delete(key);
        this.remember(key, side);
      },
    };
  }

  private remember(key: string, side: 'sent' | 'received'): void {
    this.remembered.set(key, side);
    if (this.remembered.size > REMEMBERED_LIMIT) this.remembered.delete(this.remembered.keys().next().value as string);
  }
}

function keyOf(address: string, id: string): string {
  return `${address} ${id.toLowerCase()}`;
}
