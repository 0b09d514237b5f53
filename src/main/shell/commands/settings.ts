import * as z from 'zod';
import type { HostingChoice } from '../../../facts/hosting.ts';
import { type Preferences, QUIET_CHOICES } from '../../../facts/preferences.ts';
import { accelerator, hostingSchema, ownPort, publicAddress, isTurn, relayServer, type Settings } from '../../settings/settings-store.ts';
import { CommandError } from '../refusal.ts';
import { trustView } from '../trust-view.ts';
import type { WideningSetting } from '../widening.ts';
import type { StateWindow } from '../window-state.ts';
import { address, friendlyName, peer } from './arguments.ts';
import type { Rows, UseCases } from './command.ts';

/** Shows changed settings at once and resolves when they are on the disk. */
async function save({ settings, model }: UseCases, change: Partial<Settings>): Promise<void> {
  const next = { ...settings.value, ...change };
  const written = settings.set(next);
  model.update({ settings: next });
  await written;
}

type Change = Partial<Omit<Preferences, 'hosting' | 'guestServer' | 'helpPage' | 'ownPort' | 'publicAddress' | 'relayServer'>>;

/** Every setting that a window changes: whether it lets others do more once it is on. */
const WIDENS: Readonly<Record<Exclude<keyof Change, WideningSetting>, false> & Record<WideningSetting, true>> = {
  engine: false,
  viewerScaling: false,
  stopShortcut: false,
  home: false,
  playSound: false,
  startHidden: false,
  quietSeconds: false,
  ownName: false,
  relayOnly: false,
  allowOffers: true,
  allowPlainExperts: true,
  allowUnverified: true,
  openRouter: true,
};

const widensOn = (name: string): name is WideningSetting => (WIDENS as Readonly<Record<string, boolean>>)[name] === true;

/** The session window's page changes nothing but how it scales the picture. @throws CommandError FORBIDDEN */
function requireOwn(change: Change, window: StateWindow): void {
  if (window !== 'main' && Object.keys(change).some((name) => name !== 'viewerScaling'))
    throw new CommandError('FORBIDDEN', 'not from this window');
}

/** More people than before can reach the messenger of this computer, or read what is said to it on the way. */
const opensMore = (before: HostingChoice, wanted: HostingChoice): boolean =>
  hostsNetwork(wanted) && (!hostsNetwork(before) || (wanted.plain === true && before.plain !== true));

const hostsNetwork = ({ enabled, reach }: HostingChoice): boolean => enabled && reach === 'lan';

