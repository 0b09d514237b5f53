/**
 * The listeners of one source of events. One policy for all of main:
 * - listeners hear in the order in which they were added; one that is added or removed while an event is told takes effect with the next;
 * - events are told in the order in which they were emitted, also those that a listener brings about: they wait until everybody has heard the present one;
 * - a listener that throws does not keep the others from hearing. `failed` hears what it threw; without one `emit` throws it afterwards (an
 *   AggregateError when several threw);
 * - after {@link Emitter.finish} nothing more is told; a listener added then hears the last event in a microtask.
 */
export class Emitter<Event = void> {
  private readonly listeners = new Map<symbol, (event: Event) => void>();
  /** Those of them who hear the next event; made anew once one has come or gone, since most events find the same. */
  private hearing: readonly (readonly [symbol, (event: Event) => void])[] | undefined;
  private readonly untold: Event[] = [];
  private finished = false;
  /** Set once the last event is being told. */
  private last: { readonly event: Event } | undefined;
  private telling = false;
  private readonly failed: ((error: unknown) => void) | undefined;

  constructor(failed?: (error: unknown) => void) {
    this.failed = failed;
  }

  /** How many listen. */
  get size(): number {
    return this.listeners.size;
  }

  /** Adds a listener; the function that comes back removes it. The same function added twice hears everything twice. */
  readonly on = (listener: (event: Event) => void): (() => void) => {
    const key = Symbol();
    this.listeners.set(key, listener);
    this.hearing = undefined;
    const { last } = this;
    if (last !== undefined) queueMicrotask(() => this.tellLate(key, last.event));
    return () => {
      if (this.listeners.delete(key)) this.hearing = undefined;
    };
  };

  /** Several events given at once are told one after the other before what listeners bring about. */
  emit(event: Event, ...further: readonly Event[]): void {
    if (this.finished) return;
    this.untold.push(event, ...further);
    this.tell();
  }

  /** The last event. Idempotent. */
  finish(event: Event): void {
    if (this.finished) return;
    this.finished = true;
    this.untold.push(event);
    this.tell();
  }

  private tellLate(key: symbol, event: Event): void {
    try {
      this.listeners.get(key)?.(event);
    } catch (error) {
      if (this.failed === undefined) throw error;
      this.failed(error);
    }
  }

  private tell(): void {
    if (this.telling) return;
    this.telling = true;
    let thrown: unknown[] | undefined;
    try {
      while (this.untold.length > 0) {
        const event = this.untold.shift() as Event;
        if (this.finished && this.untold.length === 0) this.last = { event };
        for (const [key, listener] of (this.hearing ??= Array.from(this.listeners))) {
          if (!this.listeners.has(key)) continue;
          try {
            listener(event);
          } catch (error) {
            if (this.failed !== undefined) this.failed(error);
            else if (thrown === undefined) thrown = [error];
            else thrown.push(error);
          }
        }
      }
    } finally {
      this.telling = false;
    }
    if (thrown === undefined) return;
    if (thrown.length === 1) throw thrown[0];
    throw new AggregateError(thrown, 'several listeners threw');
  }
}
