import type { FromViewer } from '../../preload/contract.ts';
import type { InputEvent } from '../../protocol/rdp/input/events.ts';

/** The main process takes no more in one message; what an input method gives at once may be more. */
const MAX_EVENTS_A_MESSAGE = 256;

/** Whether the expert may steer, and the way of its input: keyboard and mouse share one. */
export class Steering {
  private readonly forward: (message: FromViewer) => void;
  private readonly hint: () => void;
  private isGranted = false;

  /** `hint`: the expert clicked or typed while control is not granted. */
  constructor(forward: (message: FromViewer) => void, hint: () => void) {
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

  /** Drops it while control is not granted. */
  send(events: readonly InputEvent[]): void {
    if (!this.isGranted) return;
    for (let at = 0; at < events.length; at += MAX_EVENTS_A_MESSAGE)
      this.forward({ tag: 'input', events: events.slice(at, at + MAX_EVENTS_A_MESSAGE) });
  }
}
