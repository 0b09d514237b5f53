/* Everything Electron, put together. Decides nothing about help: it shows what the use cases say and hands on what the person wants. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  app,
  clipboard,
  dialog,
  globalShortcut,
  ipcMain,
  MessageChannelMain,
  Notification,
  session as electronSession,
  type BrowserWindow,
  type OpenDialogOptions,
} from 'electron';
import type { AppState } from '../../preload/contract.ts';
import type { Activities, Launcher } from '../activities/contract.ts';
import type { Assistance, ConsentPrompts } from '../assistance/contract.ts';
import { t } from '../../words/words.ts';
import type { Clock } from '../clock.ts';
import type { SessionLog } from '../history/session-log.ts';
import type { Messenger } from '../messenger/contract.ts';
import type { ProgramsStore } from '../settings/programs-store.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { activityNotice, waitingActivities } from './activity-words.ts';
import { pushState, type AppModel } from './app-facts.ts';
import { installAppMenu } from './app-menu.ts';
import { serveApp } from './app-protocol.ts';
import { createAttempts } from './attempts.ts';
import { closeBehaviour } from './command-line.ts';
import { COMMAND_TABLE } from './commands/table.ts';
import { createConversations } from './conversations.ts';
import { askConsent, type ConsentKind, type ShowQuestion } from './consent-prompts.ts';
import type { ErrorLog } from './error-log.ts';
import type { Hosting } from './hosting.ts';
import { createFileInvitations, readAtMost } from './file-invitations.ts';
import { createMessageNotifications } from './message-notifications.ts';
import { createNotifications, helpNotificationWords, type NotificationOptions, type NotificationPort } from './notifications.ts';
import { handleCommands } from './ipc.ts';
import type { Openings } from './openings.ts';
import { guardPermissions } from './permissions.ts';
import { leaveOnQuit, shutDown } from './shutdown.ts';
import type { SignIn } from './sign-in.ts';
import { createStopShortcut } from './stop-shortcut.ts';
import { createTray, iconFrom, type TrayIcon } from './tray.ts';
import { createViewerPort, type ViewerPort } from './viewer-port.ts';
import { APP_PARTITION } from './web-security.ts';
import { createWindows, type Windows } from './windows.ts';

export interface ShellDeps {
  readonly clock: Clock;
  readonly model: AppModel;
  readonly settings: SettingsStore;
  readonly log: ErrorLog;
  /** Folder of the built app: `renderer/` and `preload/` below it. */
  readonly outDir: string;
  readonly assetsDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly quit: () => void;
}

/** What the shell shows and steers, once everything is built. */
interface ShellUseCases {
  readonly assistance: Assistance;
  readonly messenger: Messenger;
  readonly hosting: Hosting;
  readonly signIn: SignIn;
  readonly history: SessionLog;
  readonly activities: Activities;
  readonly launcher: Launcher;
  readonly programs: ProgramsStore;
  /** Everything that may still be on its way to the disk when the person quits. */
  readonly stored: readonly { flush(): Promise<void> }[];
}

export interface Shell {
  readonly windows: Windows;
  readonly consent: ConsentPrompts;
  /** From here on people see windows, and commands are answered. */
  run(useCases: ShellUseCases, how: { readonly hidden: boolean; readonly openings: Openings }): void;
}

const invitationFilters = () => [{ name: t('shell.invitationFiles'), extensions: ['msrcIncident'] }];

/** A crashed page is loaded again after this, at most so often in a minute. */
const RELOAD_DELAY_MS = 200;
const MAX_RELOADS = 3;
const RELOAD_WINDOW_MS = 60_000;

