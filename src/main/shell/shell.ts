/* Everything Electron, put together. Decides nothing about help: it shows what the use cases say and hands on what the person wants. */
import { app, clipboard, globalShortcut, ipcMain, powerSaveBlocker } from 'electron';
import type { AppState } from '../../preload/contract.ts';
import { hasHelpLink } from '../../protocol/xmpp/help-link.ts';
import type { Activities, Launcher } from '../activities/contract.ts';
import type { Assistance } from '../assistance/contract.ts';
import type { Clock } from '../clock.ts';
import { writeTextFile } from '../settings/atomic-file.ts';
import type { Interruptions } from '../interruptions.ts';
import { requireFreePort } from '../connection/ways/tcp/free-port.ts';
import type { PortMapping } from '../connection/port-mapping/port-mapping.ts';
import type { Desktop } from '../desktop/contract.ts';
import { isWaylandSession } from '../desktop/wayland-session.ts';
import { createRunningRecord } from '../history/running-record.ts';
import type { Messengers } from '../messenger/contract.ts';
import { createAccountMaking } from './account-making.ts';
import { createAccountOffers } from './account-offers.ts';
import { writePrivateFile } from '../settings/atomic-file.ts';
import { activityNotice } from './activity-words.ts';
import { followSystemLocale } from './app-locale.ts';
import { createAppMenu } from './app-menu.ts';
import type { AppModel } from './app-model.ts';
import { pushState } from './state-push.ts';
import { createAttempts } from './attempts.ts';
import type { LaunchOptions } from './command-line.ts';
import type { UseCases } from './commands/command.ts';
import { freezing } from './commands/frozen.ts';
import { COMMAND_TABLE } from './commands/table.ts';
import type { ContactLinks } from './contact-links.ts';
import { createContactOffers } from './contact-offers.ts';
import { createConversations } from './conversations.ts';
import type { ErrorLog } from './error-log.ts';
import { createFileInvitations, readAtMost } from './file-invitations.ts';
import { createGonePages } from './gone-pages.ts';
import { createGuestAccess } from './guest-access.ts';
import { createGuestAsking } from './guest-asking.ts';
import type { Hosting } from './hosting.ts';
import { createInvitationDialogs } from './invitation-dialogs.ts';
import { createKeyDialogs } from './key-dialogs.ts';
import { createKeyFiles } from './key-files.ts';
import { handleCommands } from './ipc.ts';
import { createNewcomers } from './newcomers.ts';
import type { Openings } from './openings.ts';
import { ownName } from './own-name.ts';
import { isFolded } from './panel-folding.ts';
import { createPartChanging } from './part-changing.ts';
import type { Questions } from './questions.ts';
import { createOutside, type Outside } from './outside.ts';
import { quitInOrder } from './quitting.ts';
import type { SignIn } from './sign-in.ts';
import { createRecordExport } from './record-export.ts';
import { createStopShortcut } from './stop-shortcut.ts';
import { createSharedBorder } from './shared-border.ts';
import { createEdges } from './edge-windows.ts';
import { createStayingAwake } from './staying-awake.ts';
import type { Strangers } from './strangers.ts';
import { systemLocale } from './system-locale.ts';
import type { Storage } from './storage.ts';
import { createViewerWindow, type ViewerWindow } from './viewer-window.ts';
import { createWideningGate } from './widening.ts';
import type { Windows } from './windows.ts';

/** Where the shell runs, and with what. */
export interface ShellSetting {
  readonly clock: Clock;
  readonly log: ErrorLog;
  readonly model: AppModel;
  readonly storage: Storage;
  readonly launch: LaunchOptions;
  readonly openings: Openings;
  readonly iconsDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly quit: () => void;
}

/** What the shell shows and steers. */
export interface ShellParts {
  readonly windows: Windows;
  readonly questions: Questions;
  readonly interruptions: Interruptions;
  readonly assistance: Assistance;
  readonly messengers: Messengers;
  readonly strangers: Pick<Strangers, 'look' | 'decline' | 'block'>;
  readonly hosting: Hosting;
  readonly signIn: SignIn;
  readonly desktop: Pick<Desktop, 'support' | 'parts'>;
  readonly activities: Activities;
  readonly launcher: Launcher;
  readonly doors: Pick<PortMapping, 'close'>;
  readonly contactLinks: ContactLinks;
}

