import type { WayFailure, WayId } from '../../protocol/assistance/status.ts';
import { type TicketPart, moreTelling } from '../../protocol/assistance/ways.ts';
import { PREPARE_DEADLINE_MS } from './deadlines.ts';
import { inTime } from './in-time.ts';
import type { PreparedWay, Way, WaySide } from './ways/contract.ts';

/** One way in one race: opened, reached for, and what went wrong on it. */
export class Lane {
  readonly id: WayId;
  /** This side waits to be reached on it. */
  readonly offers: boolean;
  private readonly way: Way;
  private prepared: PreparedWay | undefined;
  private failure: WayFailure | undefined;
  /** Carriers that this side has got and that may still win. */
  private inPlay = 0;
  private exhausted = false;

  constructor(way: Way, offers: boolean) {
    this.id = way.id;
    this.offers = offers;
    this.way = way;
  }

  /** Undefined until opened, and where the way cannot be had. */
  get adds(): TicketPart | undefined {
    return this.prepared?.adds;
  }

  /**
   * Rejects when the way cannot be had, or not within {@link PREPARE_DEADLINE_MS}; what comes later is closed. `over`: this side has tried all it
   * could, and all of it has failed.
   */
  async open(side: Omit<WaySide, 'offers' | 'exhausted'>, over: () => void): Promise<void> {
    const late = new AbortController();
    const preparing = this.way.prepare({
      ...side,
      offers: this.offers,
      signal: AbortSignal.any([side.signal, late.signal]),
      exhausted: () => {
        this.exhausted = true;
        if (this.inPlay === 0) over();
      },
    });
    try {
      this.prepared = await inTime(preparing, side.clock, PREPARE_DEADLINE_MS);
    } catch (error) {
      late.abort();
      throw error;
    }
  }

  /** False where there is nothing to reach with. */
  reach(theirs: TicketPart): boolean {
    this.prepared?.reach(theirs);
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

  /** What became of it, once all has failed. */
  get outcome(): WayFailure {
    return this.failure ?? 'unreachable';
  }

  async close(): Promise<void> {
    await this.prepared?.close();
  }
}
