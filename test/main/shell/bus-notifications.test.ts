import { beforeEach, describe, expect, it } from 'vitest';
import { BusError, type BusCall, type SessionBus } from '../../../src/main/dbus/session-bus.ts';
import { createBusNotifications, UNSEEN_AFTER_MS } from '../../../src/main/shell/bus-notifications.ts';
import type { NotificationOptions } from '../../../src/main/shell/notifications.ts';
import { encodeBody, MESSAGE_TYPE, type BusMessage } from '../../../src/protocol/dbus/message.ts';
import type { BusValue } from '../../../src/protocol/dbus/values.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const OPTIONS: NotificationOptions = {
  title: 'Anna <& Co>',
  body: 'anna@home.example <b>',
  silent: true,
  urgency: 'critical',
  timeoutType: 'never',
  actions: [
    { type: 'button', text: 'Accept' },
    { type: 'button', text: 'Decline' },
  ],
};
const SERVER = ':1.7';

const message = (fields: Partial<BusMessage>, signature: string, values: readonly BusValue[]): BusMessage => ({
  type: MESSAGE_TYPE.signal,
  flags: 0,
  serial: 1,
  interface: 'org.freedesktop.Notifications',
  sender: SERVER,
  ...fields,
  signature,
  body: encodeBody(signature, values),
});

/** A desktop whose answers the test gives. */
class FakeBus implements SessionBus {
  readonly calls: { readonly call: BusCall; readonly answer: (id: number) => void; readonly refuse: (error: BusError) => void }[] = [];
  readonly told: BusCall[] = [];
  readonly watched: string[] = [];
  closed = false;
  call(call: BusCall): Promise<BusMessage> {
    return new Promise((resolve, reject) => {
      this.calls.push({ call, answer: (id) => resolve(message({ type: MESSAGE_TYPE.reply }, 'u', [id])), refuse: reject });
    });
  }
  tell(call: BusCall): void {
    this.told.push(call);
  }
  watch({ interface: name }: { readonly interface: string }): void {
    this.watched.push(name);
  }
  close(): void {
    this.closed = true;
  }
}

let clock: VirtualClock;
let buses: FakeBus[];
let listen: { readonly onSignal: (message: BusMessage) => void; readonly onClosed: () => void };
let reachable: boolean;
let logged: unknown[];

beforeEach(() => {
  clock = new VirtualClock();
  buses = [];
  reachable = true;
  logged = [];
});

function desktop() {
  const notifications = createBusNotifications({
    openBus: async (listeners) => {
      listen = listeners;
      if (!reachable) throw new BusError('UNREACHABLE', 'no bus');
      const bus = new FakeBus();
      buses.push(bus);
      return bus;
    },
    clock,
    appName: 'Ringback',
    openWords: () => 'Open',
    icon: { width: 1, height: 1, rgba: Uint8Array.of(1, 2, 3, 4) },
    log: (error) => logged.push(error),
  });
  const make = (options = OPTIONS) => {
    const heard: string[] = [];
    const notification = notifications.create(options);
    for (const event of ['click', 'close', 'failed'] as const) notification.on(event as 'click', () => heard.push(event));
    notification.on('action', ({ actionIndex }) => heard.push(`action ${actionIndex}`));
    return { notification, heard };
  };
  return { notifications, make };
}

const settle = () => clock.advance(0);
const signal = (member: string, signature: string, values: readonly BusValue[], sender = SERVER) =>
  listen.onSignal(message({ member, sender }, signature, values));

describe('notifications over the message bus', () => {
  it('say what they have to say, and nothing that a desktop takes for markup', async () => {
    const { make } = desktop();
    make().notification.show();
    await settle();
    const { call } = buses[0]?.calls[0] ?? {};
    expect(buses[0]?.watched).toEqual(['org.freedesktop.Notifications']);
    expect(call?.member).toBe('Notify');
    expect(call?.values).toEqual([
      'Ringback',
      0,
      '',
      'Anna <& Co>',
      'anna@home.example  b ',
      ['default', 'Open', '0', 'Accept', '1', 'Decline'],
      [
        ['urgency', { signature: 'y', value: 2 }],
        ['suppress-sound', { signature: 'b', value: true }],
        ['image-data', { signature: '(iiibiiay)', value: [1, 1, 4, true, 8, 4, Uint8Array.of(1, 2, 3, 4)] }],
      ],
      0,
    ]);
    expect(() => encodeBody(call?.signature ?? '', call?.values ?? [])).not.toThrow();
  });

  it('are clicked, answered and closed, each by what its own server says', async () => {
    const { make } = desktop();
    const [one, other] = [make(), make()];
    one.notification.show();
    other.notification.show();
    await settle();
    buses[0]?.calls[0]?.answer(11);
    buses[0]?.calls[1]?.answer(12);
    await settle();
    signal('ActionInvoked', 'us', [11, 'default'], ':1.8');
    signal('ActionInvoked', 'us', [11, 'default']);
    signal('ActionInvoked', 'us', [12, '1']);
    signal('NotificationClosed', 'uu', [12, 2]);
    signal('ActionInvoked', 'us', [12, '0']);
    signal('ActionInvoked', 's', ['nonsense']);
    expect(one.heard).toEqual(['click']);
    expect(other.heard).toEqual(['action 1', 'close']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('that nobody sees in time are told in another way, and count when they come after all', async () => {
    const { make } = desktop();
    const { notification, heard } = make();
    notification.show();
    await clock.advance(UNSEEN_AFTER_MS);
    expect(heard).toEqual(['failed']);
    buses[0]?.calls[0]?.answer(3);
    await settle();
    signal('ActionInvoked', 'us', [3, '0']);
    expect(heard).toEqual(['failed', 'action 0']);
  });

  it('are withdrawn, also before the desktop has said their number', async () => {
    const { make } = desktop();
    const [early, late] = [make(), make()];
    early.notification.show();
    late.notification.show();
    await settle();
    buses[0]?.calls[0]?.answer(1);
    await settle();
    early.notification.close();
    late.notification.close();
    await settle();
    buses[0]?.calls[1]?.answer(2);
    await settle();
    expect(buses[0]?.told.map(({ member, values }) => [member, values])).toEqual([
      ['CloseNotification', [1]],
      ['CloseNotification', [2]],
    ]);
    signal('ActionInvoked', 'us', [2, 'default']);
    expect(late.heard).toEqual([]);
  });

  it('that the desktop refuses are told in another way and logged; withdrawn ones are not told', async () => {
    const { make } = desktop();
    const [refused, withdrawn] = [make(), make()];
    refused.notification.show();
    withdrawn.notification.show();
    withdrawn.notification.close();
    await settle();
    for (const { refuse } of buses[0]?.calls ?? []) refuse(new BusError('ERROR_REPLY', 'no such service'));
    await settle();
    expect(refused.heard).toEqual(['failed']);
    expect(withdrawn.heard).toEqual([]);
    expect(logged).toHaveLength(2);
  });

  it('connect anew after the bus was not there, or was lost', async () => {
    const { make, notifications } = desktop();
    reachable = false;
    const { notification, heard } = make();
    notification.show();
    await settle();
    expect(heard).toEqual(['failed']);
    reachable = true;
    make().notification.show();
    await settle();
    expect(buses).toHaveLength(1);
    listen.onClosed();
    make().notification.show();
    await settle();
    expect(buses).toHaveLength(2);
    notifications.close();
    await settle();
    expect(buses[1]?.closed).toBe(true);
  });
});