type ShellDeps = ShellSetting & ShellParts;

/** From here on people see windows, and commands are answered. */
export function openShell(setting: ShellSetting, parts: ShellParts): void {
  const deps: ShellDeps = { ...setting, ...parts };
  const { clock, log, model, storage, windows, assistance, activities, messengers, launch, openings } = deps;
  const attempt = createAttempts(model, (what, error) => log.write(what, error));
  const viewer = createViewerWindow(windows, assistance, log);
  const files = createFileInvitations({
    help: assistance,
    model,
    clock,
    ...createInvitationDialogs(windows),
    // Nobody else's business, until the person hands it on.
    write: writePrivateFile,
    read: readAtMost,
  });
  const accountOffers = createAccountOffers({ model, save: (account) => deps.signIn.save(account) });
  const name = (): string => ownName({ accounts: storage.accounts.accounts, ownName: storage.settings.value.ownName }, deps.env);
  const guests = createGuestAccess(messengers, clock);
  const newcomers = createNewcomers({ help: assistance, messengers, accounts: storage.accounts, guests, model, name });
  const guestAsking = createGuestAsking({ help: assistance, guests, model });
  const contactOffers = createContactOffers({ model, messengers });
  const outside = createOutside({ ...deps, platform: process.platform, attempt });
  const conversations = createConversations({
    messengers,
    model,
    clock,
    onHeard: (peer) => outside.heard(peer),
    looking: () => windows.main?.isFocused() === true,
  });
  const lookAtLocale = followSystemLocale(model, () =>
    systemLocale({
      platform: process.platform,
      env: deps.env,
      switched: app.commandLine.getSwitchValue('lang'),
      preferred: app.getPreferredSystemLanguages(),
      region: app.getSystemLocale(),
    }),
  );
  app.on('browser-window-focus', (_event, window) => {
    lookAtLocale();
    if (window === windows.main) conversations.looked();
  });

  parts.questions.onStop(() => attempt('end', () => assistance.endSession()));
  parts.questions.onChange(() => model.update({ asking: parts.questions.open }));
  // The person closed the session window: it is the end of the session, and an ended one is put away.
  windows.onSessionClosed(() => {
    const { session } = model.facts;
    if (session?.phase.tag === 'ended') attempt('dismiss', () => assistance.dismissSession());
    else if (session !== undefined) attempt('end', () => assistance.endSession());
  });
  const pageGone = createGonePages({ clock, log, model, windowOf: (kind) => windows[kind], endSession: () => assistance.endSession() });
  windows.onPageGone(({ kind, reason }) => pageGone(kind, reason));

  answerCommands(deps, { files, accountOffers, contactOffers, newcomers, guestAsking, conversations, viewer });
  showUseCases(deps);
  followState(deps, { outside, viewer, endSession: () => attempt('end', () => assistance.endSession()) });

  // The tray keeps the app alive; without one, the main window's close button quits by itself.
  app.on('window-all-closed', () => undefined);
  windows.openMain({ hidden: launch.hidden || storage.settings.value.startHidden });
  openings.handTo((opening) => {
    windows.openMain();
    if (opening?.tag === 'file') attempt('open invitation', () => files.openPath(opening.path));
    if (opening?.tag === 'link') {
      const { link } = opening;
      attempt('open link', () => (hasHelpLink(link) ? guestAsking : accountOffers).offer(link));
    }
  });
  quitInOrder({
    clock,
    log,
    windows,
    outside,
    assistance,
    activities,
    messengers,
    hosting: deps.hosting,
    doors: deps.doors,
    stored: Object.values(storage),
  });
}

