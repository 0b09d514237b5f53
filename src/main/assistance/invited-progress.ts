import { endedPhase } from '../../protocol/assistance/negotiation.ts';
import type { EndReason, SessionConnection, SessionPhase, StepStatus } from '../../protocol/assistance/status.ts';
import { dialledSteps, invitedSteps, withActiveFailed } from '../../protocol/assistance/steps.ts';
import type { SessionFacts } from './running-session.ts';

/** How far a session by invitation file has come: without a messenger there is nothing to negotiate, so no machine decides it. */
export class InvitedProgress {
  private now: SessionPhase = { tag: 'forwardConnecting' };
  private stepList: readonly StepStatus[];
  private way: SessionConnection | undefined;

  /** Until `authenticated` the expert is dialling. Times are Unix ms. */
  constructor(atMs: number) {
    this.stepList = dialledSteps(atMs);
  }

  get phase(): SessionPhase['tag'] {
    return this.now.tag;
  }
  get over(): boolean {
    return this.now.tag === 'ended';
  }
  get facts(): SessionFacts['negotiation'] {
    return { phase: this.now, steps: this.stepList, connection: this.way };
  }

  /** Connected; the novice is being asked. */
  authenticated(connection: SessionConnection, atMs: number): void {
    this.way = connection;
    this.stepList = invitedSteps(connection.by, atMs);
    this.now = { tag: 'awaitingConsent' };
  }

  /** The novice has said yes. */
  connected(sinceMs: number): void {
    this.now = { tag: 'connected', sinceMs };
  }

  /** False when it was over before. */
  end(reason: EndReason, atMs: number, detail: string | undefined): boolean {
    if (this.over) return false;
    this.now = endedPhase(this.now, reason, atMs, detail);
    this.stepList = withActiveFailed(this.stepList, atMs);
    return true;
  }
}
