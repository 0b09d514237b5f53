/* Composition root: builds everything, decides nothing. */
import { basename, join } from 'node:path';
import { app, shell as system } from 'electron';
import { ASK_FOR_REMOTE_ASSISTANCE, OFFER_REMOTE_ASSISTANCE } from '../protocol/assistance/application.ts';
import { ACTIVITY_GUIDS, createActivities } from './activities/activities.ts';
import { createLauncher } from './activities/launcher.ts';
import { createAssistance } from './assistance/assistance.ts';
import { systemClock as clock } from './clock.ts';
import { usableAddresses } from './connection/addresses.ts';
import { createConnectionRoom } from './connection/connection-room.ts';
import { createDesktop } from './desktop/desktop.ts';
import { openSessionLog } from './history/session-log.ts';
import { HostedMessenger } from './messenger/msnp-server/hosted-messenger.ts';
import { createMessenger, TRANSPORT_NAMES } from './messenger/transports.ts';
import { openAccount } from './settings/account-store.ts';
import { openContacts } from './settings/contacts-cache.ts';
import { openPrograms } from './settings/programs-store.ts';
import { openSettings } from './settings/settings-store.ts';
import { createAppModel } from './shell/app-facts.ts';
import { openCapturePage } from './shell/capture-page.ts';
import { createErrorLog } from './shell/error-log.ts';
import { createHostedServer } from './shell/hosted-server.ts';
import { createHosting } from './shell/hosting.ts';
import { createShell } from './shell/shell.ts';
import { createSignIn } from './shell/sign-in.ts';
import { type Beginning, prepareElectron, reportFailedStart, systemSecretBox } from './shell/start-up.ts';

async function start({ launch, openings }: Beginning): Promise<void> {
  const { env, platform } = process;
  const data = app.getPath('userData');
  const outDir = join(import.meta.dirname, '..');
  const log = createErrorLog(join(data, 'logs', 'ringback.log'), clock);

  const [settings, account, contacts, history, programs] = await Promise.all([
    openSettings(join(data, 'settings.json')),
    openAccount(join(data, 'account.json'), systemSecretBox()),
    openContacts(join(data, 'contacts.json')),
    openSessionLog(join(data, 'history.json')),
    openPrograms(join(data, 'programs.json')),
  ]);

  const transport = TRANSPORT_NAMES.find((name) => name === settings.value.messenger) ?? 'msnp';
  const messenger = createMessenger(transport, {
    clock,
    random: Math.random,
    applications: [ASK_FOR_REMOTE_ASSISTANCE.guid, OFFER_REMOTE_ASSISTANCE.guid, ...ACTIVITY_GUIDS],
  });
  const model = createAppModel({
    version: app.getVersion(),
    messenger: messenger.state,
    presence: 'online',
    account: undefined,
    contacts: [],
    hosting: { tag: 'off' },
    invitations: [],
    activities: [],
    programs: programs.value.programs,
    conversations: [],
    session: undefined,
    fileInvitation: undefined,
    offeredInvitation: undefined,
    history: history.entries,
    settings: settings.value,
    notices: [],
    desktop: { capture: false, input: false },
  });
  const storageFailed = (error: unknown): void => {
    log.write('storage', error);
    model.notify('error', 'notice.storageFailed');
  };
  const unexpected = (where: string) => (error: unknown) => {
    log.write(where, error);
    model.notify('error', 'notice.unexpected', { file: join('logs', 'ringback.log') });
  };
  process.on('uncaughtException', unexpected('uncaught exception'));
  process.on('unhandledRejection', unexpected('unhandled rejection'));

  if (settings.damaged !== undefined) model.notify('warning', 'notice.settingsDamaged', { file: settings.damaged.file });
  if (account.damaged !== undefined) model.notify('warning', 'notice.accountDamaged', { file: account.damaged.file });
  if (account.tokenUnreadable) model.notify('warning', 'notice.tokenUnreadable');
  if (contacts.damaged !== undefined) model.notify('warning', 'notice.contactsDamaged', { file: contacts.damaged.file });
  if (history.damaged !== undefined) model.notify('warning', 'notice.historyDamaged', { file: history.damaged.file });

  if (programs.damaged !== undefined) model.notify('warning', 'notice.programsDamaged', { file: programs.damaged.file });

  const hostedServer = createHostedServer({
    messenger: new HostedMessenger(),
    directory: join(data, 'messenger'),
    clock,
    onDamaged: (file) => model.notify('warning', 'notice.hostedDamaged', { file: basename(file) }),
    onStorageError: storageFailed,
  });
  const hosting = createHosting(hostedServer, (view) => model.update({ hosting: view }));
  const signIn = createSignIn({
    messenger,
    account,
    contacts,
    model,
    ownServer: (address) => hosting.ownServer(address),
    onSecrets: (secrets) => log.setSecrets(secrets),
    onStorageError: storageFailed,
  });

  const shell = createShell({ clock, model, settings, log, outDir, assetsDir: join(outDir, '..', 'assets'), env, quit: () => app.quit() });
  const desktop = createDesktop({
    platform,
    env,
    workerUrl: new URL('./x11-capture-worker.js', import.meta.url),
    openCapturePage: () => openCapturePage(shell.windows),
    clock,
  });
  const { listenHost } = launch;
  const assistance = createAssistance({
    messenger,
    connection: createConnectionRoom({ clock, ...(listenHost === undefined ? {} : { listenHost }) }),
    desktop,
    consent: shell.consent,
    clock,
    history: {
      add: (entry) => {
        const written = history.add(entry);
        model.update({ history: history.entries });
        written.catch(storageFailed);
      },
    },
    engine: () => settings.value.engine,
    // Without an account, as in an invitation file, the name that the system has for this person.
    userName: () => account.account?.friendlyName ?? env['USER'] ?? env['USERNAME'] ?? '',
    allowOffers: () => settings.value.allowOffers,
    allowPlainExperts: () => settings.value.allowPlainExperts,
    log: (event, facts) => log.note(event, facts),
  });

  const launcher = createLauncher({ open: (url) => system.openExternal(url), has: (url) => app.getApplicationNameForProtocol(url) !== '' });
  const activities = createActivities({
    messenger,
    launcher,
    clock,
    programs: () => programs.value.programs,
    ownAddress: () => listenHost ?? usableAddresses()[0] ?? '127.0.0.1',
    log: (event, facts) => log.note(event, facts),
  });

  shell.run(
    {
      assistance,
      messenger,
      hosting,
      signIn,
      history,
      activities,
      launcher,
      programs,
      stored: [settings, account, contacts, history, programs],
    },
    { hidden: launch.hidden || settings.value.startHidden, openings },
  );

  const support = desktop.support().then(
    (able) => model.update({ desktop: able }),
    (error: unknown) => log.write('desktop', error),
  );
  // Our own messenger first: the account may live there.
  if (settings.value.hosting.enabled) {
    await hosting.apply(settings.value.hosting).catch((error: unknown) => {
      log.write('hosting', error);
      model.notify('error', 'notice.hostingFailed');
    });
  }
  signIn.start();
  await support;
}

const beginning = prepareElectron(process.argv, process.env);
// No top-level await: Electron becomes ready only once this module has been evaluated.
if (beginning !== undefined)
  app
    .whenReady()
    .then(() => start(beginning))
    .catch(reportFailedStart);
