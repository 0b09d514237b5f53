import { ProtocolError } from '../bytes/errors.ts';
import type { FinalSignal, RendezvousSignal } from './negotiation.ts';
import { SEALED_KIND } from './sealed-data.ts';
import type { Meeting, SessionTrust } from './session-trust.ts';
import type { Role } from './status.ts';
import { GUEST_FIRST_WORD_MS, GUEST_RUN_MS } from './timing.ts';

/** Said by a guest's program in its INVITE: it begins with a code, and nobody is to be asked before that has come out right. */
export const GUEST_FEATURE = 'guest';

/** Why nobody was let in. `notThere`: no program answers, or none that has a code open; `expired`: the code was right, and its time is over. */
export type AdmissionFailure = 'wrongCode' | 'expired' | 'notThere' | 'gone' | 'messengerLost' | 'timedOut' | 'notVerifiable' | 'broken';

export type AdmissionEvent =
  | RendezvousSignal
  | { readonly tag: 'stop' }
  | { readonly tag: 'failed'; readonly detail: string }
  | { readonly tag: 'deadline' };

/** What the driver does, in this order. After `admitted` or `ended` comes nothing more. */
export type AdmissionEffect =
  | { readonly tag: 'sendContextData'; readonly data: string; readonly kind: string }
  /** The expert's side has answered one guess: until it proves right, it counts as a wrong one. */
  | { readonly tag: 'guessed' }
  /** Both sides have the same key, and the expert's code is still good: people may be asked. */
  | { readonly tag: 'admitted' }
  | { readonly tag: 'refused'; readonly error: ProtocolError }
  | { readonly tag: 'cancelRendezvous'; readonly code: 'REJECT' | 'TIMEOUT' | 'FAIL' | 'OUTBANDCANCEL' }
  | { readonly tag: 'ended'; readonly failure: AdmissionFailure };

/** The expert's first word under the key that both have: its person is being asked from now on. */
const ASKED = 'asked';

/**
 * The part of a guest's invitation before it is one: both programs prove to each other that they have the same code, and no person is asked anything.
 * The same for both roles, without I/O; one guess an invitation. The invitation goes on in the machine of its role with the key that is there then.
 */
export class GuestAdmission {
  private readonly role: Role;
  private readonly trust: SessionTrust;
  private deadlineMs: number;
  private readonly endMs: number;
  private readonly stillGood: () => boolean;
  private state: 'waiting' | 'met' | 'confirmed' | 'over' = 'waiting';

  /**
   * The guest's invitation has just been sent (novice), or has just come and is about to be accepted (expert). `trust` has the code; `stillGood` says
   * on the expert's side whether its time is over, which only whoever has proved it is told.
   */
  constructor(role: Role, trust: SessionTrust, nowMs: number, stillGood: () => boolean = () => true) {
    this.role = role;
    this.trust = trust;
    this.stillGood = stillGood;
    this.endMs = nowMs + GUEST_RUN_MS;
    // Whoever says nothing more does not keep a place for as long as somebody who tries a code.
    this.deadlineMs = role === 'expert' ? nowMs + GUEST_FIRST_WORD_MS : this.endMs;
  }

  get nextDeadlineMs(): number | undefined {
    return this.state === 'over' ? undefined : this.deadlineMs;
  }

  handle(event: AdmissionEvent, nowMs: number): AdmissionEffect[] {
    if (this.state === 'over') return [];
    switch (event.tag) {
      case 'accepted':
        return this.role === 'novice' ? this.onMeeting(event, nowMs) : [];
      case 'readyToLaunch':
        return this.role === 'expert' ? this.onMeeting(event, nowMs) : [];
      case 'contextData':
        if (event.kind !== SEALED_KIND || this.state === 'waiting')
          return [{ tag: 'refused', error: new ProtocolError('UNEXPECTED', 'ContextData.kind', SEALED_KIND, event.kind ?? 'no kind') }];
        return this.onSealed(event.data);
      case 'declined':
      case 'cancelled':
      case 'appNotPresent':
      case 'answeredElsewhere':
      case 'terminated':
      case 'sendError':
        return this.over(failureOf(event));
      case 'stop':
        return this.end('gone', 'OUTBANDCANCEL');
      case 'failed':
        return this.end('broken', 'FAIL');
      case 'deadline':
        return nowMs < this.deadlineMs ? [] : this.end('timedOut', 'TIMEOUT');
    }
  }

