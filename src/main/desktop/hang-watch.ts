import type { Clock } from '../clock.ts';

/** How often what captures is asked whether it is there, while it owes something. */
const ASK_EVERY_MS = 2_000;
/** So many questions in a row without an answer, or anything else, mean that it hangs. */
const MOST_UNANSWERED = 2;
/** The same before it has said anything: a program takes a while to start on a busy machine. */
const MOST_UNANSWERED_AT_FIRST = 10;
/** A wait that took so much longer than it should says that this side has stood still, or the machine has slept: nobody can have answered. */
const LATE_MS = 1_000;

export interface HangWatchParts {
  readonly clock: Clock;
  /** Something is awaited from the other side. While nothing is, it is not asked. */
  readonly awaited: () => boolean;
  /** Asks for a sign of life. */
  readonly ask: () => void;
  /** The other side hangs. Called once. */
  readonly hangs: () => void;
}

/**
 * Notices when what captures hangs without having died. Counts questions and not time: a machine that has slept, and a side that could not
 * ask, begin anew.
 */
export class HangWatch {
  private readonly parts: HangWatchParts;
  private unanswered = 0;
  private hasHeard = false;
  private most = MOST_UNANSWERED_AT_FIRST;
  private cancel: (() => void) | undefined;
  private over = false;

  constructor(parts: HangWatchParts) {
    this.parts = parts;
  }

  /** Something is awaited from now on. */
  begin(): void {
    if (this.cancel === undefined && !this.over) this.ask();
  }

  /** The other side has said something, whatever it is. */
  heard(): void {
    this.hasHeard = true;
    this.most = MOST_UNANSWERED;
  }

  stop(): void {
    this.over = true;
    this.cancel?.();
  }

  private ask(): void {
    const { clock, ask } = this.parts;
    this.hasHeard = false;
    ask();
    const askedMs = clock.monotonicMs();
    this.cancel = clock.after(ASK_EVERY_MS, () => {
      this.cancel = undefined;
      this.look(clock.monotonicMs() - askedMs > ASK_EVERY_MS + LATE_MS);
    });
  }

  private look(late: boolean): void {
    const { awaited, hangs } = this.parts;
    this.unanswered = late || this.hasHeard ? 0 : this.unanswered + 1;
    if (this.unanswered >= this.most) {
      this.over = true;
      hangs();
    } else if (awaited()) this.ask();
    else this.unanswered = 0;
  }
}
