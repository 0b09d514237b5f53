import type { InputEvent } from '../../protocol/rdp/input/events.ts';

/** What a system knows of the use of mouse and keyboard, whoever has used them. */
export interface InputTrace {
  /** Milliseconds since the last event of mouse or keyboard. */
  readonly idleMs: number;
  readonly x: number;
  readonly y: number;
  /** How many keys and buttons are down. */
  readonly down: number;
}

/** Systems count time in steps of up to 16 ms, and an injected event may take one to be carried out. */
const SETTLE_MS = 40;
/** The pointer may be found where it has been put lately: further events of ours may be on their way. */
const REMEMBER_POSITIONS_MS = 250;
const MAX_POSITIONS = 64;

/**
 * Tells the person's own use of mouse and keyboard from what is injected, where the system does not say which is which: an event when nothing was
 * injected, the pointer where nobody has put it, a key down that nobody has pressed. Weighed for Windows: hooks that know injected events; the
 * person's mouse would wait for this process with each movement.
 */
export class NativeOwnInput {
  private readonly positions: { readonly x: number; readonly y: number; readonly atMs: number }[] = [];
  private last: InputTrace;
  private lastAtMs: number;
  private injectedAtMs = Number.NEGATIVE_INFINITY;
  private ours = 0;
  private holding = false;

  constructor(trace: InputTrace, nowMs: number) {
    this.last = trace;
    this.lastAtMs = nowMs;
  }

  /** These have just been injected; `down`: so many keys and buttons are down because of it. */
  injected(events: readonly InputEvent[], down: number, nowMs: number): void {
    this.injectedAtMs = nowMs;
    this.ours = down;
    for (const event of events)
      if (event.tag === 'pointerMove' || event.tag === 'pointerButton') this.positions.push({ x: event.x, y: event.y, atMs: nowMs });
    while (this.positions.length > MAX_POSITIONS) this.positions.shift();
  }

  /** What has happened since the last look: nothing, or the person has used something; then whether they hold a key or button. */
  look(trace: InputTrace, nowMs: number): boolean | undefined {
    const { last, lastAtMs, holding } = this;
    this.last = trace;
    this.lastAtMs = nowMs;
    const settled = nowMs - this.injectedAtMs > SETTLE_MS;
    // While keys of ours go up and down the count says nothing.
    if (settled) this.holding = trace.down > this.ours;
    const eventAtMs = nowMs - trace.idleMs;
    const event = eventAtMs > lastAtMs - last.idleMs + SETTLE_MS && eventAtMs > this.injectedAtMs + SETTLE_MS;
    const moved = (trace.x !== last.x || trace.y !== last.y) && !this.hasPut(trace, nowMs);
    return event || moved || this.holding !== holding ? this.holding : undefined;
  }

  private hasPut({ x, y }: InputTrace, nowMs: number): boolean {
    while ((this.positions[0]?.atMs ?? nowMs) < nowMs - REMEMBER_POSITIONS_MS && this.positions.length > 1) this.positions.shift();
    // Pixels and points do not always fall on each other.
    return this.positions.some((put) => Math.abs(put.x - x) <= 1 && Math.abs(put.y - y) <= 1);
  }
}
