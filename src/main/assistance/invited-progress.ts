import { endedPhase } from '../../protocol/assistance/negotiation.ts';
import type { EndReason, SessionConnection, SessionPhase, StepNumber, StepStatus, WayId } from '../../protocol/assistance/status.ts';
import { dialledSteps, invitedSteps, withActiveFailed } from '../../protocol/assistance/steps.ts';
import type { WayPlan } from '../../protocol/assistance/ways.ts';
import type { SessionFacts } from './running-session.ts';

/** How far a session by invitation file has come: without a messenger there is nothing to negotiate, so no machine decides it. */
export class InvitedProgress {
  /** The ways on which the expert reaches the novice, in the order of their delays: nobody was told where the expert could be reached. */
  readonly ways: readonly WayId[];
  private readonly plans: readonly WayPlan[];
  private now: SessionPhase;
  private stepList: readonly StepStatus[];
  private way: SessionConnection | undefined;

  /** Until `authenticated` the expert is dialling. Times are Unix ms. */
  constructor(plans: readonly WayPlan[], atMs: number) {
    this.plans = plans;
    this.ways = plans
      .filter(({ offeredBy, signals }) => offeredBy === 'novice' && signals !== true)
      .toSorted((a, b) => a.afterMs - b.afterMs)
      .map(({ id }) => id);
    const [first = ''] = this.ways;
    this.now = { tag: 'connecting', way: first };
    this.stepList = dialledSteps(this.stepOf(first), atMs);
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
    this.stepList = invitedSteps(this.stepOf(connection.by), atMs);
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

  private stepOf(way: WayId): StepNumber | undefined {
    return this.plans.find(({ id }) => id === way)?.step;
  }
}
