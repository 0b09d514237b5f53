import type { DisconnectReason } from '../rdp/pdu/disconnect-reasons.ts';
import { ProtocolError } from '../bytes/errors.ts';
import type { HostPort } from '../host-port.ts';
import { sameBytes } from './assistance-crypto.ts';
import type { Features } from '../rendezvous/features.ts';
import type { CommonEvent, EndedPhase, FinalSignal } from './negotiation.ts';
import { answeredOn, endedPhase, reasonOfLinkEnd, reasonOfSignal } from './negotiation.ts';
import { type CommonEffect, NegotiationRecord } from './negotiation-record.ts';
import type { EndReason, SessionConnection, SessionPhase, StepStatus } from './status.ts';
import { MORE_KIND, SEALED_KIND } from './sealed-data.ts';
import type { SessionTrust } from './session-trust.ts';
import type { ExpertTicket, SeenTickets } from './ticket.ts';
import { checkTicketUse, formatNoviceTicket, formatSealedNoviceTicket, isReplay, isTicket, parseExpertTicket } from './ticket.ts';
import { CONNECT_DEADLINE_MS, CONSENT_DEADLINE_MS, INVITATION_TIMEOUT_MS, TICKET_WAIT_MS } from './timing.ts';
import type { WayPlan } from './ways.ts';

export type NoviceState =
  | { readonly tag: 'inviting'; readonly deadlineMs: number }
  /** An offer has been taken; the expert's own yes is waited for. */
  | { readonly tag: 'answered'; readonly deadlineMs: number }
  | { readonly tag: 'awaitingExpertTicket'; readonly deadlineMs: number }
  | { readonly tag: 'openingEndpoint'; readonly deadlineMs: number; readonly ticket: ExpertTicket }
  /** Both tickets are there: one way after the other is tried, as the list has them. */
  | { readonly tag: 'connecting'; readonly giveUpAtMs: number }
  | { readonly tag: 'awaitingConsent'; readonly deadlineMs: number }
  | { readonly tag: 'admitting'; readonly deadlineMs: number }
  | { readonly tag: 'connected'; readonly sinceMs: number }
  | EndedPhase;

export type NoviceEvent =
  | CommonEvent
  | {
      readonly tag: 'endpointOpened';
      readonly addresses: readonly HostPort[];
      readonly sessionId: Uint8Array;
      readonly pin: Uint8Array;
    }
  /** The expert has presented the session id inside TLS. */
  | { readonly tag: 'presented'; readonly connection: SessionConnection }
  | { readonly tag: 'viewAllowed' }
  | { readonly tag: 'viewRefused' }
  | { readonly tag: 'desktopFailed'; readonly detail: string }
  /** It has lasted as long as a session may. */
  | { readonly tag: 'timeUp' };

/** What the driver does, in this order. After `ended` comes nothing more. */
export type NoviceEffect =
  | Exclude<CommonEffect, { tag: 'openEndpoint' }>
  /** `sessionId`: what both sides have derived; a fresh one where nothing was agreed on. */
  | { readonly tag: 'openEndpoint'; readonly sessionId?: Uint8Array }
  /** The expert ticket is valid: what is reached from now on is what it says. */
  | { readonly tag: 'expect'; readonly ticket: ExpertTicket }
  | { readonly tag: 'askViewConsent' }
  | { readonly tag: 'admit' }
  | { readonly tag: 'closeLink'; readonly reason: DisconnectReason };

/**
 * The novice's part of the seven steps (KB 306298), without I/O: events and the time in, effects out.
 * The driver calls `handle({ tag: 'deadline' })` when `nextDeadlineMs` has come. Nothing throws; what comes after the end is ignored.
 */
export class NoviceNegotiation {
  private current: NoviceState;
  private readonly record: NegotiationRecord;
  private readonly offered: boolean;
  private expertTicketId: Uint8Array | undefined;

  /** The invitation has just been sent (a guest's has been let in by its code), or an offer has just been taken. `ways`: those to connect on. */
  constructor(ways: readonly WayPlan[], trust: SessionTrust, nowMs: number, offered = false) {
    this.offered = offered;
    this.current = { tag: 'inviting', deadlineMs: nowMs + INVITATION_TIMEOUT_MS };
    this.record = new NegotiationRecord(ways, 'novice', trust, nowMs);
  }

