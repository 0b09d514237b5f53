import * as z from 'zod';
import { accelerator, hostingSchema, type Settings } from '../../settings/settings-store.ts';
import { CommandError } from '../refusal.ts';
import { address, friendlyName } from './arguments.ts';
import type { Rows, UseCases } from './command.ts';

/** Shows changed settings at once and resolves when they are on the disk. */
async function save({ settings, model }: UseCases, change: Partial<Settings>): Promise<void> {
  const next = { ...settings.value, ...change };
  const written = settings.set(next);
  model.update({ settings: next });
  await written;
}

/** How the app is set up, and this computer as the messenger. */
export const settingsCommands = {
  saveSettings: {
    windows: ['main', 'session'],
    // exactOptionalPropertyTypes: a field that is present but undefined is refused too.
    argument: z.strictObject({
      engine: z.exactOptional(z.enum(['ringback', 'classic'])),
      viewerScaling: z.exactOptional(z.enum(['fit', 'actual'])),
      stopShortcut: z.exactOptional(accelerator),
      playSound: z.exactOptional(z.boolean()),
      startHidden: z.exactOptional(z.boolean()),
      allowOffers: z.exactOptional(z.boolean()),
      allowPlainExperts: z.exactOptional(z.boolean()),
    }),
    run: (use, change, window) => {
      // The session window's page changes nothing but how it scales the picture.
      if (window !== 'main' && Object.keys(change).some((name) => name !== 'viewerScaling'))
        throw new CommandError('FORBIDDEN', 'not from this window');
      return save(use, change);
    },
  },
  setHosting: {
    windows: ['main'],
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
    argument: z.strictObject({ address, friendlyName }),
    run: ({ hosting }, account) => hosting.createAccount(account),
  },
  removeHostedAccount: {
    windows: ['main'],
    argument: address,
    field: 'address',
    run: ({ hosting }, account) => hosting.removeAccount(account),
  },
  clearHistory: {
    windows: ['main'],
    run: async ({ history, model }) => {
      const cleared = history.clear();
      model.update({ history: history.entries });
      await cleared;
    },
  },
} satisfies Rows;
