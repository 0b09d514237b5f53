/* What a person sees and does outside the windows: the tray and notifications. */
import { Notification, type NativeImage } from 'electron';
import type { AppState } from '../../preload/contract.ts';
import { peerKey, type PeerAddress } from '../../protocol/applications/peer.ts';
import { t } from '../../words/words.ts';
import type { Activities } from '../activities/contract.ts';
import type { Assistance } from '../assistance/contract.ts';
import type { Clock } from '../clock.ts';
import type { Interruptions } from '../interruptions.ts';
import { sessionBusPaths } from '../dbus/bus-address.ts';
import { openSessionBus } from '../dbus/session-bus.ts';
import { waitingActivities } from './activity-words.ts';
import type { AppModel } from './app-model.ts';
import type { Attempt } from './attempts.ts';
import { createBusNotifications, type NotificationIcon } from './bus-notifications.ts';
import { closeBehaviour } from './command-line.ts';
import type { ErrorLog } from './error-log.ts';
import { createMessageNotifications } from './message-notifications.ts';
import { createNotifications, helpNotificationWords, type NotificationOptions, type NotificationPort } from './notifications.ts';
import { createTray, iconFrom, type TrayIcon } from './tray.ts';
import type { Questions } from './questions.ts';
import type { TrayActions } from './tray-menu.ts';
import type { Windows } from './windows.ts';

export interface OutsideDeps {
  readonly questions: Pick<Questions, 'raise'>;
  readonly interruptions: Pick<Interruptions, 'admit'>;
  readonly clock: Clock;
  readonly windows: Windows;
  readonly model: AppModel;
  readonly assistance: Assistance;
  readonly activities: Activities;
  readonly attempt: Attempt;
  readonly log: Pick<ErrorLog, 'write'>;
  readonly iconsDir: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly quit: () => void;
}

export interface Outside {
  update(state: AppState): void;
  /** A contact has written. */
  heard(peer: PeerAddress): void;
  /** The tray's icon goes. */
  close(): void;
}

export function createOutside(deps: OutsideDeps): Outside {
  const actions = outsideActions(deps);
  const tray = showTray(deps, actions);
  const notifications = createAllNotifications(deps, actions);
  return {
    update(state) {
      tray?.update(state);
      notifications.update(state);
    },
    heard(peer) {
      // Nobody is interrupted who has the window before them, and what is written stands in the conversation all the same.
      if (deps.windows.main?.isFocused() === true) return;
      if (deps.interruptions.admit('chat', peerKey(peer)) !== 'loud') return;
      notifications.heard(peer);
      deps.windows.callAttention();
    },
    close() {
      tray?.close();
      notifications.close();
    },
  };
}

/** What can be clicked outside the windows; a refusal becomes a notice. */
function outsideActions({ windows, questions, assistance, activities, attempt, quit }: OutsideDeps): TrayActions {
  return {
    open: () => windows.openMain(),
    showQuestion: () => questions.raise(),
    accept: (id) => attempt('accept', () => assistance.acceptInvitation(id)),
    decline: (id) => attempt('decline', () => assistance.declineInvitation(id)),
    acceptActivity: (id) => attempt('activity', () => activities.accept(id)),
    declineActivity: (id) => attempt('activity', () => activities.cancel(id)),
    end: () => attempt('end', () => assistance.endSession()),
    quit,
  };
}

/** Undefined where the system has no tray: then the main window quits when it is closed. */
function showTray({ windows, iconsDir, env, log }: OutsideDeps, actions: TrayActions): TrayIcon | undefined {
  try {
    const tray = createTray(
      {
        normal: iconFrom(iconsDir, 'tray.png'),
        attention: iconFrom(iconsDir, 'tray-attention.png'),
        session: iconFrom(iconsDir, 'tray-session.png'),
      },
      actions,
    );
    windows.closeMainBy(closeBehaviour(process.platform, env));
    return tray;
  } catch (error) {
    log.write('tray', error);
    return undefined;
  }
}

/** One kind of notification for each thing that happens while nobody looks. */
function createAllNotifications(deps: OutsideDeps, actions: TrayActions) {
  const { windows, model } = deps;
  const system = systemNotifications(deps);
  const common = {
    create: system.create,
    open: () => windows.openMain(),
    onUnseen: () => windows.flashMain(),
  };
  const help = createNotifications({ ...common, words: helpNotificationWords, answer: actions });
  const activities = createNotifications({
    ...common,
    words: ({ name, address }, { activity }: ReturnType<typeof waitingActivities>[number]) => ({
      title: t('shell.notification.activityTitle', { name, activity: t(`activity.name.${activity.kind}`) }),
      body: t('shell.notification.activityBody', { address }),
    }),
    answer: { accept: (id) => actions.acceptActivity(id), decline: (id) => actions.declineActivity(id) },
  });
  const messages = createMessageNotifications({ ...common, looking: () => windows.main?.isFocused() === true });
  return {
    close: system.close,
    heard: (peer: PeerAddress): void => messages.heard(peer, model.state),
    update(state: AppState): void {
      help.update(state.invitations.filter(({ quiet }) => quiet !== true));
      messages.update(state);
      activities.update(waitingActivities(state.activities).filter(({ activity }) => activity.quiet !== true));
    },
  };
}

interface SystemNotifications {
  /** Undefined where the system has none. */
  readonly create: ((options: NotificationOptions) => NotificationPort) | undefined;
  readonly close: () => void;
}

/**
 * Where there is a message bus, Electron is not even asked whether it has notifications: asking waits for the desktop's answer, on the
 * thread that Stop runs on.
 */
function systemNotifications({ clock, env, platform, iconsDir, log }: OutsideDeps): SystemNotifications {
  const icon = iconFrom(iconsDir, '256x256.png');
  if (platform === 'win32' || platform === 'darwin')
    return {
      create: Notification.isSupported() ? (options) => new Notification({ ...options, actions: [...options.actions], icon }) : undefined,
      close: () => undefined,
    };
  const paths = sessionBusPaths(env);
  if (paths.length === 0) return { create: undefined, close: () => undefined };
  return createBusNotifications({
    openBus: (listen) => openSessionBus({ paths, uid: process.getuid?.() ?? 0, clock, ...listen }),
    clock,
    appName: t('app.name'),
    openWords: () => t('shell.tray.open'),
    icon: straightPixels(icon),
    log: (error) => log.write('notification', error),
  });
}

/** Electron gives blue, green, red, alpha, with the colours multiplied by the last. Undefined for an icon that could not be read. */
function straightPixels(image: NativeImage): NotificationIcon | undefined {
  if (image.isEmpty()) return undefined;
  const { width, height } = image.getSize();
  const bgra = image.toBitmap();
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = bgra[at + 3] ?? 0;
    const straight = (colour: number | undefined): number => (alpha === 0 ? 0 : Math.min(255, Math.round(((colour ?? 0) * 255) / alpha)));
    rgba[at] = straight(bgra[at + 2]);
    rgba[at + 1] = straight(bgra[at + 1]);
    rgba[at + 2] = straight(bgra[at]);
    rgba[at + 3] = alpha;
  }
  return { width, height, rgba };
}
