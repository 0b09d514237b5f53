import { ProtocolError } from '../bytes/errors.ts';
import type { HostPort } from '../host-port.ts';
import { sameBytes } from './assistance-crypto.ts';
import type { Features } from '../rendezvous/features.ts';
import type { CommonEvent, EndedPhase, FinalSignal } from './negotiation.ts';
import { answeredOn, endedPhase, reasonOfLinkEnd, reasonOfSignal } from './negotiation.ts';
import { type CommonEffect, NegotiationRecord } from './negotiation-record.ts';
import type { EndReason, SessionConnection, SessionPhase, StepStatus } from './status.ts';
import { MORE_KIND, SEALED_KIND } from './sealed-data.ts';
import type { Meeting, SessionTrust } from './session-trust.ts';
import type { NoviceTicket, SeenTickets } from './ticket.ts';
import { checkTicketUse, formatExpertTicket, isTicket, parseNoviceTicket, parseSealedNoviceTicket } from './ticket.ts';
import { CONNECT_DEADLINE_MS, CONSENT_DEADLINE_MS, INVITATION_TIMEOUT_MS, SILENCE_MARGIN_MS, TICKET_WAIT_MS } from './timing.ts';
import type { WayPlan } from './ways.ts';

export type ExpertState =
  | { readonly tag: 'invited'; readonly deadlineMs: number }
  /** Accepted: waits for the messenger to be ready and for our listener, in either order. */
  | { readonly tag: 'preparing'; readonly deadlineMs: number; readonly ready: boolean; readonly addresses?: readonly HostPort[] }
  | { readonly tag: 'awaitingNoviceTicket'; readonly deadlineMs: number; readonly addresses: readonly HostPort[] }
  /** Both tickets are there: one way after the other is tried, as the list has them. */
  | { readonly tag: 'connecting'; readonly giveUpAtMs: number }
  /** The pin matched; the session id is on its way. */
  | { readonly tag: 'presenting'; readonly deadlineMs: number }
  | { readonly tag: 'awaitingConsent'; readonly deadlineMs: number }
  | { readonly tag: 'connected'; readonly sinceMs: number }
  | EndedPhase;

export type ExpertEvent =
  | CommonEvent
  /** The person's yes, or the novice's to an offer. */
  | { readonly tag: 'accept'; readonly features?: Features }
  | { readonly tag: 'endpointOpened'; readonly addresses: readonly HostPort[] }
  | { readonly tag: 'verified'; readonly connection: SessionConnection }
  | { readonly tag: 'presented' };

/** What the driver does, in this order. After `ended` comes nothing more. */
export type ExpertEffect =
  | CommonEffect
  | { readonly tag: 'acceptInvitation' }
  | { readonly tag: 'declineInvitation' }
  /** Step 6 can be done now: the novice ticket is valid. */
  | { readonly tag: 'expect'; readonly ticket: NoviceTicket }
  | { readonly tag: 'closeLink' };

/**
 * The expert's part of the seven steps (KB 306298), without I/O: events and the time in, effects out.
 * The driver calls `handle({ tag: 'deadline' })` when `nextDeadlineMs` has come. Nothing throws; what comes after the end is ignored.
 */
export class ExpertNegotiation {
  private current: ExpertState;
  private readonly record: NegotiationRecord;
  private readonly ownTicketId: Uint8Array;
  private sessionId: Uint8Array | undefined;
  private pinMismatchSeen = false;
  private readonly offered: boolean;

  /** An invitation has just come, or an offer has just been sent. `ticketId`: 32 random bytes for the expert ticket. `ways`: those to connect on. */
  constructor(ticketId: Uint8Array, ways: readonly WayPlan[], trust: SessionTrust, nowMs: number, offered = false) {
    this.offered = offered;
    this.ownTicketId = ticketId;
    this.current = { tag: 'invited', deadlineMs: nowMs + INVITATION_TIMEOUT_MS + (offered ? 0 : SILENCE_MARGIN_MS) };
    this.record = new NegotiationRecord(ways, 'expert', trust, nowMs);
  }