/** How the app is set up, and this computer as the messenger. */
export const settingsCommands = {
  saveSettings: {
    windows: ['main', 'session'],
    widens: ({ settings }, change, window) => {
      requireOwn(change, window);
      return Object.keys(change)
        .filter(widensOn)
        .filter((setting) => change[setting] === true && !settings.value[setting])
        .map((setting) => ({ tag: 'setting', setting }));
    },
    // exactOptionalPropertyTypes: a field that is present but undefined is refused too.
    argument: z.strictObject({
      engine: z.exactOptional(z.enum(['ringback', 'classic'])),
      viewerScaling: z.exactOptional(z.enum(['fit', 'actual'])),
      stopShortcut: z.exactOptional(accelerator),
      home: z.exactOptional(z.enum(['need', 'give'])),
      playSound: z.exactOptional(z.boolean()),
      startHidden: z.exactOptional(z.boolean()),
      allowOffers: z.exactOptional(z.boolean()),
      relayOnly: z.exactOptional(z.boolean()),
      allowPlainExperts: z.exactOptional(z.boolean()),
      allowUnverified: z.exactOptional(z.boolean()),
      openRouter: z.exactOptional(z.boolean()),
      quietSeconds: z.exactOptional(z.literal(QUIET_CHOICES)),
      ownName: z.exactOptional(friendlyName),
    }),
    run: (use, change, window) => {
      requireOwn(change, window);
      return save(use, change);
    },
  },
  setForwarding: {
    windows: ['main'],
    widens: ({ settings }, { ownPort: port, publicAddress: place }) =>
      (port !== 0 && port !== settings.value.ownPort) || (place !== '' && place !== settings.value.publicAddress)
        ? [{ tag: 'forwarding', address: place, port }]
        : [],
    argument: z.strictObject({ ownPort, publicAddress }),
    run: async (use, forwarding) => {
      const { ownPort: before, hosting } = use.settings.value;
      const { ownPort: port } = forwarding;
      if (hosting.enabled && hosting.port === port)
        throw new CommandError('PORT_IN_USE', 'the messenger of this computer uses it', 'ownPort');
      if (port !== 0 && port !== before) await use.requireFreePort(port);
      await save(use, forwarding);
    },
  },
  setRelayServer: {
    windows: ['main'],
    widens: ({ settings }, { url }) => (url === '' || url === settings.value.relayServer.url ? [] : [{ tag: 'relayServer', url }]),
    argument: relayServer,
    run: (use, server) => {
      const { url, username, password } = use.settings.value.relayServer;
      const kept = server.url === url && server.username === username ? password : '';
      const next = server.password === '' ? { ...server, password: kept } : server;
      if (isTurn(next.url) && next.password === '') throw new CommandError('INVALID_ARGUMENT', 'a password is missing', 'password');
      return save(use, { relayServer: isTurn(next.url) ? next : { ...next, password: '' } });
    },
  },
  setHosting: {
    windows: ['main'],
    widens: ({ settings }, wanted) => (opensMore(settings.value.hosting, wanted) ? [{ tag: 'hosting' }] : []),
    argument: hostingSchema,
    run: async (use, wanted) => {
      await use.hosting.apply(wanted);
      const saved = save(use, { hosting: wanted });
      use.signIn.followServer();
      await saved;
    },
  },
  createHostedAccount: {
    windows: ['main'],
    widens: 'nothing',
    argument: z.strictObject({ address, friendlyName }),
    run: ({ hosting }, account) => hosting.createAccount(account),
  },
  removeHostedAccount: {
    windows: ['main'],
    widens: 'nothing',
    argument: address,
    field: 'address',
    run: ({ hosting }, account) => hosting.removeAccount(account),
  },
  forgetMet: {
    windows: ['main'],
    widens: (_use, { address: forgotten }) => [{ tag: 'forgetMet', address: forgotten }],
    argument: peer,
    field: 'address',
    run: async ({ trust, model }, contact) => {
      const written = trust.forget(contact);
      model.update({ trust: trustView(trust) });
      await written;
    },
  },
  renewKey: {
    windows: ['main'],
    widens: () => [{ tag: 'renewKey' }],
    run: async ({ trust, model }) => {
      const written = trust.renew();
      model.update({ trust: trustView(trust) });
      await written;
    },
  },
  saveKey: { windows: ['main'], widens: () => [{ tag: 'saveKey' }], run: ({ keyFiles }) => keyFiles.save() },
  takeKey: {
    windows: ['main'],
    widens: () => [{ tag: 'takeKey' }],
    argument: z.string().max(128),
    run: async ({ keyFiles, trust, model }, password) => {
      const taken = await keyFiles.take(password);
      if (taken) model.update({ trust: trustView(trust) });
      return taken;
    },
  },
  clearHistory: {
    windows: ['main'],
    widens: ({ history }) => (history.entries.length === 0 ? [] : [{ tag: 'clearHistory' }]),
    run: async ({ history, model }) => {
      const cleared = history.clear();
      model.update({ history: history.entries, record: history.state });
      await cleared;
    },
  },
  exportHistory: {
    windows: ['main'],
    widens: 'nothing',
    run: ({ history, saveRecord }) => saveRecord(history.text()),
  },
} satisfies Rows;
