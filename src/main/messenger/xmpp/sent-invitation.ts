import type { JingleAction } from '../../../protocol/xmpp/jingle.ts';
import { type JingleMessage, writeJingleMessage } from '../../../protocol/xmpp/jingle-message.ts';
import { type Reason, type ReasonCode } from '../../../protocol/xmpp/reason.ts';
import { MessengerError, type Application, type InvitationDetails, type Peer } from '../contract.ts';
import { Rendezvous, type RendezvousCarrier, type RendezvousMessage } from '../rendezvous.ts';
import type { CarriedOptions } from './carried.ts';
import { JingleLine } from './jingle-line.ts';

/** None of their programs has said that it rings: nobody is there. */
const RECEIPT_MS = 5_000;
/** Where one of their programs has not got the application, another one may yet ring. */
const OTHER_DEVICES_MS = 1_000;
/** Everybody it rang at is gone; whoever comes back within this is rung again. */
const RETURN_MS = 10_000;
/** As long as anybody waits for an answer. */
const EXPIRES_S = 120;

/** Our INVITE: rings at every program of theirs; the first one that takes it has it. */
export class SentInvitation implements RendezvousCarrier {
  readonly session: Rendezvous;
  private readonly options: CarriedOptions;
  private readonly line: JingleLine;
  /** Programs that ring, and that have not got the application. */
  private readonly ringing = new Set<string>();
  private readonly without = new Set<string>();
  /** Who has it. */
  private taker: string | undefined;
  private initiated = false;
  private proposed = false;
  /** The server has said of one of their programs that the proposal did not get there; none has said since that it rings. */
  private undelivered = false;
  private cancelTimer: () => void = () => {};

  constructor(id: string, application: Application, peer: Peer, details: InvitationDetails, options: CarriedOptions) {
    this.options = options;
    this.session = new Rendezvous({ id, flag: 'INVITER', application, peer }, details, this, options.clock);
    this.line = new JingleLine(options.stream, this.session, options.stream.jid);
  }

  /** Begins to ring, unless it is known that there is nobody to hear it. */
  invite(): void {
    const { address } = this.session.peer;
    const { sees, devices, unable } = this.options.presence(address);
    if (sees && devices === 0) {
      // Told to them as a request that they have missed, when they come.
      this.options.stream.send(writeJingleMessage(address, this.proposal, { kept: true }));
      return this.endSoon(() => this.offline());
    }
    if (sees && unable === devices) return this.endSoon(() => this.session.end('DECLINED', { tag: 'appNotPresent' }));
    this.proposed = true;
    this.options.greet(address);
    this.say(this.proposal);
    this.wait(RECEIPT_MS, () => this.unheard());
  }

  send(message: RendezvousMessage): void {
    const { id: sid } = this.session;
    switch (message.tag) {
      case 'LAUNCH': {
        const { ipAddress, contextData } = message.answer;
        this.initiated = true;
        return this.tell({ tag: 'session-initiate', sid, accept: { ipAddress, contextData, features: message.features } });
      }
      case 'CONTEXT':
        return this.tell({ tag: 'session-info', sid, contextData: message.data });
      case 'CANCEL':
        return this.takeBack(message.code);
      case 'ACCEPT':
    }
  }

  over(): void {
    this.cancelTimer();
    this.options.over();
    if (this.proposed) this.options.dismiss(this.session.peer.address);
  }

  /** We are leaving the messenger. */
  leave(): void {
    if (!this.session.isOver) this.takeBack('gone');
  }

  /** What a program of theirs says. */
  heard(from: string, said: JingleMessage): void {
    switch (said.tag) {
      case 'ringing':
        this.ringing.add(from);
        this.undelivered = false;
        if (this.session.state === 'INVITATION') this.cancelTimer();
        return;
      case 'proceed':
        return this.taken(from, said.accept);
      case 'reject':
        return this.rejected(from, said.reason);
      case 'finish':
        if (from === this.taker) this.peerEnded(said.reason);
        return;
      case 'propose':
      case 'retract':
    }
  }

  /** Whether it has come so far with this very program. */
  isParty(from: string): boolean {
    return from === this.taker;
  }

  /** What the program that has it says. */
  heardAction(action: JingleAction): void {
    if (action.tag === 'session-info' && action.contextData !== undefined) this.session.contextArrived(action.contextData);
    if (action.tag === 'session-terminate') this.peerEnded(action.reason);
  }

  /**
   * The server has not been able to deliver the proposal: to nobody, or to a program whose line broke and did not come back while others of theirs have
   * it. It does not say which (a server answers for the bare address), so that where programs are seen they have their time to ring.
   */
  bounced(): void {
    if (this.session.state !== 'INVITATION' || this.ringing.size > 0) return;
    this.undelivered = true;
    const { sees, devices } = this.options.presence(this.session.peer.address);
    if (!sees || devices === 0) this.offline();
  }

