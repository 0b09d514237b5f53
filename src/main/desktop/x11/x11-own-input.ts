import type { Event } from 'x11';
import { InjectedAccount } from './injected-account.ts';
import { reply, type X11Connection } from './x11-connection.ts';
import type { XtestEvents } from './xtest-events.ts';

const XTEST_DEVICE = /XTEST (?:pointer|keyboard)$/;

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
