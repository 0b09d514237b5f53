import type { Clock } from '../clock.ts';
import { errorText } from './error-text.ts';

/** Events of the driver itself, for every machine. */
type DriverEvent = { readonly tag: 'deadline' } | { readonly tag: 'failed'; readonly detail: string };

interface Machine<Event, Effect> {
  readonly nextDeadlineMs: number | undefined;
  handle(event: Event, nowMs: number): Effect[];
}

/** Gives a negotiation machine its events one after the other, does what it says, and wakes it at its deadlines. */
export class NegotiationDriver<Event, Effect> {
  private readonly machine: Machine<Event | DriverEvent, Effect>;
  private readonly clock: Clock;
  private readonly perform: (effect: Effect) => void;
  private readonly changed: () => void;
  private readonly queue: (Event | DriverEvent)[] = [];
  private busy = false;
  private cancelTimer: () => void = () => {};
  private readonly beganMs: number;

  /** `perform` does one effect; when it throws, the machine hears `failed`. `changed` follows every event. */
  constructor(machine: Machine<Event | DriverEvent, Effect>, clock: Clock, perform: (effect: Effect) => void, changed: () => void) {
    this.machine = machine;
    this.clock = clock;
    this.perform = perform;
    this.changed = changed;
    this.beganMs = clock.now() - clock.monotonicMs();
    this.rearm();
  }

  /** Events that effects cause at once wait until the effects of the one before are done. */
  dispatch(event: Event | DriverEvent): void {
    this.queue.push(event);
    if (this.busy) return;
    this.busy = true;
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) {
      for (const effect of this.machine.handle(next, this.nowMs)) {
        try {
          this.perform(effect);
        } catch (error) {
          this.queue.push({ tag: 'failed', detail: errorText(error) });
        }
      }
    }
    this.busy = false;
    this.rearm();
    this.changed();
  }

  /** Cancels the timer. */
  stop(): void {
    this.cancelTimer();
    this.cancelTimer = () => {};
  }

  /**
   * The date by the clock as it stood when this began: the machine tells people when things happened, and its deadlines are not moved by
   * somebody who sets the clock.
   */
  private get nowMs(): number {
    return this.beganMs + this.clock.monotonicMs();
  }

  private rearm(): void {
    this.stop();
    const due = this.machine.nextDeadlineMs;
    if (due === undefined) return;
    this.cancelTimer = this.clock.after(Math.max(0, due - this.nowMs), () => this.dispatch({ tag: 'deadline' }));
  }
}
