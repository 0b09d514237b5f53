/* Our notifications, and a program that shows them on a real display. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/main/clock.ts';
import { sessionBusPaths } from '../../src/main/dbus/bus-address.ts';
import { openSessionBus } from '../../src/main/dbus/session-bus.ts';
import { type BusNotifications, createBusNotifications } from '../../src/main/shell/bus-notifications.ts';
import type { NotificationOptions } from '../../src/main/shell/notifications.ts';
import { type PersonDesktop, startPersonDesktop } from '../support/desktop.ts';
import { needs, until } from '../support/programs.ts';
import { clickNotification, windowsNamed } from '../support/scenario.ts';

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import');

const OPTIONS: NotificationOptions = {
  title: 'Anna asks for your help',
  body: 'anna@home.example',
  silent: true,
  urgency: 'critical',
  timeoutType: 'never',
  actions: [
    { type: 'button', text: 'Accept' },
    { type: 'button', text: 'Decline' },
  ],
};

describe.skipIf(programs.skip)(programs.title('notifications over the message bus, with dunst'), () => {
  let desktop: PersonDesktop;
  let notifications: BusNotifications;
  const logged: unknown[] = [];

  const shown = async () => (await windowsNamed(desktop, '--class', 'Dunst')).length;
  function show() {
    const heard: string[] = [];
    const notification = notifications.create(OPTIONS);
    notification.on('click', () => heard.push('click'));
    notification.on('close', () => heard.push('close'));
    notification.on('failed', () => heard.push('failed'));
    notification.show();
    return { notification, heard };
  }

  beforeAll(async () => {
    desktop = await startPersonDesktop({ width: 800, height: 500 });
    notifications = createBusNotifications({
      openBus: (listen) =>
        openSessionBus({ paths: sessionBusPaths(desktop.env), uid: process.getuid?.() ?? 0, clock: systemClock, ...listen }),
      clock: systemClock,
      appName: 'Ringback',
      openWords: () => 'Open Ringback',
      icon: { width: 64, height: 64, rgba: new Uint8Array(64 * 64 * 4).fill(200) },
      log: (error) => logged.push(error),
    });
  });
  afterAll(async () => {
    notifications?.close();
    await desktop?.close();
  });

  it('are shown and clicked', async () => {
    const { notification, heard } = show();
    await clickNotification(desktop);
    await until(() => heard.includes('click'), 'the click');
    expect(heard).not.toContain('failed');
    // A clicked one stays with dunst until it is withdrawn.
    notification.close();
    await until(async () => (await shown()) === 0, 'it to go');
  });

  it('are withdrawn', async () => {
    const { notification, heard } = show();
    await until(async () => (await shown()) === 1, 'the notification');
    notification.close();
    await until(async () => (await shown()) === 0, 'it to go');
    expect(heard).toEqual([]);
    expect(logged).toEqual([]);
  });
});
