import { ProtocolError } from '../bytes/errors.ts';
import type { CancelSignal, CommonEvent, LinkEndSignal } from './negotiation.ts';
import { cancelSignalFor, reasonOfSignal } from './negotiation.ts';
import type { EndReason, SessionConnection, SessionPhase, StepStatus } from './status.ts';
import { NO_STEPS, withActiveFailed, withStep } from './steps.ts';
import type { SeenTickets } from './ticket.ts';
import { checkTicketUse, formatNoviceTicket, isReplay, parseExpertTicket } from './ticket.ts';
import type { TicketAddress } from './ticket-address.ts';
import { CONNECT_DEADLINE_MS, CONSENT_DEADLINE_MS, INVITATION_TIMEOUT_MS, TICKET_WAIT_MS } from './timing.ts';

export type NoviceState =
  | { readonly tag: 'inviting'; readonly deadlineMs: number }
  | { readonly tag: 'awaitingExpertTicket'; readonly deadlineMs: number }
  | { readonly tag: 'openingEndpoint'; readonly deadlineMs: number; readonly dial: readonly TicketAddress[] }
  | { readonly tag: 'connecting'; readonly deadlineMs: number; readonly forward: boolean }
  | { readonly tag: 'awaitingConsent'; readonly deadlineMs: number }
  | { readonly tag: 'admitting'; readonly deadlineMs: number }
  | { readonly tag: 'connected'; readonly sinceMs: number }
  | { readonly tag: 'ended'; readonly reason: EndReason; readonly atMs: number; readonly sinceMs?: number; readonly detail?: string };

export type NoviceEvent =
  | CommonEvent
  | {
      readonly tag: 'endpointOpened';
      readonly addresses: readonly TicketAddress[];
      readonly sessionId: Uint8Array;
      readonly pin: Uint8Array;
    }
  /** The expert has presented the session id inside TLS. */
  | { readonly tag: 'presented'; readonly connection: SessionConnection }
  | { readonly tag: 'viewAllowed' }
  | { readonly tag: 'viewRefused' }
  | { readonly tag: 'desktopFailed'; readonly detail: string };

/** What the driver does, in this order. After `ended` comes nothing more. */
export type NoviceEffect =
  | { readonly tag: 'openEndpoint' }
  | { readonly tag: 'rememberTicket'; readonly id: Uint8Array }
  | { readonly tag: 'sendContextData'; readonly data: string }
  /** Reverse connect. */
  | { readonly tag: 'dial'; readonly addresses: readonly TicketAddress[] }
  | { readonly tag: 'askViewConsent' }
  | { readonly tag: 'admit' }
  /** Dropped with a typed error; the negotiation goes on. */
  | { readonly tag: 'refused'; readonly error: ProtocolError }
  | { readonly tag: 'closeLink'; readonly reason: LinkCloseReason }
  | { readonly tag: 'closeEndpoint' }
  | { readonly tag: 'cancelRendezvous'; readonly code: CancelSignal }
  | { readonly tag: 'ended'; readonly reason: EndReason };

/**
 * The novice's part of the seven steps (KB 306298), without I/O: events and the time in, effects out.
 * The driver calls `handle({ tag: 'deadline' })` when `nextDeadlineMs` has come. Nothing throws; what comes after the end is ignored.
 */
export class NoviceNegotiation {
  private current: NoviceState;
  private stepList: readonly StepStatus[];
  private way: SessionConnection | undefined;
  private expertTicketId: Uint8Array | undefined;
  private endpoint = false;
  private link = false;
  private rendezvousOver = false;

  /** The invitation has just been sent. */
  constructor(nowMs: number) {
    this.current = { tag: 'inviting', deadlineMs: nowMs + INVITATION_TIMEOUT_MS };
    this.stepList = withStep(withStep(NO_STEPS, 1, 'done', nowMs), 2, 'active', nowMs);
  }

