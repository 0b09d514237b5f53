import type { NoDoor, WayFailure, WayId } from '../../protocol/assistance/status.ts';
import { type TicketPart, moreTelling } from '../../protocol/assistance/ways.ts';
import type { Clock } from '../clock.ts';
import { PREPARE_DEADLINE_MS } from './deadlines.ts';
import { LaneSignals } from './lane-signals.ts';
import { closedInTime, inTime } from './in-time.ts';
import type { RelayKind } from './relay-patience.ts';
import type { PreparedWay, Way, WaySide } from './ways/contract.ts';

/** One way in one race: prepares it, reaches on it, and collects its failures. */
export class Lane {
  readonly id: WayId;
  /** Whether this side waits to be reached on this way. */
  readonly offers: boolean;
  readonly signals = new LaneSignals();
  readonly relays: RelayKind;
  /** What it finds may be direct, and this side looks for it. */
  readonly reachesDirectly: boolean;
  private readonly way: Way;
  private prepared: PreparedWay | undefined;
  private failure: WayFailure | undefined;
  /** Number of this way's carriers whose handshake may still succeed. */
  private inPlay = 0;
  private exhausted = false;
  /** All that this side could try has failed. */
  over = false;

  constructor(way: Way, offers: boolean) {
    this.id = way.id;
    this.offers = offers;
    this.relays = way.proxied === true ? 'proxy' : 'other';
    this.reachesDirectly = !offers && way.proxied !== true;
    this.way = way;
  }

  /** Undefined until the way is prepared, and when it cannot be. */
  get adds(): TicketPart | undefined {
    return this.prepared?.adds;
  }

  get noDoor(): NoDoor | undefined {
    return this.prepared?.noDoor;
  }

  /**
   * Rejects when the way cannot be had, or not within {@link PREPARE_DEADLINE_MS}; what comes later is closed. `over`: this side has tried all it
   * could, and all of it has failed.
   */
  async open(side: Omit<WaySide, 'offers' | 'exhausted' | 'signals'>, over: () => void): Promise<void> {
    const late = new AbortController();
    const { clock } = side;
    const signal = AbortSignal.any([side.signal, late.signal]);
    const preparing = this.way.prepare({
      ...side,
      offers: this.offers,
      signals: this.signals,
      signal,
      exhausted: () => {
        this.exhausted = true;
        if (this.inPlay === 0) over();
      },
    });
    try {
      this.prepared = await inTime(preparing, { clock, deadlineMs: PREPARE_DEADLINE_MS, signal });
    } catch (error) {
      late.abort();
      throw error;
    }
  }

  /** Reaches the other side; false when the way was not prepared, or throws. */
  reach(theirs: TicketPart): boolean {
    try {
      this.prepared?.reach(theirs);
    } catch {
      return false;
    }
    return this.prepared !== undefined;
  }

  entered(): void {
    this.inPlay += 1;
  }

  refused(failure: WayFailure): void {
    this.failure = moreTelling(this.failure, failure);
  }

  /** A carrier has been refused. True when that was the last that could come of reaching. */
  left(): boolean {
    this.inPlay -= 1;
    return this.exhausted && this.inPlay === 0;
  }

  /** The way's failure, once every attempt on it has failed. One whose two sides have found nothing to attempt is not there. */
  get outcome(): WayFailure {
    return this.failure ?? (this.way.signals === true ? 'unavailable' : 'unreachable');
  }

  /** What the other side's way says. False when this side's makes nothing of it and throws. */
  hear(text: string): boolean {
    try {
      this.signals.hear(text);
      return true;
    } catch {
      return false;
    }
  }

  /** Never rejects, and takes {@link CLOSE_DEADLINE_MS} at most. */
  async close(clock: Clock): Promise<void> {
    this.signals.close();
    if (this.prepared !== undefined) await closedInTime(this.prepared, clock);
  }
}