  get trust(): SessionTrust {
    return this.record.trust;
  }
  get state(): ExpertState {
    return this.current;
  }
  get steps(): readonly StepStatus[] {
    return this.record.steps;
  }
  get connection(): SessionConnection | undefined {
    return this.record.connection;
  }
  get peerFeatures(): Features | undefined {
    return this.record.peerFeatures;
  }
  /** How much context data of unknown kinds has come. */
  get passedOver(): number {
    return this.record.passedOver;
  }
  /** Unix ms, undefined when nothing is waited for. */
  get nextDeadlineMs(): number | undefined {
    const state = this.current;
    switch (state.tag) {
      case 'connecting':
        return Math.min(this.record.nextWayAtMs ?? state.giveUpAtMs, state.giveUpAtMs);
      case 'connected':
      case 'ended':
        return undefined;
      default:
        return state.deadlineMs;
    }
  }
  get phase(): SessionPhase {
    const state = this.current;
    switch (state.tag) {
      case 'invited':
        return { tag: 'inviting' };
      case 'preparing':
      case 'awaitingNoviceTicket':
        return { tag: 'tickets' };
      case 'connecting':
        return this.record.connecting;
      case 'presenting':
      case 'awaitingConsent':
        return { tag: 'awaitingConsent' };
      case 'connected':
      case 'ended':
        return state;
    }
  }

  handle(event: ExpertEvent, nowMs: number): ExpertEffect[] {
    const state = this.current;
    if (state.tag === 'ended') return [];
    switch (event.tag) {
      case 'accept':
        if (state.tag !== 'invited') return this.refuse(event.tag);
        return this.onAccept(event.features, nowMs);
      case 'accepted':
        return this.refuse(event.tag);
      case 'readyToLaunch':
        if (state.tag !== 'preparing') return this.refuse(event.tag);
        this.record.met(event.features);
        return this.onReady(event, nowMs);
      case 'contextData':
        if (event.kind === SEALED_KIND) return this.onSealed(event.data, event.seen, nowMs);
        if (event.kind === MORE_KIND) return this.record.hearMore(event.data);
        // A ticket that anybody could have written counts only where nothing better was agreed on.
        if (isTicket(event) && this.trust.takesPlainTickets) return this.onTicket(parseNoviceTicket, event, nowMs);
        return this.record.passOver(event.kind);
      case 'code':
        if (state.tag !== 'preparing') return this.refuse(event.tag);
        this.trust.enterCode(event.code);
        return this.sendTicketWhenReady(nowMs);
      case 'declined':
      case 'cancelled':
      case 'appNotPresent':
      case 'answeredElsewhere':
      case 'terminated':
      case 'sendError':
        // The novice wants no help: nothing is shown.
        if (this.offered && state.tag === 'invited' && event.tag === 'declined') return this.onRendezvousOver('viewRefused', event, nowMs);
        return this.onRendezvousOver(
          this.reasonInCode(event) ?? reasonOfSignal(event, 'expert', state.tag === 'invited' ? 'inviting' : 'negotiating'),
          event,
          nowMs,
        );
      case 'endpointOpened':
        if (state.tag !== 'preparing' || state.addresses !== undefined) return this.illegal(event.tag, nowMs);
        this.current = { ...state, addresses: event.addresses };
        return this.sendTicketWhenReady(nowMs);
      case 'endpointFailed':
        return this.end('noConnection', nowMs, event.detail);
      case 'attempt':
        // Only a verified connection counts: a stranger's knock must not stop the ways that come next.
        if (state.tag === 'connecting') this.record.attempted(event.way, nowMs);
        return [];
      case 'wayRefused':
        this.record.refusedOn(event.way, event.failure);
        // The connection showed another certificate than the ticket's.
        this.pinMismatchSeen ||= event.failure === 'stranger';
        return [];
      case 'wayFailed':
        // The other ways go on, and what is offered is offered until the end.
        if (state.tag === 'connecting') this.record.wayFailed(event.way, event.failure, nowMs);
        return [];
      case 'signal':
        return state.tag === 'connecting' ? this.record.say(event.way, event.text) : [];
      case 'verified':
        return this.onVerified(event.connection, nowMs);
      case 'presented':
        if (state.tag !== 'presenting') return this.illegal(event.tag, nowMs);
        // The novice's own deadline comes first; this one is for a novice that says nothing at all.
        this.current = { tag: 'awaitingConsent', deadlineMs: nowMs + CONSENT_DEADLINE_MS + CONNECT_DEADLINE_MS };
        return [];
      case 'active':
        if (state.tag === 'connected') return [];
        if (state.tag !== 'awaitingConsent') return this.illegal(event.tag, nowMs);
        this.current = { tag: 'connected', sinceMs: nowMs };
        return this.record.cameUp();
      case 'linkEnded':
        if (!this.record.link) return this.illegal(event.tag, nowMs);
        this.record.link = false;
        return this.end(reasonOfLinkEnd(event.end, 'expert', state.tag === 'connected'), nowMs, event.detail);
      case 'peerBroke':
        return this.end('protocolError', nowMs, event.detail);
      case 'failed':
        return this.end('internalError', nowMs, event.detail);
      case 'stop':
        if (state.tag === 'invited' && !this.offered) return this.decline(nowMs);
        return this.end(state.tag === 'connected' ? 'closedByExpert' : 'cancelledByYou', nowMs);
      case 'deadline':
        return this.onDeadline(nowMs);
    }
  }