function answerCommands(
  deps: ShellDeps,
  parts: Pick<UseCases, 'files' | 'accountOffers' | 'contactOffers' | 'newcomers' | 'guestAsking' | 'conversations'> & {
    readonly viewer: ViewerWindow;
  },
): void {
  const { model, signIn, messengers, hosting, activities, launcher, assistance, storage, windows, log } = deps;
  const use: UseCases = {
    model,
    signIn,
    messengers,
    conversations: parts.conversations,
    strangers: deps.strangers,
    help: assistance,
    files: parts.files,
    accountOffers: parts.accountOffers,
    contactOffers: parts.contactOffers,
    contactLinks: deps.contactLinks,
    accountMaking: createAccountMaking({ transports: model.facts.transports, clock: deps.clock, save: (account) => signIn.save(account) }),
    newcomers: parts.newcomers,
    guestAsking: parts.guestAsking,
    hosting,
    settings: storage.settings,
    history: storage.history,
    saveRecord: createRecordExport(windows, () => deps.clock.now()),
    activities,
    launcher,
    programs: storage.programs,
    trust: storage.trust,
    keyFiles: createKeyFiles({ trust: storage.trust, ...createKeyDialogs(windows), write: writeTextFile, read: readAtMost }),
    setFullScreen: (on) => windows.session?.setFullScreen(on),
    requireFreePort,
    copyText: (text) => {
      // A promise only in newer Electrons.
      void clipboard.writeText(text);
    },
    openViewer: () => parts.viewer.open(),
    changeShared: createPartChanging({ ...deps, help: assistance, onError: (error) => log.write('sharing', error) }),
    moveBar: () => windows.moveBar(),
    openMain: () => windows.openMain(),
  };
  const gate = createWideningGate(deps.questions.ask, deps.clock);
  handleCommands(ipcMain, windows, freezing(COMMAND_TABLE), use, gate, (where, error) => log.write(where, error));
}

/** What the use cases know becomes what main shows. */
function showUseCases({ clock, model, log, storage, assistance, activities, desktop }: ShellDeps): void {
  const showHelp = (): void =>
    model.update({
      session: assistance.status,
      panelFolded: isFolded(model.facts, assistance.status),
      invitations: assistance.invitations,
      fileInvitation: assistance.fileInvitation,
    });
  assistance.onChange(showHelp);
  showHelp();
  const record = createRunningRecord({
    log: storage.history,
    now: () => clock.now(),
    onStorageError: (error) => log.write('history', error),
  });
  assistance.onChange(() => record.update(assistance.status));
  activities.onChange(() => model.update({ activities: activities.list }));
  activities.onNews((news) => model.notify(...activityNotice(news)));
  desktop.support().then(
    (able) => model.update({ desktop: able }),
    (error: unknown) => log.write('desktop', error),
  );
}

/** The windows and everything beside them go where the state goes. */
function followState(
  { clock, log, model, windows, desktop, env, quit }: ShellDeps,
  { outside, viewer, endSession }: { readonly outside: Outside; readonly viewer: ViewerWindow; readonly endSession: () => void },
): void {
  const stopShortcut = createStopShortcut(
    globalShortcut,
    endSession,
    {
      unavailable: (shortcut) => model.notify('warning', 'notice.shortcutTaken', { shortcut }),
      keys: (stopKeys) => model.update({ stopKeys }),
    },
    !isWaylandSession(env),
  );
  const awake = createStayingAwake(powerSaveBlocker);
  const borderFailed = (error: unknown): void => log.write('border', error);
  const border = createSharedBorder(createEdges(desktop, borderFailed), borderFailed);
  const menu = createAppMenu({ devTools: !app.isPackaged, quit });
  function follow(state: AppState): void {
    // The ways to stop come first: what fails after them does not take them away.
    stopShortcut.update(state.session, state.settings.stopShortcut);
    awake.update(state.session);
    menu.update(state.locale);
    windows.titleMain();
    windows.showSession(state.session, state.panelFolded);
    border.update(state.session);
    if (state.session === undefined || state.session.phase.tag === 'ended') viewer.close();
    outside.update(state);
  }
  model.onChange(() => {
    try {
      follow(model.state);
    } catch (error) {
      log.write('shell', error);
    }
  });
  pushState(model, clock, (window, state) => windows.send(window, 'ringback:state', state));
  follow(model.state);
}
