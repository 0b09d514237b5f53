import type { DisconnectReason } from '../rdp/pdu/disconnect-reasons.ts';
import type { Meeting } from './session-trust.ts';
import type { EndReason, Role, SessionPhase, WayFailure, WayId } from './status.ts';
import type { SeenTickets } from './ticket.ts';

/** What the messenger reports, as the Rendezvous API names it. `code` of `sendError` is the messenger's error code. */
export type RendezvousSignal =
  /** `features`: what the other side's program says of itself; undefined for an older or another one. */
  | ({ readonly tag: 'accepted' | 'readyToLaunch' } & Meeting)
  | { readonly tag: 'declined' }
  | { readonly tag: 'cancelled'; readonly code: string }
  | { readonly tag: 'appNotPresent' }
  /** Invitee: another device of this account has answered; `device` is its name. */
  | { readonly tag: 'answeredElsewhere'; readonly device: string }
  /** `kind`: how it was marked. `seen`: the ids of all tickets used so far, kept by the caller. */
  | { readonly tag: 'contextData'; readonly data: string; readonly kind?: string; readonly seen: SeenTickets }
  | { readonly tag: 'terminated'; readonly reason: 'peerLeft' | 'connectionLost' }
  | { readonly tag: 'sendError'; readonly code: string };

/** Signals after which the messenger's part is over. */
export type FinalSignal = Exclude<RendezvousSignal, { tag: 'accepted' | 'readyToLaunch' | 'contextData' }>;

/**
 * How the other side is told over the messenger why it is over: `OUTBANDCANCEL` a person or a running session ended it,
 * `FAIL` no connection could be made, `TIMEOUT` waited too long, `REJECT` its ticket, or what stood in its place, was refused.
 */
export type CancelSignal = 'FAIL' | 'OUTBANDCANCEL' | 'REJECT' | 'TIMEOUT';

/** How the RDP connection ended, as this side saw it. */
export type LinkEndSignal = DisconnectReason | 'peerGone' | 'incompatible' | 'disconnected' | 'lost' | 'engineFailed';

/** What both roles hear from the rest of the program. */
export type CommonEvent =
  | RendezvousSignal
  /** This side's person has typed the six digits. */
  | { readonly tag: 'code'; readonly code: string }
  | { readonly tag: 'endpointFailed'; readonly detail: string }
  /** A connection was begun on a way, by either side or by a stranger. */
  | { readonly tag: 'attempt'; readonly way: WayId }
  /** One connection of a way was refused. */
  | { readonly tag: 'wayRefused'; readonly way: WayId; readonly failure: WayFailure }
  /** All that this side could try on a way has failed. */
  | { readonly tag: 'wayFailed'; readonly way: WayId; readonly failure: WayFailure }
  /** What this side's part of a way says to the other's. */
  | { readonly tag: 'signal'; readonly way: WayId; readonly text: string }
  | { readonly tag: 'active' }
  | { readonly tag: 'linkEnded'; readonly end: LinkEndSignal; readonly detail?: string }
  /** This side's person ends it. */
  | { readonly tag: 'stop' }
  /** On a running connection the other side said something that makes no sense. */
  | { readonly tag: 'peerBroke'; readonly detail: string }
  /** A fault of this program. */
  | { readonly tag: 'failed'; readonly detail: string }
  | { readonly tag: 'deadline' };

/** Why it is over when the messenger says so. `stage`: `inviting` until the invitation is answered. */
export function reasonOfSignal(signal: FinalSignal, role: Role, stage: 'inviting' | 'negotiating'): EndReason {
  const inviter = stage === 'inviting' && role === 'novice';
  switch (signal.tag) {
    case 'declined':
      return inviter ? 'declined' : 'ticketRefused';
    case 'appNotPresent':
      return 'appNotPresent';
    case 'answeredElsewhere':
      return 'answeredElsewhere';
    case 'terminated':
      return signal.reason === 'peerLeft' ? 'peerLeftMessenger' : 'messengerLost';
    case 'sendError':
      return reasonOfSendError(signal.code, stage);
    case 'cancelled':
      switch (signal.code) {
        case 'TIMEOUT':
        case 'FTTIMEOUT':
          return 'timedOut';
        case 'REJECT_NOT_INSTALLED':
          return 'appNotPresent';
        case 'REJECT':
          if (stage === 'negotiating') return 'ticketRefused';
          return inviter ? 'declined' : 'cancelledByPeer';
        case 'FAIL':
          return stage === 'negotiating' ? 'noConnection' : 'cancelledByPeer';
        default:
          return 'cancelledByPeer';
      }
  }
}

function reasonOfSendError(code: string, stage: 'inviting' | 'negotiating'): EndReason {
  switch (code) {
    case 'CONTACT_OFFLINE':
    case 'NO_SUCH_USER':
      return stage === 'inviting' ? 'contactOffline' : 'peerLeftMessenger';
    case 'TIMEOUT':
      return 'timedOut';
    case 'TOO_LARGE':
    case 'REFUSED':
    case 'PROTOCOL':
      return 'protocolError';
    default:
      return 'messengerLost';
  }
}

/** Why it is over when the RDP connection has ended. `connected`: it had come as far as the picture. */
export function reasonOfLinkEnd(end: LinkEndSignal, role: Role, connected: boolean): EndReason {
  switch (end) {
    case 'protocolError':
    case 'incompatible':
    case 'peerGone':
    case 'engineFailed':
      return end;
    case 'lost':
      return 'connectionLost';
    case 'userRequested':
    case 'disconnected':
      if (!connected) return 'cancelledByPeer';
      return role === 'novice' ? 'closedByExpert' : 'stoppedByNovice';
    // Only the novice's side ends a connection with these reasons.
    case 'denied':
      return role === 'novice' ? 'connectionLost' : 'viewRefused';
    case 'timeout':
      return role === 'novice' || connected ? 'connectionLost' : 'consentTimedOut';
    case 'desktopUnavailable':
      return role === 'novice' ? 'connectionLost' : end;
    case 'sessionLimit':
      return role === 'novice' || !connected ? 'connectionLost' : 'timeUp';
  }
}

export type EndedPhase = Extract<SessionPhase, { tag: 'ended' }>;

/** The end of what was in `phase`, which knows since when it was connected, if it was. */
export function endedPhase(
  phase: { readonly tag: string; readonly sinceMs?: number },
  reason: EndReason,
  atMs: number,
  detail: string | undefined,
): EndedPhase {
  const { sinceMs } = phase;
  return { tag: 'ended', reason, atMs, ...(sinceMs === undefined ? {} : { sinceMs }), ...(detail === undefined ? {} : { detail }) };
}

/** The end with the name of the device that has answered; it may have none. */
export function answeredOn<State extends { readonly tag: string }>(state: State, signal: FinalSignal): State {
  if (signal.tag !== 'answeredElsewhere' || state.tag !== 'ended' || signal.device === '') return state;
  return { ...state, answeredOn: signal.device };
}

/** What to tell the other side over the messenger. */
export function cancelSignalFor(reason: EndReason): CancelSignal {
  switch (reason) {
    case 'timedOut':
    case 'codeExpired':
      return 'TIMEOUT';
    case 'ticketRefused':
    case 'codeBurnt':
    case 'tampered':
      return 'REJECT';
    case 'noConnection':
    case 'pinMismatch':
    case 'protocolError':
    case 'internalError':
    case 'desktopUnavailable':
      return 'FAIL';
    default:
      return 'OUTBANDCANCEL';
  }
}