  private onMeeting(meeting: Meeting, nowMs: number): AdmissionEffect[] {
    if (this.state !== 'waiting') return [];
    const refusal = this.trust.meet(meeting, nowMs);
    if (refusal !== undefined) return this.end(refusal === 'tampered' ? 'broken' : 'notVerifiable', 'REJECT');
    // Who cannot prove anything is no guest.
    if (this.trust.isUnverified) return this.end('notVerifiable', 'REJECT');
    this.state = 'met';
    return this.answer();
  }

  /** The expert's side, once it has the guest's first word: its confirmation, and nothing of a ticket yet. */
  private answer(): AdmissionEffect[] {
    if (this.role === 'novice' || !this.trust.canAnswer) return [];
    this.deadlineMs = this.endMs;
    return [{ tag: 'guessed' }, { tag: 'sendContextData', data: this.trust.seal(''), kind: SEALED_KIND }];
  }

  private onSealed(data: string): AdmissionEffect[] {
    const heard = this.trust.hear(data);
    switch (heard.tag) {
      case 'begun':
        return this.answer();
      case 'introduced':
        return this.role === 'expert' ? this.ask() : this.confirm(heard.ticket);
      case 'wrong':
        // Another guess is another invitation.
        return this.end('wrongCode', 'REJECT');
      case 'refused':
        return [heard];
      case 'over':
        return [
          ...(heard.error === undefined ? [] : [{ tag: 'refused', error: heard.error } as const]),
          ...this.end(heard.reason === 'codeBurnt' ? 'wrongCode' : 'broken', 'REJECT'),
        ];
    }
  }

  private ask(): AdmissionEffect[] {
    this.trust.admit();
    if (!this.stillGood()) return this.end('expired', 'TIMEOUT');
    this.state = 'over';
    return [{ tag: 'sendContextData', data: this.trust.seal(ASKED), kind: SEALED_KIND }, { tag: 'admitted' }];
  }

  /** The guest's side: the expert's confirmation is right, or (`said`) its person is being asked. */
  private confirm(said: string): AdmissionEffect[] {
    if (this.state === 'confirmed') {
      if (said !== ASKED) return this.end('broken', 'FAIL');
      this.state = 'over';
      return [{ tag: 'admitted' }];
    }
    this.state = 'confirmed';
    const data = this.trust.seal('');
    this.trust.admit();
    return [{ tag: 'sendContextData', data, kind: SEALED_KIND }];
  }

  private over(failure: AdmissionFailure): AdmissionEffect[] {
    this.state = 'over';
    return [{ tag: 'ended', failure }];
  }

  private end(failure: AdmissionFailure, code: Extract<AdmissionEffect, { tag: 'cancelRendezvous' }>['code']): AdmissionEffect[] {
    return [{ tag: 'cancelRendezvous', code }, ...this.over(failure)];
  }
}

function failureOf(signal: FinalSignal): AdmissionFailure {
  switch (signal.tag) {
    case 'cancelled':
      return signal.code === 'TIMEOUT' || signal.code === 'FTTIMEOUT' ? 'expired' : 'gone';
    case 'terminated':
      return signal.reason === 'peerLeft' ? 'gone' : 'messengerLost';
    case 'sendError':
      return signal.code === 'CONTACT_OFFLINE' || signal.code === 'NO_SUCH_USER' || signal.code === 'TIMEOUT'
        ? 'notThere'
        : 'messengerLost';
    default:
      return 'notThere';
  }
}
