import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/main/clock.ts';
import { sessionBusPaths } from '../../src/main/dbus/bus-address.ts';
import { openSessionBus } from '../../src/main/dbus/session-bus.ts';
import { decodeBody } from '../../src/protocol/dbus/message.ts';
import { type Display, type DisplayOptions, startDisplay } from './display.ts';
import { startMessageBus } from './message-bus.ts';
import { until } from './programs.ts';

/** A display as a person has it: window manager, message bus, notifications, a home folder of its own. */
export interface PersonDesktop extends Display {
  readonly home: string;
}

const DUNSTRC = `[global]
  monitor = 0
  follow = none
  origin = top-right
  offset = 20x20
  width = 360
  font = DejaVu Sans 11
  mouse_left_click = do_action
  mouse_right_click = close_current
  show_age_threshold = -1
  idle_threshold = 0
[urgency_low]
  timeout = 60
[urgency_normal]
  timeout = 60
[urgency_critical]
  timeout = 60
`;

export interface PersonDesktopOptions extends DisplayOptions {
  /** A panel with a system tray at the bottom. */
  readonly tray?: boolean;
  /**
   * Names on the message bus that can be asked for and never answer, as a service does that hangs while it starts. With
   * `org.freedesktop.Notifications` among them nothing shows notifications.
   */
  readonly silentServices?: readonly string[];
}

const NOTIFICATIONS = 'org.freedesktop.Notifications';

/** Starts the desktop of one person. Everything on it ends with `close`. */
export async function startPersonDesktop({
  tray = false,
  silentServices = [],
  ...options
}: PersonDesktopOptions = {}): Promise<PersonDesktop> {
  const display = await startDisplay({ ...options, windowManager: true });
  const home = mkdtempSync(join(tmpdir(), 'ringback-person-'));
  const bus = await startMessageBus(home, silentServices);
  display.env['DBUS_SESSION_BUS_ADDRESS'] = bus.address;
  display.env['HOME'] = home;
  display.env['XDG_CONFIG_HOME'] = join(home, '.config');
  display.env['XDG_CACHE_HOME'] = join(home, '.cache');
  display.env['XDG_DATA_HOME'] = join(home, '.local/share');
  if (!silentServices.includes(NOTIFICATIONS)) {
    const dunstrc = join(home, 'dunstrc');
    writeFileSync(dunstrc, DUNSTRC);
    display.start('dunst', ['-conf', dunstrc]);
    await namedOnBus(display.env, NOTIFICATIONS);
  }
  if (tray) {
    display.start('trayer', [
      '--SetPartialStrut',
      'true',
      '--edge',
      'bottom',
      '--align',
      'right',
      '--widthtype',
      'pixel',
      '--width',
      '120',
      '--heighttype',
      'pixel',
      '--height',
      '28',
    ]);
    await until(
      async () => (await display.xdotool('search', '--onlyvisible', '--class', 'trayer').catch(() => '')) !== '',
      'the system tray',
    );
  }
  return {
    ...display,
    home,
    close: async () => {
      await display.close();
      await bus.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Waits until a service has its name on the bus: whoever asks for it before is told that there is none. */
async function namedOnBus(env: NodeJS.ProcessEnv, name: string): Promise<void> {
  const bus = await openSessionBus({
    paths: sessionBusPaths(env),
    uid: process.getuid?.() ?? 0,
    clock: systemClock,
    onSignal: () => undefined,
    onClosed: () => undefined,
  });
  const daemon = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' };
  try {
    await until(async () => {
      const answer = await bus.call({ ...daemon, member: 'NameHasOwner', signature: 's', values: [name] });
      return decodeBody(answer, 'b')?.[0] === true;
    }, `${name} on the message bus`);
  } finally {
    bus.close();
  }
}
