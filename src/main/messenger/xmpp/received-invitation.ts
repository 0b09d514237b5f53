import type { JingleAction } from '../../../protocol/xmpp/jingle.ts';
import { type JingleMessage, writeJingleMessage } from '../../../protocol/xmpp/jingle-message.ts';
import { resourceOf } from '../../../protocol/xmpp/jid.ts';
import type { Reason } from '../../../protocol/xmpp/reason.ts';
import type { Peer } from '../contract.ts';
import { Rendezvous, type RendezvousCarrier, type RendezvousMessage } from '../rendezvous.ts';
import type { CarriedOptions } from './carried.ts';
import { JingleLine } from './jingle-line.ts';

/** From our acceptance until the inviter begins: longer than any server takes to resume a stream is of no use, somebody waits. */
const INITIATE_MS = 30_000;
/** Later than the inviter's own patience. */
const EXPIRY_MARGIN_MS = 10_000;

type Proposal = JingleMessage & { readonly tag: 'propose' };

/** Somebody's INVITE, as one of our devices has it. */
export class ReceivedInvitation implements RendezvousCarrier {
  readonly session: Rendezvous;
  private readonly options: CarriedOptions;
  /** The inviter's full address. */
  private readonly from: string;
  private readonly line: JingleLine;
  private proceeded = false;
  private initiated = false;
  /** Another device of ours that has taken it as well. */
  private rival: string | undefined;
  private cancelTimer: () => void;

  constructor(from: string, peer: Peer, { id, description }: Proposal, options: CarriedOptions) {
    this.options = options;
    this.from = from;
    const { guid, name, url, contextData, expiresS, features } = description;
    const application = { guid, name, ...(url === undefined ? {} : { url }) };
    this.session = new Rendezvous(
      { id, flag: 'INVITEE', application, peer, invited: features },
      contextData === undefined ? {} : { contextData },
      this,
      options.clock,
    );
    this.line = new JingleLine(options.stream, this.session, from);
    this.cancelTimer = options.clock.after(expiresS * 1_000 + EXPIRY_MARGIN_MS, () => this.session.peerCancelled('TIMEOUT'));
  }

  /** Tells the inviter that somebody may hear it here. */
  ring(): void {
    this.say({ tag: 'ringing', id: this.session.id });
  }

  send(message: RendezvousMessage): void {
    const { id } = this.session;
    switch (message.tag) {
      case 'ACCEPT': {
        const { ipAddress, contextData } = message.answer;
        this.proceeded = true;
        this.cancelTimer();
        this.cancelTimer = this.options.clock.after(INITIATE_MS, () => this.notBegun());
        this.options.greet(this.from);
        return this.say({ tag: 'proceed', id, accept: { ipAddress, contextData, features: message.features } });
      }
      case 'CONTEXT':
        return this.line.say(this.from, { tag: 'session-info', sid: id, contextData: message.data });
      case 'CANCEL':
        return this.end(message.code);
      case 'LAUNCH':
    }
  }

  over(): void {
    this.cancelTimer();
    this.options.over();
    if (this.proceeded) this.options.dismiss(this.from);
  }

  /** We are leaving the messenger: other devices of ours go on ringing. */
  leave(): void {
    if (this.proceeded) this.end('gone');
  }

  /** `direct`: said to this device, not only copied to it. */
  heard(said: JingleMessage, direct: boolean): void {
    if (said.tag !== 'retract' && said.tag !== 'finish') return;
    // Whoever has taken it waits for the inviter's own word, whatever others are told.
    if (this.proceeded && (!direct || this.initiated)) return;
    if (this.proceeded && this.rival !== undefined) return this.elsewhere(this.rival, 'accepted');
    this.peerEnded(said.reason);
  }

  /** Another device of ours has answered. */
  answeredBy(jid: string, said: JingleMessage): void {
    const device = (resourceOf(jid) ?? '').replace(/\.[0-9a-f]{8}$/, '');
    if (said.tag === 'proceed' && this.proceeded) this.rival = device;
    else if (said.tag === 'proceed') this.elsewhere(device, 'accepted');
    else if (said.tag === 'reject' && said.reason !== 'REJECT_NOT_INSTALLED' && said.reason !== 'gone' && !this.proceeded)
      this.elsewhere(device, 'declined');
  }

  /** Whether it has come so far with this very program. */
  isParty(from: string): boolean {
    return from === this.from && this.proceeded;
  }

  /** What the inviter's program says. */
  heardAction(action: JingleAction): void {
    if (action.tag === 'session-initiate') this.begin(action.accept);
    if (action.tag === 'session-info' && action.contextData !== undefined) this.session.contextArrived(action.contextData);
    if (action.tag === 'session-terminate') this.peerEnded(action.reason);
  }

  /** The inviter's program says that it is there: it may have signed in anew, and know nothing of this. Then it says so. */
  came(jid: string): void {
    if (jid !== this.from || this.initiated) return;
    this.options.stream.send(writeJingleMessage(jid, { tag: 'ringing', id: this.session.id }, { onlyThere: true }));
  }

  left(jid: string): void {
    if (jid === this.from || this.from.startsWith(`${jid}/`)) this.peerEnded('gone');
  }

  private begin(accept: (JingleAction & { readonly tag: 'session-initiate' })['accept']): void {
    if (this.initiated) return;
    this.initiated = true;
    this.cancelTimer();
    this.line.say(this.from, { tag: 'session-accept', sid: this.session.id });
    const { ipAddress, contextData, features } = accept;
    this.session.peerAccepted(
      { ...(ipAddress === undefined ? {} : { ipAddress }), ...(contextData === undefined ? {} : { contextData }) },
      features,
    );
  }

  private notBegun(): void {
    if (this.rival === undefined) this.peerEnded('gone');
    else this.elsewhere(this.rival, 'accepted');
  }

  private elsewhere(device: string, answer: 'accepted' | 'declined'): void {
    this.session.end('CANCELLED', { tag: 'answeredElsewhere', device, answer });
  }

  private peerEnded(reason: Reason): void {
    if (reason === 'gone') this.session.end('TERMINATED', { tag: 'terminated', reason: 'peerLeft' });
    else this.session.peerCancelled(reason);
  }

  private end(reason: Reason): void {
    const { id } = this.session;
    if (this.initiated) this.line.say(this.from, { tag: 'session-terminate', sid: id, reason });
    else this.say({ tag: 'reject', id, reason });
  }

  private say(said: JingleMessage): void {
    this.options.stream.send(writeJingleMessage(this.session.peer.address, said));
  }
}
