import { ProtocolError } from '../bytes/errors.ts';
import type { HostPort } from '../host-port.ts';
import { type Features, takesParts, takesSignals } from '../rendezvous/features.ts';
import type { DeviceKey } from '../trust/hello.ts';
import { type CancelSignal, cancelSignalFor } from './negotiation.ts';
import type { EndReason, Role, SessionConnection, SessionPhase, StepNumber, StepStatus, WayFailure, WayId } from './status.ts';
import { MORE_KIND } from './sealed-data.ts';
import type { SessionTrust } from './session-trust.ts';
import { TICKET_KIND } from './ticket.ts';
import { NO_STEPS, failedStep, withActiveFailed, withStep } from './steps.ts';
import { Ladder, type WayPlan } from './ways.ts';

/** What the drivers of both roles do alike. */
export type CommonEffect =
  | { readonly tag: 'openEndpoint' }
  | { readonly tag: 'rememberTicket'; readonly id: Uint8Array }
  /** With `kind` to a peer that knows kinds, as it is to every other. */
  | { readonly tag: 'sendContextData'; readonly data: string; readonly kind?: string }
  /** It is this way's turn, and this side's part to reach the other. */
  | { readonly tag: 'reach'; readonly way: WayId }
  /** What the other side's part of a way says to this side's. */
  | { readonly tag: 'signal'; readonly way: WayId; readonly text: string }
  /** The session has come up, and the other side is sure: it is to be known from now on. */
  | { readonly tag: 'remember'; readonly device: DeviceKey }
  | RefusedEffect
  | EndEffect;

/** Dropped with a typed error; the negotiation goes on. */
interface RefusedEffect {
  readonly tag: 'refused';
  readonly error: ProtocolError;
}

type EndEffect = { readonly tag: 'cancelRendezvous'; readonly code: CancelSignal } | { readonly tag: 'ended'; readonly reason: EndReason };

/** Context data of unknown kinds: this much of it is told, all of it is counted. */
const PASSED_OVER_TOLD = 8;
const SIGNAL = /^signal ([a-z][a-z0-9-]{0,23}) (.*)$/s;

/** What a negotiation of either role keeps beside its state: the seven steps, the ways to connect, and what is open and so has to be closed at the end. */
export class NegotiationRecord {
  /** Who the other side is, and the agreement that makes it sure. */
  readonly trust: SessionTrust;
  private readonly ladder: Ladder;
  private stepList: readonly StepStatus[];
  private way: SessionConnection | undefined;
  /** There is an authenticated RDP connection. */
  link = false;
  rendezvousOver = false;
  private peer: Features | undefined;
  private passedOverCount = 0;

  /** Step 1 is done: the invitation is under way. */
  constructor(ways: readonly WayPlan[], role: Role, trust: SessionTrust, nowMs: number) {
    this.trust = trust;
    this.ladder = new Ladder(ways, role);
    this.stepList = withStep(withStep(NO_STEPS, 1, 'done', nowMs), 2, 'active', nowMs);
  }

  get steps(): readonly StepStatus[] {
    return this.stepList;
  }
  get connection(): SessionConnection | undefined {
    return this.way;
  }

  get peerFeatures(): Features | undefined {
    return this.peer;
  }
  get passedOver(): number {
    return this.passedOverCount;
  }

  /** Keeps what the peer's program says of itself. Called once or twice, before the first ticket goes out. */
  met(features: Features | undefined): void {
    this.peer ??= features;
  }

  /** A ticket of ours, as the peer can read it. */
  ticket(data: string): CommonEffect {
    return { tag: 'sendContextData', data, ...(takesParts(this.peer) ? { kind: TICKET_KIND } : {}) };
  }

  /** The picture is there: whom to know from now on. */
  cameUp(): CommonEffect[] {
    const device = this.trust.sureDevice;
    return device === undefined ? [] : [{ tag: 'remember', device }];
  }

  /** Context data that this version knows nothing of: a later one may, so it is no reason to end. */
  passOver(kind: string | undefined): RefusedEffect[] {
    this.passedOverCount += 1;
    if (this.passedOverCount > PASSED_OVER_TOLD) return [];
    return [{ tag: 'refused', error: new ProtocolError('UNEXPECTED', 'ContextData.kind', TICKET_KIND, kind ?? 'no kind') }];
  }

  step(step: StepNumber, state: StepStatus['state'], nowMs: number): void {
    this.stepList = withStep(this.stepList, step, state, nowMs);
  }

  /** When this side has to reach the other on its next way, Unix ms. */
  get nextWayAtMs(): number | undefined {
    return this.ladder.next?.atMs;
  }

  /** What people see while the ways are tried. */
  get connecting(): SessionPhase {
    const { trying, next } = this.ladder;
    return { tag: 'connecting', way: trying?.id ?? '', ...(next === undefined ? {} : { next }) };
  }

