/** Listeners of one source of events. Events of a finished source are not kept, but its last one is told to who comes late. */
export class Events<T> {
  private readonly listeners = new Set<(event: T) => void>();
  private last: T | undefined;

  readonly on = (listener: (event: T) => void): (() => void) => {
    const last = this.last;
    if (last !== undefined) {
      let wanted = true;
      queueMicrotask(() => wanted && listener(last));
      return () => void (wanted = false);
    }
    // Wrapped, so that a function given twice counts twice.
    const entry = (event: T) => listener(event);
    this.listeners.add(entry);
    return () => void this.listeners.delete(entry);
  };

  emit(event: T): void {
    // Who comes in while this event is told has not missed it.
    const listeners = [...this.listeners];
    for (const listener of listeners) listener(event);
  }

  /** The last event: afterwards nothing more comes. */
  finish(event: T): void {
    if (this.last !== undefined) return;
    this.last = event;
    const listeners = [...this.listeners];
    this.listeners.clear();
    for (const listener of listeners) listener(event);
  }
}
