import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import { type CancelSignal, cancelSignalFor } from './negotiation.ts';
import type { EndReason, SessionConnection, StepNumber, StepStatus } from './status.ts';
import { NO_STEPS, withActiveFailed, withStep } from './steps.ts';

/** What the drivers of both roles do alike. */
export type CommonEffect =
  | { readonly tag: 'openEndpoint' }
  | { readonly tag: 'rememberTicket'; readonly id: Uint8Array }
  | { readonly tag: 'sendContextData'; readonly data: string }
  | RefusedEffect
  | EndEffect;

/** Dropped with a typed error; the negotiation goes on. */
interface RefusedEffect {
  readonly tag: 'refused';
  readonly error: ProtocolError;
}

type EndEffect =
  | { readonly tag: 'closeEndpoint' }
  | { readonly tag: 'cancelRendezvous'; readonly code: CancelSignal }
  | { readonly tag: 'ended'; readonly reason: EndReason };

/** What a negotiation of either role keeps beside its state: the seven steps, and what is open and so has to be closed at the end. */
export class NegotiationRecord {
  private stepList: readonly StepStatus[];
  private way: SessionConnection | undefined;
  /** The driver has been told to open it. */
  endpoint = false;
  /** There is an authenticated RDP connection. */
  link = false;
  rendezvousOver = false;

  /** Step 1 is done: the invitation is under way. */
  constructor(nowMs: number) {
    this.stepList = withStep(withStep(NO_STEPS, 1, 'done', nowMs), 2, 'active', nowMs);
  }

  get steps(): readonly StepStatus[] {
    return this.stepList;
  }
  get connection(): SessionConnection | undefined {
    return this.way;
  }

  step(step: StepNumber, state: StepStatus['state'], nowMs: number): void {
    this.stepList = withStep(this.stepList, step, state, nowMs);
  }

  /** Steps 5 to 7 of an RDP connection that has authenticated. */
  connected(connection: SessionConnection, nowMs: number): void {
    const reverse = connection.by === 'reverse';
    this.way = connection;
    this.step(5, reverse ? 'done' : 'failed', nowMs);
    this.step(6, 'done', nowMs);
    this.step(7, reverse ? 'notNeeded' : 'done', nowMs);
  }

  /** `what` does not belong where the negotiation is (`at`). */
  refused(at: string, what: string): RefusedEffect {
    return { tag: 'refused', error: new ProtocolError('ILLEGAL_TRANSITION', at, 'an event of this state', what) };
  }

  /** Everything open closes, the RDP connection first, so that its goodbye gets through. */
  end<CloseLink>(reason: EndReason, closeLink: CloseLink, nowMs: number): (CloseLink | EndEffect)[] {
    const effects: (CloseLink | EndEffect)[] = [];
    if (this.link) effects.push(closeLink);
    if (this.endpoint) effects.push({ tag: 'closeEndpoint' });
    if (!this.rendezvousOver) effects.push({ tag: 'cancelRendezvous', code: cancelSignalFor(reason) });
    this.stepList = withActiveFailed(this.stepList, nowMs);
    this.link = false;
    this.endpoint = false;
    this.rendezvousOver = true;
    effects.push({ tag: 'ended', reason });
    return effects;
  }
}