  get trust(): SessionTrust {
    return this.record.trust;
  }
  get state(): NoviceState {
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
    if (state.tag === 'connecting') return Math.min(this.record.nextWayAtMs ?? state.giveUpAtMs, state.giveUpAtMs);
    return 'deadlineMs' in state ? state.deadlineMs : undefined;
  }
  get phase(): SessionPhase {
    const state = this.current;
    switch (state.tag) {
      case 'inviting':
        return { tag: 'inviting' };
      case 'answered':
      case 'awaitingExpertTicket':
      case 'openingEndpoint':
        return { tag: 'tickets' };
      case 'connecting':
        return this.record.connecting;
      case 'awaitingConsent':
      case 'admitting':
        return { tag: 'awaitingConsent' };
      case 'connected':
      case 'ended':
        return state;
    }
  }

  handle(event: NoviceEvent, nowMs: number): NoviceEffect[] {
    if (this.current.tag === 'ended') return [];
    switch (event.tag) {
      case 'accepted':
      case 'readyToLaunch':
        this.record.met(event.features);
        return this.onAccepted(event, nowMs);
      case 'contextData':
        return this.onContextData(event, nowMs);
      case 'code':
        if (this.current.tag !== 'awaitingExpertTicket') return this.refuse(event.tag);
        this.trust.enterCode(event.code);
        return this.firstWord();
      case 'declined':
      case 'cancelled':
      case 'appNotPresent':
      case 'answeredElsewhere':
      case 'terminated':
      case 'sendError':
        this.record.rendezvousOver = true;
        // Once the RDP connection is authenticated the messenger is not needed any more (KB 306298, step 5).
        if (this.record.link) return [];
        return this.onRendezvousOver(event, nowMs);
      case 'endpointOpened':
        return this.onEndpointOpened(event, nowMs);
      case 'endpointFailed':
        return this.end('noConnection', nowMs, event.detail);
      case 'attempt':
        if (this.current.tag === 'connecting') this.record.attempted(event.way, nowMs);
        return [];
      case 'wayRefused':
        this.record.refusedOn(event.way, event.failure);
        return [];
      case 'wayFailed':
        if (this.current.tag === 'connecting') this.record.wayFailed(event.way, event.failure, nowMs);
        return [];
      case 'signal':
        return this.current.tag === 'connecting' ? this.record.say(event.way, event.text) : [];
      case 'presented':
        return this.onPresented(event.connection, nowMs);
      case 'viewAllowed':
        if (this.current.tag !== 'awaitingConsent') return this.illegal(event.tag, nowMs);
        this.current = { tag: 'admitting', deadlineMs: nowMs + CONNECT_DEADLINE_MS };
        return [{ tag: 'admit' }];
      case 'viewRefused':
        return this.current.tag === 'awaitingConsent' ? this.end('viewRefused', nowMs) : this.illegal(event.tag, nowMs);
      case 'active':
        if (this.current.tag === 'connected') return [];
        if (this.current.tag !== 'admitting') return this.illegal(event.tag, nowMs);
        this.current = { tag: 'connected', sinceMs: nowMs };
        return this.record.cameUp();
      case 'linkEnded':
        if (!this.record.link) return this.illegal(event.tag, nowMs);
        this.record.link = false;
        return this.end(reasonOfLinkEnd(event.end, 'novice', this.current.tag === 'connected'), nowMs, event.detail);
      case 'desktopFailed':
        return this.end('desktopUnavailable', nowMs, event.detail);
      case 'timeUp':
        return this.end('timeUp', nowMs);
      case 'peerBroke':
        return this.end('protocolError', nowMs, event.detail);
      case 'failed':
        return this.end('internalError', nowMs, event.detail);
      case 'stop':
        return this.end(this.current.tag === 'connected' ? 'stoppedByNovice' : 'cancelledByYou', nowMs);
      case 'deadline':
        return this.onDeadline(nowMs);
    }
  }