  private decline(nowMs: number): ExpertEffect[] {
    this.record.rendezvousOver = true;
    return [{ tag: 'declineInvitation' }, ...this.end('declined', nowMs)];
  }

  private onAccept(features: Features | undefined, nowMs: number): ExpertEffect[] {
    const refusal = this.trust.refusal(features);
    if (refusal !== undefined) return this.end(refusal, nowMs);
    this.record.step(2, 'done', nowMs);
    this.record.step(3, 'active', nowMs);
    const { isAdmitted } = this.trust;
    this.current = { tag: 'preparing', deadlineMs: nowMs + TICKET_WAIT_MS, ready: isAdmitted };
    if (!isAdmitted) return [{ tag: 'acceptInvitation' }, { tag: 'openEndpoint' }];
    // A guest's was accepted when its code was to be proved.
    this.record.met(this.trust.theirFeatures);
    return [{ tag: 'openEndpoint' }];
  }

  private onReady(meeting: Meeting, nowMs: number): ExpertEffect[] {
    if (this.current.tag !== 'preparing') return this.refuse('readyToLaunch');
    const refusal = this.trust.meet(meeting, nowMs);
    if (refusal !== undefined) return this.end(refusal, nowMs);
    this.current = { ...this.current, ready: true };
    return this.begun(nowMs);
  }

  /** The novice has said its first word: the code has its time, and the ticket goes out as soon as it can. */
  private begun(nowMs: number): ExpertEffect[] {
    if (this.current.tag === 'preparing' && (this.trust.isByCode || this.trust.awaitsTypedCode))
      this.current = { ...this.current, deadlineMs: this.trust.codeUntilMs };
    return this.sendTicketWhenReady(nowMs);
  }

  private sendTicketWhenReady(nowMs: number): ExpertEffect[] {
    const state = this.current;
    const { trust } = this;
    if (state.tag !== 'preparing' || !state.ready || state.addresses === undefined || !trust.canAnswer) return [];
    if (this.record.isNowhere(state.addresses)) return this.end('noConnection', nowMs, 'no usable address');
    let data: string;
    try {
      data = formatExpertTicket({ addresses: state.addresses, id: this.ownTicketId });
      if (!trust.isUnverified) data = trust.seal(data);
    } catch (error) {
      return this.end('noConnection', nowMs, error instanceof Error ? error.message : 'no usable address');
    }
    this.record.step(3, 'done', nowMs);
    this.record.step(4, 'active', nowMs);
    this.current = { tag: 'awaitingNoviceTicket', deadlineMs: nowMs + TICKET_WAIT_MS, addresses: state.addresses };
    return [trust.isUnverified ? this.record.ticket(data) : { tag: 'sendContextData', data, kind: SEALED_KIND }];
  }

  private onSealed(data: string, seen: SeenTickets, nowMs: number): ExpertEffect[] {
    const state = this.current;
    if (state.tag === 'invited') return this.refuse('contextData');
    const heard = this.trust.hear(data);
    switch (heard.tag) {
      case 'introduced':
        return this.onTicket((text) => parseSealedNoviceTicket(text, this.trust.sessionId), { data: heard.ticket, seen }, nowMs);
      case 'begun':
        return this.begun(nowMs);
      case 'wrong':
        if (state.tag !== 'awaitingNoviceTicket') return this.refuse('contextData');
        this.record.step(4, 'pending', nowMs);
        this.record.step(3, 'active', nowMs);
        this.current = { tag: 'preparing', deadlineMs: this.trust.codeUntilMs, ready: true, addresses: state.addresses };
        return [];
      case 'refused':
        return [heard];
      case 'over': {
        const refused: ExpertEffect[] = heard.error === undefined ? [] : [{ tag: 'refused', error: heard.error }];
        return [...refused, ...this.end(heard.reason, nowMs, heard.error?.message)];
      }
    }
  }

