/* What a person sees and does outside the windows: the tray and notifications. */
import { Notification } from 'electron';
import type { AppState } from '../../preload/contract.ts';
import type { PeerAddress } from '../../protocol/applications/peer.ts';
import { t } from '../../words/words.ts';
import type { Activities } from '../activities/contract.ts';
import type { Assistance } from '../assistance/contract.ts';
import { waitingActivities } from './activity-words.ts';
import type { AppModel } from './app-model.ts';
import type { Attempt } from './attempts.ts';
import { closeBehaviour } from './command-line.ts';
import type { ErrorLog } from './error-log.ts';
import { createMessageNotifications } from './message-notifications.ts';
import { createNotifications, helpNotificationWords, type NotificationOptions, type NotificationPort } from './notifications.ts';
import { createTray, iconFrom, type TrayIcon } from './tray.ts';
import type { TrayActions } from './tray-menu.ts';
import type { Windows } from './windows.ts';

export interface OutsideDeps {
  readonly windows: Windows;
  readonly model: AppModel;
  readonly assistance: Assistance;
  readonly activities: Activities;
  readonly attempt: Attempt;
  readonly log: Pick<ErrorLog, 'write'>;
  readonly iconsDir: string;
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
      notifications.heard(peer);
      deps.windows.callAttention();
    },
    close: () => tray?.close(),
  };
}

/** What can be clicked outside the windows; a refusal becomes a notice. */
function outsideActions({ windows, assistance, activities, attempt, quit }: OutsideDeps): TrayActions {
  return {
    open: () => windows.openMain(),
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
function createAllNotifications({ windows, model, iconsDir }: OutsideDeps, actions: TrayActions) {
  const icon = iconFrom(iconsDir, '256x256.png');
  const common = {
    create: Notification.isSupported()
      ? (options: NotificationOptions) =>
          new Notification({ ...options, actions: [...options.actions], icon }) as unknown as NotificationPort
      : undefined,
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
    heard: (peer: PeerAddress): void => messages.heard(peer, model.state),
    update(state: AppState): void {
      help.update(state.invitations);
      messages.update(state);
      activities.update(waitingActivities(state.activities));
    },
  };
}