  /**
   * One of their programs says that it is there. It may have been there a moment ago, and even be thought to ring: of what a server had that died,
   * nobody is told that it is gone. Where it rings, the proposal changes nothing.
   */
  came(jid: string): void {
    if (!this.proposed || this.session.state !== 'INVITATION') return;
    this.options.stream.send(writeJingleMessage(jid, this.proposal, { onlyThere: true }));
    if (this.ringing.size === 0) this.wait(RECEIPT_MS, () => this.unheard());
  }

  left(jid: string): void {
    const gone = (one: string): boolean => one === jid || one.startsWith(`${jid}/`);
    if (this.taker !== undefined && gone(this.taker)) return this.peerEnded('gone');
    for (const one of [...this.ringing].filter(gone)) this.ringing.delete(one);
    // What was never said to anybody ends at once, whoever else may be seen to leave before that.
    if (!this.proposed || this.session.state !== 'INVITATION' || this.ringing.size > 0) return;
    if (this.options.presence(this.session.peer.address).devices > 0) return;
    if (this.undelivered) this.offline();
    else this.wait(RETURN_MS, () => this.peerEnded('gone'));
  }

  private get proposal(): JingleMessage {
    const { id, application, contextData, ownFeatures: features } = this.session;
    const { guid, name, url } = application;
    const { nick, guest } = this.options.self();
    const description = { guid, name, url, expiresS: EXPIRES_S, features, contextData, guest: guest ? nick : undefined };
    return { tag: 'propose', id, description, nick };
  }

  private taken(from: string, accept: (JingleMessage & { readonly tag: 'proceed' })['accept']): void {
    // The first one has it; the others are told by a word that reaches nobody else.
    if (this.taker !== undefined && from !== this.taker) return this.options.tooLate(from, this.session.id);
    if (this.session.state !== 'INVITATION') return;
    this.cancelTimer();
    this.taker = from;
    const { features, ipAddress, contextData } = accept;
    this.session.peerAccepted(
      { ...(ipAddress === undefined ? {} : { ipAddress }), ...(contextData === undefined ? {} : { contextData }) },
      features,
    );
  }

  private rejected(from: string, reason: Reason): void {
    if (this.taker !== undefined) {
      if (from === this.taker) this.peerEnded(reason);
      return;
    }
    if (reason === 'gone') return this.left(from);
    if (reason !== 'REJECT_NOT_INSTALLED') return this.session.peerCancelled(reason);
    this.without.add(from);
    if (this.ringing.size > 0) return;
    const { devices, unable } = this.options.presence(this.session.peer.address);
    const notInstalled = (): void => this.session.peerCancelled('REJECT_NOT_INSTALLED');
    if (this.without.size + unable >= devices) notInstalled();
    else this.wait(OTHER_DEVICES_MS, notInstalled);
  }

  private peerEnded(reason: Reason): void {
    if (reason === 'gone') this.session.end('TERMINATED', { tag: 'terminated', reason: 'peerLeft' });
    else this.session.peerCancelled(reason);
  }

  private takeBack(reason: Reason): void {
    const { id: sid, peer } = this.session;
    if (this.taker !== undefined && this.initiated) {
      this.tell({ tag: 'session-terminate', sid, reason });
      this.say({ tag: 'finish', id: sid, reason });
    } else if (this.taker !== undefined) {
      this.options.stream.send(writeJingleMessage(this.taker, { tag: 'retract', id: sid, reason }, { onlyThere: true }));
    } else if (this.proposed) {
      this.options.stream.send(writeJingleMessage(peer.address, { tag: 'retract', id: sid, reason }));
    }
  }

  /** No program of theirs has it: not one of ours where they are there, else nobody. What comes late must not ring. */
  private unheard(): void {
    this.takeBack('TIMEOUT' satisfies ReasonCode);
    if (this.options.presence(this.session.peer.address).devices > 0) this.session.end('DECLINED', { tag: 'appNotPresent' });
    else this.offline();
  }

  private offline(): void {
    const error = new MessengerError('CONTACT_OFFLINE', `${this.session.peer.address} does not answer`);
    this.session.end('TERMINATED', { tag: 'sendError', error });
  }

  private say(said: JingleMessage): void {
    this.options.stream.send(writeJingleMessage(this.session.peer.address, said));
  }

  private tell(action: Exclude<JingleAction, { readonly tag: 'other' }>): void {
    if (this.taker !== undefined) this.line.say(this.taker, action);
  }

  /** Once whoever invites has had the chance to listen. */
  private endSoon(end: () => void): void {
    this.wait(0, end);
  }

  private wait(ms: number, then: () => void): void {
    this.cancelTimer();
    this.cancelTimer = this.options.clock.after(ms, then);
  }
}