  get state(): NoviceState {
    return this.current;
  }
  get steps(): readonly StepStatus[] {
    return this.stepList;
  }
  get connection(): SessionConnection | undefined {
    return this.way;
  }
  /** Unix ms, undefined when nothing is waited for. */
  get nextDeadlineMs(): number | undefined {
    return 'deadlineMs' in this.current ? this.current.deadlineMs : undefined;
  }
  get phase(): SessionPhase {
    const state = this.current;
    switch (state.tag) {
      case 'inviting':
        return { tag: 'inviting' };
      case 'awaitingExpertTicket':
      case 'openingEndpoint':
        return { tag: 'tickets' };
      case 'connecting':
        return { tag: state.forward ? 'forwardConnecting' : 'reverseConnecting' };
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
        return this.onAccepted(event.tag, nowMs);
      case 'contextData':
        return this.onContextData(event.data, event.seen, nowMs);
      case 'declined':
      case 'cancelled':
      case 'appNotPresent':
      case 'terminated':
      case 'sendError':
        this.rendezvousOver = true;
        // Once the RDP connection is authenticated the messenger is not needed any more (KB 306298, step 5).
        if (this.link) return [];
        return this.end(reasonOfSignal(event, 'novice', this.current.tag === 'inviting' ? 'inviting' : 'negotiating'), nowMs);
      case 'endpointOpened':
        return this.onEndpointOpened(event, nowMs);
      case 'endpointFailed':
        return this.end('noConnection', nowMs, event.detail);
      case 'attempt':
        return event.by === 'forward' ? this.onForward(nowMs) : [];
      case 'dialFailed':
        if (this.current.tag === 'connecting') this.step(5, 'failed', nowMs);
        return this.onForward(nowMs);
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
        return [];
      case 'linkEnded':
        if (!this.link) return this.illegal(event.tag, nowMs);
        this.link = false;
        return this.end(this.reasonOfLinkEnd(event.end), nowMs, event.detail);
      case 'desktopFailed':
        return this.end('desktopUnavailable', nowMs, event.detail);
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

  private onAccepted(tag: string, nowMs: number): NoviceEffect[] {
    // A transport tells both: accepted, and that context data may flow. The first of them is the news.
    if (tag === 'readyToLaunch' && this.current.tag === 'awaitingExpertTicket') return [];
    if (this.current.tag !== 'inviting') return this.refuse(tag);
    this.step(2, 'done', nowMs);
    this.step(3, 'active', nowMs);
    this.current = { tag: 'awaitingExpertTicket', deadlineMs: nowMs + TICKET_WAIT_MS };
    return [];
  }

  private onContextData(data: string, seen: SeenTickets, nowMs: number): NoviceEffect[] {
    const state = this.current;
    if (this.link) return this.refuse('contextData');
    try {
      const ticket = parseExpertTicket(data);
      // The same ticket delivered twice is refused without harm; another one in its place is not.
      if (this.expertTicketId !== undefined && isReplay(seen, ticket.id) && sameBytes(ticket.id, this.expertTicketId))
        return this.refuse('a ticket again');
      if (state.tag !== 'awaitingExpertTicket')
        throw new ProtocolError('ILLEGAL_TRANSITION', `NoviceNegotiation.${state.tag}`, 'no ticket now', 'expert ticket');
      checkTicketUse(ticket.id, seen, nowMs, state.deadlineMs);
      this.expertTicketId = ticket.id;
      this.step(3, 'done', nowMs);
      this.step(4, 'active', nowMs);
      this.endpoint = true;
      this.current = { tag: 'openingEndpoint', deadlineMs: nowMs + TICKET_WAIT_MS, dial: ticket.addresses };
      return [{ tag: 'rememberTicket', id: ticket.id }, { tag: 'openEndpoint' }];
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return [{ tag: 'refused', error }, ...this.end('ticketRefused', nowMs, error.message)];
    }
  }

  private onEndpointOpened(event: Extract<NoviceEvent, { tag: 'endpointOpened' }>, nowMs: number): NoviceEffect[] {
    const state = this.current;
    if (state.tag !== 'openingEndpoint') {
      this.endpoint = true;
      return this.illegal(event.tag, nowMs);
    }
    let data: string;
    try {
      data = formatNoviceTicket(event);
    } catch (error) {
      return this.end('noConnection', nowMs, error instanceof Error ? error.message : 'no usable address');
    }
    this.step(4, 'done', nowMs);
    this.step(5, 'active', nowMs);
    this.current = { tag: 'connecting', deadlineMs: nowMs + CONNECT_DEADLINE_MS, forward: false };
    return [
      { tag: 'sendContextData', data },
      { tag: 'dial', addresses: state.dial },
    ];
  }

  private onForward(nowMs: number): NoviceEffect[] {
    if (this.current.tag !== 'connecting') return [];
    this.step(7, 'active', nowMs);
    this.current = { ...this.current, forward: true };
    return [];
  }

  private onPresented(connection: SessionConnection, nowMs: number): NoviceEffect[] {
    this.link = true;
    if (this.current.tag !== 'connecting') return this.illegal('presented', nowMs);
    this.way = connection;
    this.step(5, connection.by === 'reverse' ? 'done' : 'failed', nowMs);
    this.step(6, 'done', nowMs);
    this.step(7, connection.by === 'reverse' ? 'notNeeded' : 'done', nowMs);
    this.current = { tag: 'awaitingConsent', deadlineMs: nowMs + CONSENT_DEADLINE_MS };
    return [{ tag: 'askViewConsent' }];
  }

  private onDeadline(nowMs: number): NoviceEffect[] {
    const state = this.current;
    if (!('deadlineMs' in state) || nowMs < state.deadlineMs) return [];
    switch (state.tag) {
      case 'inviting':
      case 'awaitingExpertTicket':
        return this.end('timedOut', nowMs);
      case 'openingEndpoint':
      case 'connecting':
        return this.end('noConnection', nowMs);
      case 'awaitingConsent':
        return this.end('consentTimedOut', nowMs);
      case 'admitting':
        return this.end('connectionLost', nowMs);
    }
  }

  private reasonOfLinkEnd(end: LinkEndSignal): EndReason {
    switch (end) {
      case 'userRequested':
      case 'disconnected':
        return this.current.tag === 'connected' ? 'closedByExpert' : 'cancelledByPeer';
      case 'protocolError':
      case 'peerGone':
        return end;
      case 'denied':
      case 'timeout':
      case 'desktopUnavailable':
      case 'lost':
        return 'connectionLost';
    }
  }

  private refuse(what: string): NoviceEffect[] {
    return [
      {
        tag: 'refused',
        error: new ProtocolError('ILLEGAL_TRANSITION', `NoviceNegotiation.${this.current.tag}`, 'an event of this state', what),
      },
    ];
  }

  private illegal(what: string, nowMs: number): NoviceEffect[] {
    const refused = this.refuse(what);
    return [...refused, ...this.end('protocolError', nowMs, `${what} in ${this.current.tag}`)];
  }

  private step(step: StepStatus['step'], state: StepStatus['state'], nowMs: number): void {
    this.stepList = withStep(this.stepList, step, state, nowMs);
  }

  private end(reason: EndReason, nowMs: number, detail?: string): NoviceEffect[] {
    const effects: NoviceEffect[] = [];
    if (this.link) effects.push({ tag: 'closeLink', reason: linkCloseReason(reason) });
    if (this.endpoint) effects.push({ tag: 'closeEndpoint' });
    if (!this.rendezvousOver) effects.push({ tag: 'cancelRendezvous', code: cancelSignalFor(reason) });
    if (this.current.tag === 'inviting' && (reason === 'contactOffline' || reason === 'appNotPresent' || reason === 'messengerLost')) {
      this.step(1, 'failed', nowMs);
      this.step(2, 'pending', nowMs);
    }
    this.stepList = withActiveFailed(this.stepList, nowMs);
    this.link = false;
    this.endpoint = false;
    this.rendezvousOver = true;
    const since = this.current.tag === 'connected' ? { sinceMs: this.current.sinceMs } : {};
    this.current = { tag: 'ended', reason, atMs: nowMs, ...since, ...(detail === undefined ? {} : { detail }) };
    return [...effects, { tag: 'ended', reason }];
  }
}

type LinkCloseReason = 'userRequested' | 'denied' | 'timeout' | 'protocolError' | 'desktopUnavailable';

function linkCloseReason(reason: EndReason): LinkCloseReason {
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
    default:
      return 'protocolError';
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
