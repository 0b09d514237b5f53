import type { HostPort } from '../host-port.ts';
import type { Role, StepNumber, WayFailed, WayFailure, WayId } from './status.ts';

/** What is known of a way to connect before anything is tried: one line of the list in `main/connection/ways`. */
export interface WayPlan {
  readonly id: WayId;
  /** Who waits to be reached; the other role reaches. */
  readonly offeredBy: Role;
  /** The step of KB 306298 under which people see it. */
  readonly step: StepNumber;
  /** Milliseconds from the novice's ticket until it is tried. */
  readonly afterMs: number;
  /** The two sides have to say more to each other than tickets do; between two that cannot, it is unavailable. */
  readonly signals?: true;
  /** All that it finds goes through the proxy of the messenger's server. */
  readonly proxied?: true;
}

/** Longest text that one side of a way says to the other at once, in bytes of UTF-8. */
export const MAX_SIGNAL_BYTES = 2_900;

/** What is known of a way, of all that there is of it. */
export function planOf({ id, offeredBy, step, afterMs, signals, proxied }: WayPlan): WayPlan {
  const more = { ...(signals === undefined ? {} : { signals }), ...(proxied === undefined ? {} : { proxied }) };
  return { id, offeredBy, step, afterMs, ...more };
}

/** What one way adds to its side's ticket. */
export interface TicketPart {
  readonly addresses: readonly HostPort[];
  /** What the way has to say that is no address; printable ASCII. */
  readonly note?: string;
}

/** What a ticket says of the ways its owner offers: where it listens, and what else each way has to say. */
export interface WayTicket {
  readonly addresses: readonly HostPort[];
  readonly notes?: Readonly<Record<WayId, string>>;
}

/** The way that is tried next, and when (Unix ms). */
export interface NextWay {
  readonly way: WayId;
  readonly atMs: number;
}

interface Rung {
  readonly plan: WayPlan;
  /** `over`: this side has tried all it could on it; the other may still be heard there. `leftOut`: it will not be tried. */
  state: 'pending' | 'begun' | 'over' | 'leftOut';
  failure?: WayFailure;
}

const hasBegun = ({ state }: Rung): boolean => state === 'begun' || state === 'over';

const BY_WEIGHT: readonly WayFailure[] = ['silent', 'unavailable', 'unreachable', 'broken', 'otherSecurity', 'stranger'];

const NOBODY_CAME: ReadonlySet<WayFailure> = new Set(['silent', 'unreachable']);

/** What is told when two things went wrong on one way. */
export function moreTelling(one: WayFailure | undefined, other: WayFailure): WayFailure {
  return one !== undefined && BY_WEIGHT.indexOf(one) > BY_WEIGHT.indexOf(other) ? one : other;
}

/** The ways of one negotiation, in the order in which they are tried: which have begun, which comes next, what went wrong on each. */
export class Ladder {
  private readonly rungs: readonly Rung[];
  private readonly role: Role;
  /** When the novice's ticket was sent or came, Unix ms; undefined before. */
  private startedAtMs: number | undefined;

  /** `ways` in any order; at least one. */
  constructor(ways: readonly WayPlan[], role: Role) {
    this.role = role;
    this.rungs = ways.toSorted((a, b) => a.afterMs - b.afterMs).map((plan) => ({ plan, state: 'pending' }));
  }

  /** The two sides cannot say more to each other than their tickets. Called before {@link start}. */
  withoutSignals(): void {
    for (const rung of this.rungs) {
      if (rung.plan.signals !== true) continue;
      rung.state = 'leftOut';
      rung.failure = 'unavailable';
    }
  }

  /** The delays count from `nowMs`. Gives the ways that this side has to reach at once; those of no delay that it offers have begun as well. */
  start(nowMs: number): readonly WayPlan[] {
    this.startedAtMs = nowMs;
    for (const { plan } of this.rungs) if (plan.afterMs === 0) this.begin(plan.id);
    return this.rungs.flatMap(({ plan, state }) => (state === 'begun' && plan.offeredBy !== this.role ? [plan] : []));
  }

  /** The ways this side has to reach by now and has not begun. */
  due(nowMs: number): readonly WayPlan[] {
    const due = this.toReach.filter(({ atMs }) => atMs <= nowMs).map(({ plan }) => plan);
    for (const { id } of due) this.begin(id);
    return due;
  }