  /** Both tickets are there. */
  startWays(nowMs: number): CommonEffect[] {
    if (!this.signals) this.ladder.withoutSignals();
    const reach = this.ladder.start(nowMs);
    for (const { step } of this.ladder.begun) this.step(step, 'active', nowMs);
    return reach.map(({ id }) => ({ tag: 'reach', way: id }));
  }

  /** Nobody can be reached there, and no way can say anything else. */
  isNowhere(addresses: readonly HostPort[]): boolean {
    return addresses.length === 0 && (this.trust.isUnverified || !takesSignals(this.peer));
  }

  /** This side's part of a way says something. Where the other side cannot hear it, it is not said. */
  say(way: WayId, text: string): CommonEffect[] {
    if (!this.signals) return [];
    return [{ tag: 'sendContextData', data: this.trust.sealMore(`signal ${way} ${text}`), kind: MORE_KIND }];
  }

  /** Something has come that was sealed after the agreement; without `data`, what came too early for it. What this version knows nothing of is passed over. */
  hearMore(data?: string): CommonEffect[] {
    const { texts, error } = this.trust.openMore(data);
    const effects = texts.flatMap((text): CommonEffect[] => {
      const [, way, words = ''] = SIGNAL.exec(text) ?? [];
      return way === undefined ? this.passOver(MORE_KIND) : [{ tag: 'signal', way, text: words }];
    });
    return error === undefined ? effects : [...effects, { tag: 'refused', error }];
  }

  /** The ways whose time has come. */
  reachDue(nowMs: number): CommonEffect[] {
    return this.ladder.due(nowMs).map(({ id, step }) => {
      this.step(step, 'active', nowMs);
      return { tag: 'reach', way: id };
    });
  }

  /** The other side was heard on a way: it has begun there as well. */
  attempted(way: WayId, nowMs: number): void {
    const plan = this.ladder.begin(way);
    if (plan !== undefined) this.step(plan.step, 'active', nowMs);
  }

  /** One connection of a way was refused; the way itself goes on. */
  refusedOn(way: WayId, failure: WayFailure): void {
    this.ladder.failed(way, failure);
  }

  /** This side has tried all it could on a way: it waits for the next one that the other side tries, if there is one. */
  wayFailed(way: WayId, failure: WayFailure, nowMs: number): void {
    this.ladder.failed(way, failure);
    const awaited = this.ladder.over(way);
    if (awaited === undefined) return;
    for (const { step } of this.ladder.begun) {
      if (step < awaited.step) this.replaceStep(failedStep(step, nowMs, this.ladder.failuresUnder(step)));
    }
    this.step(awaited.step, 'active', nowMs);
  }

  /** Step 6 and those of the ways, once an RDP connection has authenticated: what has not failed by itself is not needed. */
  connected(connection: SessionConnection, nowMs: number): void {
    const { by } = connection;
    this.way = by === 'forward' && this.ladder.isInVain('reverse') ? { ...connection, reverseFailed: true } : connection;
    this.step(6, 'done', nowMs);
    const winner = this.ladder.planOf(by)?.step;
    for (const step of this.ladder.steps) {
      const failures = winner === undefined ? [] : this.ladder.failuresBeside(step, winner);
      if (winner === undefined) this.step(step, 'done', nowMs);
      else if (step === winner) this.replaceStep({ step, state: 'done', atMs: nowMs, way: by });
      else if (failures.length === 0) this.step(step, 'notNeeded', nowMs);
      else this.replaceStep(failedStep(step, nowMs, failures));
    }
  }

  /** `what` does not belong where the negotiation is (`at`). */
  refused(at: string, what: string): RefusedEffect {
    return { tag: 'refused', error: new ProtocolError('ILLEGAL_TRANSITION', at, 'an event of this state', what) };
  }

  /** Everything open closes, the RDP connection first, so that its goodbye gets through. */
  end<CloseLink>(reason: EndReason, closeLink: CloseLink, nowMs: number): (CloseLink | EndEffect)[] {
    const effects: (CloseLink | EndEffect)[] = [];
    if (this.link) effects.push(closeLink);
    if (!this.rendezvousOver) effects.push({ tag: 'cancelRendezvous', code: cancelSignalFor(reason) });
    const ofWays = reason === 'noConnection' || reason === 'pinMismatch';
    if (ofWays) for (const { step } of this.ladder.unheard(nowMs)) this.step(step, 'active', nowMs);
    this.stepList = withActiveFailed(this.stepList, nowMs, (step) => (ofWays ? this.ladder.failuresUnder(step) : []));
    this.link = false;
    this.rendezvousOver = true;
    effects.push({ tag: 'ended', reason });
    return effects;
  }

  private get signals(): boolean {
    return takesSignals(this.peer) && this.trust.sealsMore;
  }

  private replaceStep(entry: StepStatus): void {
    this.stepList = this.stepList.map((known) => (known.step === entry.step ? entry : known));
  }
}