  private onTicket(
    parse: (text: string) => NoviceTicket,
    { data, seen }: { readonly data: string; readonly seen: SeenTickets },
    nowMs: number,
  ): ExpertEffect[] {
    const state = this.current;
    if (this.record.link) return this.refuse('contextData');
    try {
      const ticket = parse(data);
      // The same ticket delivered twice is refused without harm; another one in its place is not.
      if (this.sessionId !== undefined && sameBytes(ticket.sessionId, this.sessionId)) return this.refuse('a ticket again');
      if (state.tag !== 'awaitingNoviceTicket')
        throw new ProtocolError('ILLEGAL_TRANSITION', `ExpertNegotiation.${state.tag}`, 'no ticket now', 'novice ticket');
      checkTicketUse(ticket.sessionId, seen, nowMs, state.deadlineMs);
      this.sessionId = ticket.sessionId;
      this.record.step(4, 'done', nowMs);
      this.record.step(6, 'active', nowMs);
      this.current = { tag: 'connecting', giveUpAtMs: nowMs + CONNECT_DEADLINE_MS };
      const ways = [...this.record.hearMore(), ...this.record.startWays(nowMs)];
      return [{ tag: 'rememberTicket', id: ticket.sessionId }, { tag: 'expect', ticket }, ...ways];
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return [{ tag: 'refused', error }, ...this.end('ticketRefused', nowMs, error.message)];
    }
  }

  /** The novice's side has given the code up. */
  private reasonInCode(event: FinalSignal): EndReason | undefined {
    if (event.tag !== 'cancelled' || !this.trust.isByCode) return undefined;
    if (event.code === 'REJECT' && this.current.tag === 'awaitingNoviceTicket' && this.trust.codeUsedUp) return 'codeBurnt';
    return event.code === 'TIMEOUT' && this.current.tag === 'preparing' ? 'codeExpired' : undefined;
  }

  private onRendezvousOver(reason: EndReason, signal: FinalSignal, nowMs: number): ExpertEffect[] {
    this.record.rendezvousOver = true;
    // Once the RDP connection is verified the messenger is not needed any more (KB 306298, step 5).
    if (this.record.link) return [];
    const effects = this.end(reason === 'noConnection' ? this.noConnection() : reason, nowMs);
    this.current = answeredOn(this.current, signal);
    return effects;
  }

  private onVerified(connection: SessionConnection, nowMs: number): ExpertEffect[] {
    this.record.link = true;
    if (this.current.tag !== 'connecting') return this.illegal('verified', nowMs);
    this.record.connected(connection, nowMs);
    this.current = { tag: 'presenting', deadlineMs: nowMs + CONNECT_DEADLINE_MS };
    return [];
  }

  private onDeadline(nowMs: number): ExpertEffect[] {
    const state = this.current;
    const due = this.nextDeadlineMs;
    if (due === undefined || nowMs < due) return [];
    switch (state.tag) {
      case 'preparing':
        // Without addresses this side is late, without `readyToLaunch` the other one, and without a code this person.
        if (state.addresses === undefined) return this.end('noConnection', nowMs);
        return this.end(this.trust.isByCode ? 'codeExpired' : 'timedOut', nowMs);
      case 'connecting':
        return nowMs < state.giveUpAtMs ? this.record.reachDue(nowMs) : this.end(this.noConnection(), nowMs);
      case 'presenting':
        return this.end('connectionLost', nowMs);
      case 'awaitingConsent':
        return this.end('consentTimedOut', nowMs);
      default:
        return this.end('timedOut', nowMs);
    }
  }

  private noConnection(): EndReason {
    return this.pinMismatchSeen ? 'pinMismatch' : 'noConnection';
  }

  private refuse(what: string): ExpertEffect[] {
    return [this.record.refused(`ExpertNegotiation.${this.current.tag}`, what)];
  }

  private illegal(what: string, nowMs: number): ExpertEffect[] {
    const refused = this.refuse(what);
    return [...refused, ...this.end('protocolError', nowMs, `${what} in ${this.current.tag}`)];
  }

  private end(reason: EndReason, nowMs: number, detail?: string): ExpertEffect[] {
    this.current = endedPhase(this.current, reason, nowMs, detail);
    return this.record.end(reason, { tag: 'closeLink' }, nowMs);
  }
}
