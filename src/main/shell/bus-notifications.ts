/* Notifications of a Linux desktop, spoken over the message bus by ourselves: Electron's go through a library that waits for the desktop's answer. */
import { decodeBody, type BusMessage } from '../../protocol/dbus/message.ts';
import type { BusValue } from '../../protocol/dbus/values.ts';
import type { Clock } from '../clock.ts';
import type { SessionBus } from '../dbus/session-bus.ts';
import type { NotificationOptions, NotificationPort } from './notifications.ts';

/** Somebody who cannot see a notification for so long is told in another way. One that comes later is shown all the same. */
export const UNSEEN_AFTER_MS = 2_000;

/** Desktop Notifications Specification 1.2, "D-BUS Protocol". */
const SERVER = {
  destination: 'org.freedesktop.Notifications',
  path: '/org/freedesktop/Notifications',
  interface: 'org.freedesktop.Notifications',
} as const;
const URGENCY = { normal: 1, critical: 2 } as const;
/** -1 leaves it to the desktop, 0 is never. */
const EXPIRES = { default: -1, never: 0 } as const;
/** The identifier of what a click on the notification itself does. */
const CLICK = 'default';

/** Straight (not premultiplied) red, green, blue, alpha. */
export interface NotificationIcon {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

export interface BusNotificationsDeps {
  readonly openBus: (listen: { readonly onSignal: (message: BusMessage) => void; readonly onClosed: () => void }) => Promise<SessionBus>;
  readonly clock: Clock;
  readonly appName: string;
  /** The words of a click, for desktops that list what a notification can do. */
  readonly openWords: () => string;
  readonly icon: NotificationIcon | undefined;
  readonly log: (error: unknown) => void;
}

type Fired = (event: { readonly actionIndex?: number }) => void;
type EventName = 'click' | 'close' | 'failed' | 'action';

/** One that the desktop shows, as its signals name it: ids begin anew with another server. */
interface Shown {
  readonly id: number;
  readonly server: string | undefined;
}

export interface BusNotifications {
  readonly create: (options: NotificationOptions) => NotificationPort;
  close(): void;
}

/** Connects with the first notification, and anew with the next one after the bus was lost. */
export function createBusNotifications(deps: BusNotificationsDeps): BusNotifications {
  let opening: Promise<SessionBus> | undefined;
  const open = new Map<BusNotification, Shown>();

  function forget(): void {
    opening = undefined;
    open.clear();
  }

  function bus(): Promise<SessionBus> {
    if (opening !== undefined) return opening;
    const mine = deps.openBus({ onSignal: hear, onClosed: forget }).then((opened) => {
      opened.watch(SERVER);
      return opened;
    });
    mine.catch(() => {
      if (opening === mine) opening = undefined;
    });
    opening = mine;
    return mine;
  }

  function hear(message: BusMessage): void {
    if (message.interface !== SERVER.interface) return;
    const [id, what] = decodeBody(message, message.member === 'ActionInvoked' ? 'us' : 'uu') ?? [];
    for (const [notification, shown] of Array.from(open)) {
      if (shown.id !== id || shown.server !== message.sender) continue;
      if (message.member === 'ActionInvoked') notification.acted(what);
      else if (message.member === 'NotificationClosed') {
        open.delete(notification);
        notification.fire('close');
      }
    }
  }

  /** Resolves when the desktop shows it. */
  async function show(notification: BusNotification, options: NotificationOptions): Promise<void> {
    const opened = await bus();
    const answer = await opened.call({
      ...SERVER,
      member: 'Notify',
      signature: 'susssasa{sv}i',
      values: notifyArguments(deps, options),
    });
    const [id] = decodeBody(answer, 'u') ?? [];
    if (typeof id !== 'number') throw new Error('the answer to Notify is not a number');
    open.set(notification, { id, server: answer.sender });
    if (notification.withdrawn) withdraw(notification);
  }

  function withdraw(notification: BusNotification): void {
    const shown = open.get(notification);
    if (shown === undefined) return;
    open.delete(notification);
    void bus().then(
      (opened) => opened.tell({ ...SERVER, member: 'CloseNotification', signature: 'u', values: [shown.id] }),
      () => undefined,
    );
  }

  return {
    create: (options) => new BusNotification(options, deps, { show, withdraw }),
    close() {
      void opening?.then(
        (opened) => opened.close(),
        () => undefined,
      );
    },
  };
}

class BusNotification implements NotificationPort {
  withdrawn = false;
  private readonly options: NotificationOptions;
  private readonly deps: Pick<BusNotificationsDeps, 'clock' | 'log'>;
  private readonly desktop: {
    readonly show: (notification: BusNotification, options: NotificationOptions) => Promise<void>;
    readonly withdraw: (notification: BusNotification) => void;
  };
  private readonly listeners: { readonly event: EventName; readonly run: Fired }[] = [];

  constructor(options: NotificationOptions, deps: BusNotification['deps'], desktop: BusNotification['desktop']) {
    this.options = options;
    this.deps = deps;
    this.desktop = desktop;
  }

  on(event: EventName, run: Fired): void {
    this.listeners.push({ event, run });
  }

  /** At once. Whether the desktop has taken it comes as an event, or as none. */
  show(): void {
    const cancel = this.deps.clock.after(UNSEEN_AFTER_MS, () => this.fire('failed'));
    this.desktop
      .show(this, this.options)
      .finally(cancel)
      .catch((error: unknown) => {
        this.deps.log(error);
        if (!this.withdrawn) this.fire('failed');
      });
  }

  close(): void {
    this.withdrawn = true;
    this.desktop.withdraw(this);
  }

  /** The person has clicked on it, or on one of its buttons. */
  acted(key: BusValue | undefined): void {
    if (key === CLICK) this.fire('click');
    else this.fire('action', { actionIndex: Number(key) });
  }

  fire(event: EventName, details: { readonly actionIndex?: number } = {}): void {
    for (const listener of this.listeners) if (listener.event === event) listener.run(details);
  }
}

function notifyArguments({ appName, openWords, icon }: BusNotificationsDeps, options: NotificationOptions): readonly BusValue[] {
  const { title, body, urgency, timeoutType, actions } = options;
  const hints: BusValue[] = [
    ['urgency', { signature: 'y', value: URGENCY[urgency] }],
    ['suppress-sound', { signature: 'b', value: true }],
  ];
  if (icon !== undefined) {
    const { width, height, rgba } = icon;
    hints.push(['image-data', { signature: '(iiibiiay)', value: [width, height, width * 4, true, 8, 4, rgba] }]);
  }
  return [
    appName,
    0,
    '',
    title,
    // Many desktops take the body for markup, and not all say so.
    body.replaceAll(/[<>&]/g, ' '),
    [CLICK, openWords(), ...actions.flatMap((action, index) => [String(index), action.text])],
    hints,
    EXPIRES[timeoutType],
  ];
}
