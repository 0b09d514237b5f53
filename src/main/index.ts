/* Composition root: builds everything, decides nothing. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { app, powerMonitor, safeStorage } from 'electron';
import { ASK_FOR_REMOTE_ASSISTANCE, GOING_ON, OFFER_REMOTE_ASSISTANCE } from '../protocol/assistance/application.ts';
import { GUEST_TRANSPORT } from '../facts/accounts.ts';
import { ACTIVITY_GUIDS, createActivities } from './activities/activities.ts';
import { createAssistance } from './assistance/assistance.ts';
import { systemClock as clock } from './clock.ts';
import { forwardedAddress } from './connection/addresses/forwarded.ts';
import { ownAddress } from './connection/addresses/interfaces.ts';
import { ownIceServers } from './connection/ways/ice/servers.ts';
import { Interruptions } from './interruptions.ts';
import { createConnectionRoom } from './connection/connection-room.ts';
import { NetworkWatch } from './connection/network-watch.ts';
import { createDesktop } from './desktop/desktop.ts';
import { createGuestMessenger } from './messenger/guest-messenger.ts';
import { createMessengers } from './messenger/messengers.ts';
import { createTransports, TRANSPORTS } from './messenger/transports.ts';
import { initialFacts } from './shell/app-facts.ts';
import { mayCallBack } from './shell/call-backs.ts';
import { createAppModel } from './shell/app-model.ts';
import { createAppQuit } from './shell/app-quit.ts';
import { createAppWindows } from './shell/app-windows.ts';
import { openCapturePage } from './shell/capture-page.ts';
import { createCaptureProcess } from './shell/capture-process.ts';
import { DecoderProbe } from './shell/decoder-probe.ts';
import { displays } from './shell/displays.ts';
import { openFilmPage } from './shell/film-page.ts';
import { openSoundPage } from './shell/sound-page.ts';
import { createClassicProcess } from './shell/classic-process.ts';
import { createContactLinks } from './shell/contact-links.ts';
import { createConsentPrompts } from './shell/consent-prompts.ts';
import { createErrorLog } from './shell/error-log.ts';
import { createFailures, hearUncaught } from './shell/failures.ts';
import { goOnline } from './shell/going-online.ts';
import { createHistorySink } from './shell/history-sink.ts';
import { createIcePages } from './shell/ice-page.ts';
import { createOwnMessenger } from './shell/own-messenger.ts';
import { ownName, systemName } from './shell/own-name.ts';
import { runtimeNotices } from './shell/runtime.ts';
import { openShell } from './shell/shell.ts';
import { createTrust } from './shell/app-trust.ts';
import { createSignIn, expectsContact } from './shell/sign-in.ts';
import { createPictureChoices } from './shell/picture-choices.ts';
import { createQuestions } from './shell/questions.ts';
import { createRouterDoors } from './shell/router-doors.ts';
import { createQuestionWindows } from './shell/question-window.ts';
import { systemSecretBox } from './shell/secret-box.ts';
import { type Beginning, prepareElectron, reportFailedStart } from './shell/start-up.ts';
import { damageNotices, openStorage } from './shell/storage.ts';
import { createStrangers } from './shell/strangers.ts';
import { createSystemLauncher } from './shell/system-launcher.ts';

const LOG_FILE = join('logs', 'ringback.log');

async function start({ launch, openings }: Beginning): Promise<void> {
  const { env, platform } = process;
  const { listenHost } = launch;
  const data = app.getPath('userData');
  const outDir = join(import.meta.dirname, '..');
  const iconsDir = join(outDir, '..', 'assets', 'icons');

  const log = createErrorLog(join(data, LOG_FILE), clock);
  const note = (event: string, facts: Readonly<Record<string, string | number>>): void => log.note(event, facts);
  const storage = await openStorage(data, systemSecretBox(safeStorage, process.platform, clock), TRANSPORTS, () => clock.now());
  const { settings, accounts, contacts, programs } = storage;
  const contactLinks = createContactLinks({
    store: storage.contactLinks,
    now: () => clock.now(),
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    onStorageError: (error) => failures.storage(error),
  });

  const applications = [ASK_FOR_REMOTE_ASSISTANCE.guid, OFFER_REMOTE_ASSISTANCE.guid, GOING_ON.guid, ...ACTIVITY_GUIDS];
  const model = createAppModel(initialFacts(app.getVersion(), TRANSPORTS, storage, systemName(env)));
  const interruptions = new Interruptions(clock);
  // The room that looks at guests' invitations is built on the messengers that bring them.
  let listensForGuests = (): boolean => false;
  const parts = {
    clock,
    random: Math.random,
    applications,
    admitsGuest: () => listensForGuests(),
    welcomes: contactLinks.welcomes,
  };
  const strangers = createStrangers({
    messengers: createMessengers(new Map([...createTransports(parts), [GUEST_TRANSPORT, createGuestMessenger(parts)]])),
    model,
    interruptions,
    isExpected: (peer) => expectsContact(accounts, peer),
  });
  const { messengers } = strangers;
  const quit = createAppQuit(model);
  const failures = createFailures(log, model, LOG_FILE);
  for (const { kind, key, values } of damageNotices(storage)) model.notify(kind, key, values);
  for (const { kind, key, values } of runtimeNotices(env)) model.notify(kind, key, values);

  const hosting = createOwnMessenger({
    directory: join(data, 'messenger'),
    workerUrl: new URL('./hosted-messenger-worker.js', import.meta.url),
    clock,
    model,
    failures,
  });
  const signIn = createSignIn({
    messengers,
    transports: TRANSPORTS,
    accounts,
    contacts,
    model,
    located: (account) => hosting.located(account),
    onSecrets: (secrets) => log.setSecrets(secrets),
    onStorageError: failures.storage,
  });

  const windows = createAppWindows({ clock, settings, log, outDir, iconsDir, quit });
  const questions = createQuestions({ open: createQuestionWindows(windows), clock });
  const desktop = createDesktop({
    platform,
    env,
    startCaptureProcess: createCaptureProcess(new URL('./x11-capture-process.js', import.meta.url)),
    workerUrl: new URL('./x11-capture-worker.js', import.meta.url),
    openCapturePage: (display) => openCapturePage(windows, display),
    openFilmPage: () => openFilmPage(windows),
    openSoundPage: () => openSoundPage(windows),
    systemVersion: process.getSystemVersion(),
    displays,
    clock,
  });
  const decoders = new DecoderProbe();
  const network = new NetworkWatch({ clock });
  powerMonitor.on('resume', () => network.woken());
  network.onChange(() => messengers.check());
  const trust = createTrust(storage, model, failures.storage);
  const doors = createRouterDoors(clock, storage, failures.storage);
  const assistance = createAssistance({
    messengers,
    trust,
    connection: createConnectionRoom({
      clock,
      addressSources: [doors, forwardedAddress(() => settings.value.publicAddress)],
      ownPort: {
        wished: () => settings.value.ownPort,
        taken: (port) => model.notify('warning', 'notice.ownPortTaken', { port: `${port}` }),
      },
      startEngine: createClassicProcess(new URL('./classic-process.js', import.meta.url)),
      relayOnly: () => settings.value.relayOnly,
      ice: {
        openPage: createIcePages(windows, clock),
        relayOnly: () => settings.value.relayOnly,
        ownServers: () => ownIceServers(settings.value.relayServer),
      },
      ...(listenHost === undefined ? {} : { listenHost }),
    }),
    desktop,
    consent: createConsentPrompts({ questions, desktop, clock, onError: (error) => log.write('consent', error) }),
    clock,
    interruptions,
    history: createHistorySink(storage.history, model, failures.storage),
    engine: () => settings.value.engine,
    userName: () => ownName({ accounts: accounts.accounts, ownName: settings.value.ownName }, env),
    allowOffers: (from) => settings.value.allowOffers || mayCallBack(from, storage.history.entries, clock.now()),
    allowPlainExperts: () => settings.value.allowPlainExperts,
    decodesFilm: () => decoders.decodesFilm(windows),
    quietSeconds: () => settings.value.quietSeconds,
    pictureChoices: createPictureChoices(storage.pictureChoices, failures.storage),
    network,
    log: note,
  });
  listensForGuests = () => assistance.listensForGuests;
  hearUncaught(process, failures, (error) => assistance.failSession(error));
  const launcher = createSystemLauncher(platform);
  const activities = createActivities({
    messengers,
    launcher,
    trust,
    clock,
    interruptions,
    programs: () => programs.value.programs,
    ownAddress: () => ownAddress(listenHost),
    log: note,
  });

  openShell(
    { clock, log, model, storage, launch, openings, iconsDir, env, quit },
    {
      windows,
      questions,
      interruptions,
      assistance,
      messengers,
      strangers,
      hosting,
      signIn,
      desktop,
      activities,
      launcher,
      doors,
      contactLinks,
    },
  );
  void decoders.ask(windows);
  await goOnline({ settings, hosting, signIn, failures });
}

const beginning = prepareElectron(process.argv, process.env);
// No top-level await: Electron becomes ready only once this module has been evaluated.
if (beginning !== undefined)
  app
    .whenReady()
    .then(() => start(beginning))
    .catch(reportFailedStart);
