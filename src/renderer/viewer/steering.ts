import { type FromSteering, MAX_VIEWER_INPUT_EVENTS } from '../../protocol/rdp/graphics/viewer-messages.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';

/** Whether the expert may steer, and the way of its input: keyboard and mouse share one. */
export class Steering {
  private readonly forward: (message: FromSteering) => void;
  private readonly hint: () => void;
  private isGranted = false;
  private waiting: (() => readonly InputEvent[]) | undefined;

  /** `hint`: the expert clicked or typed while control is not granted. */
  constructor(forward: (message: FromSteering) => void, hint: () => void) {
    this.forward = forward;
    this.hint = hint;
  }

  get granted(): boolean {
    return this.isGranted;
  }

  setGranted(granted: boolean): void {
    this.isGranted = granted;
  }

  /** False, and the hint shown, while control is not granted. */
  mayInput(): boolean {
    if (!this.isGranted) this.hint();
    return this.isGranted;
  }

  /** With the next frame, or before whatever is sent earlier: a key that follows a move finds the pointer there. */
  sendSoon(events: () => readonly InputEvent[]): void {
    const asked = this.waiting !== undefined;
    this.waiting = events;
    if (!asked) requestAnimationFrame(() => this.pass(this.takeWaiting()));
  }

  /** Sends events at once; drops them while control is not granted. */
  send(events: readonly InputEvent[]): void {
    if (events.length > 0) this.pass([...this.takeWaiting(), ...events]);
  }

  private takeWaiting(): readonly InputEvent[] {
    const { waiting } = this;
    this.waiting = undefined;
    return waiting?.() ?? [];
  }

  private pass(events: readonly InputEvent[]): void {
    if (!this.isGranted) return;
    // What an input method gives at once may be more than one message takes.
    for (let at = 0; at < events.length; at += MAX_VIEWER_INPUT_EVENTS)
      this.forward({ tag: 'input', events: events.slice(at, at + MAX_VIEWER_INPUT_EVENTS) });
  }
}