  private onAccepted(event: Extract<NoviceEvent, { tag: 'accepted' | 'readyToLaunch' }>, nowMs: number): NoviceEffect[] {
    const { offered, trust } = this;
    const { tag } = this.current;
    // A transport tells both: accepted, and that context data may flow. The inviter goes by the first of them; an offer has been taken by this side.
    if (event.tag === 'readyToLaunch' && tag === 'awaitingExpertTicket') return [];
    if (tag !== 'inviting' && !(tag === 'answered' && event.tag === 'readyToLaunch')) return this.refuse(event.tag);
    this.record.step(2, 'done', nowMs);
    this.record.step(3, 'active', nowMs);
    const taking = offered && event.tag === 'accepted';
    const refusal = taking ? trust.refusal(event.features) : trust.meet(event, nowMs);
    if (refusal !== undefined) return this.end(refusal, nowMs);
    const deadlineMs = trust.isByCode ? trust.codeUntilMs : nowMs + TICKET_WAIT_MS;
    this.current = { tag: taking ? 'answered' : 'awaitingExpertTicket', deadlineMs };
    // The inviter's goes in its ACCEPT.
    return offered && !taking ? this.firstWord() : [];
  }

  private onRendezvousOver(signal: FinalSignal, nowMs: number): NoviceEffect[] {
    const effects = this.end(reasonOfSignal(signal, 'novice', this.current.tag === 'inviting' ? 'inviting' : 'negotiating'), nowMs);
    this.current = answeredOn(this.current, signal);
    return effects;
  }

  private firstWord(): NoviceEffect[] {
    const data = this.trust.firstWord();
    return data === undefined ? [] : [{ tag: 'sendContextData', data, kind: SEALED_KIND }];
  }

  private onContextData(event: Extract<NoviceEvent, { tag: 'contextData' }>, nowMs: number): NoviceEffect[] {
    if (event.kind === SEALED_KIND) return this.onSealed(event.data, event.seen, nowMs);
    if (event.kind === MORE_KIND) return this.record.hearMore(event.data);
    // A ticket that anybody could have written counts only where nothing better was agreed on.
    if (isTicket(event) && this.trust.takesPlainTickets) return this.onTicket(event.data, event.seen, nowMs);
    return this.record.passOver(event.kind);
  }

  private onSealed(data: string, seen: SeenTickets, nowMs: number): NoviceEffect[] {
    if (this.current.tag === 'inviting' && !this.trust.isAdmitted) return this.refuse('contextData');
    const heard = this.trust.hear(data);
    switch (heard.tag) {
      case 'introduced':
        if (this.current.tag === 'inviting') this.onAnswerToGuest(nowMs);
        return this.onTicket(heard.ticket, seen, nowMs);
      case 'wrong':
        return heard.next === undefined ? [] : [{ tag: 'sendContextData', data: heard.next, kind: SEALED_KIND }];
      case 'begun':
        return [];
      case 'refused':
        return [heard];
      case 'over': {
        const refused: NoviceEffect[] = heard.error === undefined ? [] : [{ tag: 'refused', error: heard.error }];
        return [...refused, ...this.end(heard.reason, nowMs, heard.error?.message)];
      }
    }
  }

  /** The expert's ticket is their yes, where both programs have proved the code before. */
  private onAnswerToGuest(nowMs: number): void {
    this.record.met(this.trust.theirFeatures);
    this.record.step(2, 'done', nowMs);
    this.record.step(3, 'active', nowMs);
    this.current = { tag: 'awaitingExpertTicket', deadlineMs: nowMs + TICKET_WAIT_MS };
  }

  private onTicket(data: string, seen: SeenTickets, nowMs: number): NoviceEffect[] {
    const state = this.current;
    if (this.record.link) return this.refuse('contextData');
    try {
      const ticket = parseExpertTicket(data);
      // The same ticket delivered twice is refused without harm; another one in its place is not.
      if (this.expertTicketId !== undefined && isReplay(seen, ticket.id) && sameBytes(ticket.id, this.expertTicketId))
        return this.refuse('a ticket again');
      if (state.tag !== 'awaitingExpertTicket')
        throw new ProtocolError('ILLEGAL_TRANSITION', `NoviceNegotiation.${state.tag}`, 'no ticket now', 'expert ticket');
      checkTicketUse(ticket.id, seen, nowMs, state.deadlineMs);
      this.expertTicketId = ticket.id;
      this.record.step(3, 'done', nowMs);
      this.record.step(4, 'active', nowMs);
      this.current = { tag: 'openingEndpoint', deadlineMs: nowMs + TICKET_WAIT_MS, ticket };
      const sessionId = this.trust.isUnverified ? {} : { sessionId: this.trust.sessionId };
      return [
        { tag: 'rememberTicket', id: ticket.id },
        { tag: 'openEndpoint', ...sessionId },
      ];
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return [{ tag: 'refused', error }, ...this.end('ticketRefused', nowMs, error.message)];
    }
  }