  /** The next way that this side has to reach. */
  get next(): NextWay | undefined {
    const [next] = this.toReach;
    return next === undefined ? undefined : { way: next.plan.id, atMs: next.atMs };
  }

  /** The way furthest down the list that has begun. */
  get trying(): WayPlan | undefined {
    return this.rungs.findLast(hasBegun)?.plan;
  }

  get begun(): readonly WayPlan[] {
    return this.rungs.filter(hasBegun).map(({ plan }) => plan);
  }

  /** A way has begun, because its time has come or because the other side was heard on it. Undefined for one that is not in the list. */
  begin(way: WayId): WayPlan | undefined {
    const rung = this.rungs.find(({ plan }) => plan.id === way);
    if (rung?.state === 'pending') rung.state = 'begun';
    return rung?.plan;
  }

  /** This side has tried all it could on a way. When it has nothing else to try, gives the way of the other side that it waits for, if there is one. */
  over(way: WayId): WayPlan | undefined {
    const rung = this.rungs.find(({ plan }) => plan.id === way);
    if (rung === undefined) return undefined;
    rung.state = 'over';
    if (this.rungs.some(({ plan, state }) => plan.offeredBy !== this.role && (state === 'pending' || state === 'begun'))) return undefined;
    const awaited = this.rungs.find(({ plan, state }) => state === 'pending' && plan.offeredBy === this.role);
    return awaited === undefined ? undefined : this.begin(awaited.plan.id);
  }

  /** Nothing has connected the two by `nowMs`. Gives the ways of the other side whose time has come and of which nothing was heard: nobody came on them. */
  unheard(nowMs: number): readonly WayPlan[] {
    const { startedAtMs } = this;
    if (startedAtMs === undefined) return [];
    const unheard = this.rungs.filter(
      ({ plan, state }) => state === 'pending' && plan.offeredBy === this.role && startedAtMs + plan.afterMs <= nowMs,
    );
    for (const { plan } of unheard) this.begin(plan.id);
    return unheard.map(({ plan }) => plan);
  }

  /** Something went wrong on a way, which may still succeed. */
  failed(way: WayId, failure: WayFailure): void {
    const rung = this.rungs.find(({ plan }) => plan.id === way);
    if (rung !== undefined) rung.failure = moreTelling(rung.failure, failure);
  }

  /** The steps of all ways, each once. */
  get steps(): readonly StepNumber[] {
    return [...new Set(this.rungs.map(({ plan }) => plan.step))];
  }

  planOf(way: WayId): WayPlan | undefined {
    return this.rungs.find(({ plan }) => plan.id === way)?.plan;
  }

  /** It was tried, and neither side has come through to the other on it so far. */
  isInVain(way: WayId): boolean {
    const rung = this.rungs.find(({ plan }) => plan.id === way);
    return rung !== undefined && hasBegun(rung) && (rung.failure === undefined || NOBODY_CAME.has(rung.failure));
  }

  /** What went wrong under a step; on a way that has begun and told nothing, that nothing came. */
  failuresUnder(step: StepNumber): readonly WayFailed[] {
    return this.rungs.flatMap(({ plan, state, failure }) =>
      plan.step === step && state !== 'pending' ? [{ way: plan.id, failure: failure ?? 'silent' }] : [],
    );
  }

  /**
   * As {@link failuresUnder}, once a way of another step has won. One that goes on beside the others, or that was begun after the winner, has not failed
   * because nothing came by then, nor because it broke: the other side cuts what it needs no more.
   */
  failuresBeside(step: StepNumber, winner: StepNumber): readonly WayFailed[] {
    if (step > winner && !this.hasFailed(step)) return [];
    return this.failuresUnder(step).filter(
      ({ way, failure }) => (failure !== 'silent' && failure !== 'broken') || (step < winner && this.planOf(way)?.signals !== true),
    );
  }

  /** All that was tried under a step has told that it failed. */
  private hasFailed(step: StepNumber): boolean {
    const begun = this.rungs.filter((rung) => rung.plan.step === step && hasBegun(rung));
    return begun.length > 0 && begun.every(({ failure }) => failure !== undefined);
  }

  private get toReach(): readonly { readonly plan: WayPlan; readonly atMs: number }[] {
    const { startedAtMs } = this;
    if (startedAtMs === undefined) return [];
    return this.rungs.flatMap(({ plan, state }) =>
      state === 'pending' && plan.offeredBy !== this.role ? [{ plan, atMs: startedAtMs + plan.afterMs }] : [],
    );
  }
}
