import type { Event } from 'x11';
import { reply, type X11Connection } from './x11-connection.ts';
import type { FakedEvent, XtestEvents } from './xtest-events.ts';

/** Bound on requests of ours whose event has not been seen; the oldest are forgotten. */
const MAX_EXPECTED = 4_096;
const XTEST_DEVICE = /XTEST (?:pointer|keyboard)$/;

interface Expected {
  readonly request: number;
  readonly event: FakedEvent;
  readonly detail: number;
}

/**
 * Tells input of others from our own by account. The server causes a request's event while it carries the request out, and names the request's
 * number in it; so an event is ours exactly where the account has that number, kind and key. Other programs use XTEST as well, so the
 * device alone does not tell: a screen keyboard speaks for the person who touches it.
 */
class InjectedAccount {
  private expected: Expected[] = [];

  sent(request: number, event: FakedEvent, detail: number): void {
    this.expected.push({ request, event, detail });
    if (this.expected.length > MAX_EXPECTED) this.expected.splice(0, MAX_EXPECTED / 2);
  }

  /** Whether this event of an XTEST device is one of ours; each counts once. */
  settles(event: { readonly name: string; readonly seq: number; readonly detail: number }): boolean {
    // What earlier requests caused would have come before.
    const at = this.expected.findIndex(({ request }) => request >= event.seq);
    if (at > 0) this.expected.splice(0, at);
    else if (at < 0) this.expected = [];
    const [first] = this.expected;
    if (first?.request !== event.seq || first.event !== event.name || first.detail !== event.detail) return false;
    this.expected.shift();
    return true;
  }
}

/**
 * Calls `used` each time that mouse, keyboard or touch screen are used by somebody else than `events`; `holding` while a key, button or finger of
 * theirs is down. Needs XInput 2: without, nothing is told.
 */
export async function watchOwnInput(connection: X11Connection, events: XtestEvents, used: (holding: boolean) => void): Promise<void> {
  const xinput = await connection.extension('xinput');
  if (xinput === undefined) return;
  const devices = await reply<readonly { readonly deviceId: number; readonly name: string }[]>((done) => xinput.XIQueryDevice(0, done));
  const xtest = new Set(devices.filter(({ name }) => XTEST_DEVICE.test(name)).map(({ deviceId }) => deviceId));
  const account = new InjectedAccount();
  const held = new Set<string>();
  events.onSent((request, event, detail) => account.sent(request, event, detail));
  connection.onEvent((event) => {
    if (!isRaw(event)) return;
    if (xtest.has(event.sourceId) && account.settles(event)) return;
    const [, kind = '', change] = /^XIRaw(Key|Button|Touch)?(\w+)$/.exec(event.name) ?? [];
    const what = `${event.sourceId} ${kind} ${event.detail}`;
    if (change === 'Press' || change === 'Begin') held.add(what);
    else if (change === 'Release' || change === 'End') held.delete(what);
    used(held.size > 0);
  });
  const { RawKeyPress, RawKeyRelease, RawButtonPress, RawButtonRelease, RawMotion, RawTouchBegin, RawTouchEnd } = xinput.EventMask;
  xinput.XISelectEvents(connection.screen.root, {
    deviceId: xinput.AllMasterDevices,
    mask: RawKeyPress | RawKeyRelease | RawButtonPress | RawButtonRelease | RawMotion | RawTouchBegin | RawTouchEnd,
  });
}

function isRaw(event: Event): event is Event & { readonly seq: number; readonly detail: number; readonly sourceId: number } {
  return event.name.startsWith('XIRaw') && event.seq !== undefined && event.detail !== undefined && event.sourceId !== undefined;
}