/** After `app` is ready. */
export function createShell(deps: ShellDeps): Shell {
  const { clock, model, settings, log } = deps;
  const devTools = !app.isPackaged;
  const icons = join(deps.assetsDir, 'icons');
  const appIcon = iconFrom(icons, '256x256.png');
  let reloads: number[] = [];
  let tray: TrayIcon | undefined;
  let useCases: ShellUseCases | undefined;

  const windows = createWindows({
    preloadDir: join(deps.outDir, 'preload'),
    icon: appIcon,
    devTools,
    mainBounds: settings.value.windowBounds,
    keepMainBounds: (windowBounds) => {
      settings.set({ ...settings.value, windowBounds }).catch((error: unknown) => log.write('window bounds', error));
    },
    closeBehaviour: () => (tray === undefined ? 'quit' : closeBehaviour(process.platform, deps.env)),
    quit: deps.quit,
    onSessionWindowClosed: () => endOrDismiss(),
    onPageGone: (kind, reason) => {
      log.write('page gone', `${kind}: ${reason}`);
      if (kind === 'capture') return;
      model.notify('error', 'notice.windowCrashed');
      // A broken viewer must not leave a key down on the other side, nor a novice without Stop: the session ends.
      if (kind === 'session') void useCases?.assistance.endSession().catch(() => undefined);
      const window = kind === 'main' ? windows.main : windows.session;
      // A page that keeps crashing is left alone: the tray still works.
      reloads = reloads.filter((atMs) => clock.now() - atMs < RELOAD_WINDOW_MS);
      if (window === undefined || reloads.length >= MAX_RELOADS) return;
      reloads.push(clock.now());
      clock.after(RELOAD_DELAY_MS, () => {
        if (!window.isDestroyed()) window.webContents.reload();
      });
    },
  });

  const attempt = createAttempts(model, (what, error) => log.write(what, error));

  const electron = electronSession.fromPartition(APP_PARTITION);
  serveApp(electron, join(deps.outDir, 'renderer'), devTools);
  guardPermissions(electron, windows);

  /** The person closed the session window: it is the end of the session, and an ended one is put away. */
  function endOrDismiss(): void {
    const assistance = useCases?.assistance;
    const { session } = model.facts;
    if (assistance === undefined || session === undefined) return;
    if (session.phase.tag === 'ended') attempt('dismiss', () => assistance.dismissSession());
    else attempt('end', () => assistance.endSession());
  }

  const showQuestion: ShowQuestion = async (question, signal) => {
    // A parent is needed on macOS for the signal to work, and everywhere keeps the question in front of the window it is about.
    const parent: BrowserWindow | undefined = windows.session ?? windows.main;
    const options = { ...question, buttons: [...question.buttons], signal };
    if (parent !== undefined) {
      if (parent.isMinimized()) parent.restore();
      if (!parent.isVisible()) parent.show();
      parent.flashFrame(true);
    }
    const answer = parent === undefined ? await dialog.showMessageBox(options) : await dialog.showMessageBox(parent, options);
    if (parent !== undefined && !parent.isDestroyed()) parent.flashFrame(false);
    return answer.response;
  };

  function ask(kind: ConsentKind): ConsentPrompts['allowView'] {
    return (peer, signal) => askConsent(kind, peer, signal, showQuestion, clock);
  }

  function run(cases: ShellUseCases, how: { readonly hidden: boolean; readonly openings: Openings }): void {
    useCases = cases;
    const { assistance, activities } = cases;
    let viewer: ViewerPort | undefined;

    const accept = (id: string): void => attempt('accept', () => assistance.acceptInvitation(id));
    const decline = (id: string): void => attempt('decline', () => assistance.declineInvitation(id));
    const acceptActivity = (id: string): void => attempt('activity', () => activities.accept(id));
    const declineActivity = (id: string): void => attempt('activity', () => activities.cancel(id));
    const end = (): void => attempt('end', () => assistance.endSession());

    function openViewer(): void {
      const window = windows.session;
      if (window === undefined) return;
      viewer?.close();
      const { port1, port2 } = new MessageChannelMain();
      const mine = createViewerPort(port1);
      let detach: () => void;
      try {
        detach = assistance.attachViewer(mine);
      } catch (error) {
        mine.close();
        throw error;
      }
      viewer = mine;
      const tellShown = (): void => mine.setWindowShown(!window.isMinimized() && window.isVisible());
      for (const change of ['minimize', 'restore', 'hide', 'show'] as const) window.on(change as 'show', tellShown);
      tellShown();
      mine.onClose(() => {
        for (const change of ['minimize', 'restore', 'hide', 'show'] as const) window.off(change as 'show', tellShown);
        detach();
        if (mine.dropped > 0) log.write('viewer', `${mine.dropped} messages dropped`);
        if (viewer === mine) viewer = undefined;
      });
      window.webContents.postMessage('ringback:viewer-port', null, [port2]);
    }

    const files = createFileInvitations({
      help: assistance,
      model,
      clock,
      chooseSavePath: async (suggested) => {
        const options = {
          title: t('shell.saveInvitation'),
          defaultPath: join(app.getPath('documents'), suggested),
          filters: invitationFilters(),
        };
        const answer =
          windows.main === undefined ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(windows.main, options);
        return answer.canceled ? undefined : answer.filePath;
      },
      chooseOpenPath: async () => {
        const options: OpenDialogOptions = { title: t('shell.openInvitation'), properties: ['openFile'], filters: invitationFilters() };
        const answer =
          windows.main === undefined ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(windows.main, options);
        return answer.filePaths[0];
      },
      // Nobody else's business, until the person hands it on.
      write: (path, text) => writeFile(path, text, { encoding: 'utf8', mode: 0o600 }),
      read: readAtMost,
    });
    function openInvitation(path: string): void {
      windows.openMain();
      attempt('open invitation', () => files.openPath(path));
    }

    const looking = (): boolean => windows.main?.isFocused() === true;
    const conversations = createConversations({ messenger: cases.messenger, model, clock, onHeard, looking });
    app.on('browser-window-focus', (_event, window) => {
      if (window === windows.main) conversations.looked();
    });
    const use = {
      ...cases,
      model,
      conversations,
      help: assistance,
      files,
      settings,
      setFullScreen: (on: boolean) => windows.session?.setFullScreen(on),
      copyText: (text: string) => {
        // A promise only in newer Electrons.
        void clipboard.writeText(text);
      },
      openViewer,
    };
    handleCommands(ipcMain, windows, COMMAND_TABLE, use, (where, error) => log.write(where, error));

    try {
      tray = createTray(
        {
          normal: iconFrom(icons, 'tray.png'),
          attention: iconFrom(icons, 'tray-attention.png'),
          session: iconFrom(icons, 'tray-session.png'),
        },
        { open: () => windows.openMain(), accept, decline, acceptActivity, declineActivity, end, quit: deps.quit },
      );
    } catch (error) {
      // No tray here: closing the window quits.
      log.write('tray', error);
    }

    const notificationPort = Notification.isSupported()
      ? (options: NotificationOptions) =>
          new Notification({ ...options, actions: [...options.actions], icon: appIcon }) as unknown as NotificationPort
      : undefined;
    const activityNotifications = createNotifications({
      words: ({ name, address }, { activity }: ReturnType<typeof waitingActivities>[number]) => ({
        title: t('shell.notification.activityTitle', { name, activity: t(`activity.name.${activity.kind}`) }),
        body: t('shell.notification.activityBody', { address }),
      }),
      create: notificationPort,
      answer: { accept: acceptActivity, decline: declineActivity },
      open: () => windows.openMain(),
      onUnseen: () => windows.flashMain(),
    });
    const notifications = createNotifications({
      words: helpNotificationWords,
      create: notificationPort,
      answer: { accept, decline },
      open: () => windows.openMain(),
      onUnseen: () => windows.flashMain(),
    });
    const messageNotifications = createMessageNotifications({
      create: notificationPort,
      open: () => windows.openMain(),
      looking,
    });
    function onHeard(address: string): void {
      messageNotifications.heard(address, model.state);
      windows.callAttention();
    }
    const stopShortcut = createStopShortcut(globalShortcut, end, (shortcut) =>
      model.notify('warning', 'notice.shortcutTaken', { shortcut }),
    );

    function follow(state: AppState): void {
      // The ways to stop come first: what fails after them does not take them away.
      stopShortcut.update(state.session, state.settings.stopShortcut);
      windows.showSession(state.session);
      const live = state.session !== undefined && state.session.phase.tag !== 'ended';
      if (!live) viewer?.close();
      tray?.update(state);
      notifications.update(state.invitations);
      messageNotifications.update(state);
      activityNotifications.update(waitingActivities(state.activities));
    }

    const showHelp = (): void =>
      model.update({ session: assistance.status, invitations: assistance.invitations, fileInvitation: assistance.fileInvitation });
    assistance.onChange(showHelp);
    showHelp();
    activities.onChange(() => model.update({ activities: activities.list }));
    activities.onNews((news) => model.notify(...activityNotice(news)));
    model.onChange(() => {
      try {
        follow(model.state);
      } catch (error) {
        log.write('shell', error);
      }
    });
    pushState(model, clock, (window, state) => windows.send(window, 'ringback:state', state));
    follow(model.state);

    installAppMenu({ devTools, quit: deps.quit });
    // The tray keeps the app alive; without one, the main window's close button quits by itself.
    app.on('window-all-closed', () => undefined);
    windows.openMain(how);
    how.openings.handTo((path) => {
      if (path === undefined) windows.openMain();
      else openInvitation(path);
    });

    leaveOnQuit(app, () => {
      windows.prepareToQuit();
      void shutDown(
        [
          { name: 'session', run: () => assistance.close() },
          { name: 'activities', run: () => activities.close() },
          { name: 'shortcuts', run: () => globalShortcut.unregisterAll() },
          { name: 'messenger', run: () => cases.messenger.signOut() },
          { name: 'hosting', run: () => cases.hosting.stop() },
          { name: 'files', run: async () => void (await Promise.all([...cases.stored, log].map((file) => file.flush()))) },
        ],
        clock,
        (where, error) => log.write(where, error),
      ).finally(() => {
        tray?.close();
        app.exit(0);
      });
    });
  }

  return {
    windows,
    consent: { allowView: ask('view'), allowControl: ask('control') },
    run,
  };
}
