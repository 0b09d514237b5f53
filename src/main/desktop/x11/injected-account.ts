import type { FakedEvent } from './xtest-events.ts';

/** Bound on requests of ours whose event has not been seen; the oldest are forgotten. */
const MAX_EXPECTED = 4_096;

interface Expected {
  readonly request: number;
  readonly event: FakedEvent;
  readonly detail: number;
}

/**
 * Tells input of others from our own by account. The server causes our events in the order of our requests, and names in each the last request of
 * ours that it has carried out: the one that caused the event, or a later one where a grab had frozen the device meanwhile, as a window manager's does at a
 * click. So an event is ours where the account has one of its kind and key that had been asked for by then. Other programs use XTEST as well, so
 * the device alone does not tell: a screen keyboard speaks for the person who touches it.
 */
export class InjectedAccount {
  private readonly expected: Expected[] = [];

  sent(request: number, event: FakedEvent, detail: number): void {
    this.expected.push({ request, event, detail });
    if (this.expected.length > MAX_EXPECTED) this.expected.splice(0, MAX_EXPECTED / 2);
  }

  /** Whether this event of an XTEST device is one of ours; each counts once. */
  settles(event: { readonly name: string; readonly seq: number; readonly detail: number }): boolean {
    const at = this.expected.findIndex((ours) => ours.event === event.name && ours.detail === event.detail);
    const ours = this.expected[at];
    if (ours === undefined || ours.request > event.seq) return false;
    // What was asked for before it would have come before it.
    this.expected.splice(0, at + 1);
    return true;
  }
}