  private onEndpointOpened(event: Extract<NoviceEvent, { tag: 'endpointOpened' }>, nowMs: number): NoviceEffect[] {
    const state = this.current;
    if (state.tag !== 'openingEndpoint') return this.illegal(event.tag, nowMs);
    if (this.record.isNowhere(event.addresses)) return this.end('noConnection', nowMs, 'no usable address');
    let data: string;
    try {
      data = this.trust.isUnverified ? formatNoviceTicket(event) : this.trust.seal(formatSealedNoviceTicket(event));
    } catch (error) {
      return this.end('noConnection', nowMs, error instanceof Error ? error.message : 'no usable address');
    }
    this.record.step(4, 'done', nowMs);
    this.current = { tag: 'connecting', giveUpAtMs: nowMs + CONNECT_DEADLINE_MS };
    const ticket: NoviceEffect = this.trust.isUnverified ? this.record.ticket(data) : { tag: 'sendContextData', data, kind: SEALED_KIND };
    return [ticket, { tag: 'expect', ticket: state.ticket }, ...this.record.hearMore(), ...this.record.startWays(nowMs)];
  }

  private onPresented(connection: SessionConnection, nowMs: number): NoviceEffect[] {
    this.record.link = true;
    if (this.current.tag !== 'connecting') return this.illegal('presented', nowMs);
    this.record.connected(connection, nowMs);
    this.current = { tag: 'awaitingConsent', deadlineMs: nowMs + CONSENT_DEADLINE_MS };
    return [{ tag: 'askViewConsent' }];
  }

  private onDeadline(nowMs: number): NoviceEffect[] {
    const state = this.current;
    const due = this.nextDeadlineMs;
    if (due === undefined || nowMs < due) return [];
    switch (state.tag) {
      case 'inviting':
      case 'answered':
        return this.end('timedOut', nowMs);
      case 'awaitingExpertTicket':
        return this.end(this.trust.isByCode ? 'codeExpired' : 'timedOut', nowMs);
      case 'openingEndpoint':
        return this.end('noConnection', nowMs);
      case 'connecting':
        return nowMs < state.giveUpAtMs ? this.record.reachDue(nowMs) : this.end('noConnection', nowMs);
      case 'awaitingConsent':
        return this.end('consentTimedOut', nowMs);
      case 'admitting':
        return this.end('connectionLost', nowMs);
      case 'connected':
      case 'ended':
        return [];
    }
  }

  private refuse(what: string): NoviceEffect[] {
    return [this.record.refused(`NoviceNegotiation.${this.current.tag}`, what)];
  }

  private illegal(what: string, nowMs: number): NoviceEffect[] {
    const refused = this.refuse(what);
    return [...refused, ...this.end('protocolError', nowMs, `${what} in ${this.current.tag}`)];
  }

  private end(reason: EndReason, nowMs: number, detail?: string): NoviceEffect[] {
    if (this.current.tag === 'inviting' && (reason === 'contactOffline' || reason === 'appNotPresent' || reason === 'messengerLost')) {
      this.record.step(1, 'failed', nowMs);
      this.record.step(2, 'pending', nowMs);
    }
    this.current = endedPhase(this.current, reason, nowMs, detail);
    return this.record.end(reason, { tag: 'closeLink', reason: linkCloseReason(reason) }, nowMs);
  }
}

function linkCloseReason(reason: EndReason): DisconnectReason {
  switch (reason) {
    case 'viewRefused':
      return 'denied';
    case 'consentTimedOut':
    case 'connectionLost':
      return 'timeout';
    case 'cancelledByYou':
    case 'stoppedByNovice':
      return 'userRequested';
    case 'desktopUnavailable':
      return reason;
    case 'timeUp':
      return 'sessionLimit';
    default:
      return 'protocolError';
  }
}
