import * as z from 'zod';
import { TRANSPORTS } from '../../messenger/transports.ts';
import { friendlyName, transport } from './arguments.ts';
import type { Rows } from './command.ts';
import { requireSignedIn } from './signed-in.ts';

/** An account of whichever transport it names, checked as that transport says. */
const typedAccount = z.looseObject({ transport }).transform((typed, context) => {
  const known = TRANSPORTS.find(({ name }) => name === typed.transport);
  const parsed = known?.typed.safeParse(typed);
  if (parsed?.success === true) return parsed.data;
  for (const issue of parsed?.error.issues ?? []) {
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys] : issue.path;
    context.addIssue({ code: 'custom', path, message: issue.message });
  }
  return z.NEVER;
});

/** The accounts of this computer, and what they show to others. */
export const accountCommands = {
  saveAccount: { windows: ['main'], argument: typedAccount, run: ({ signIn }, account) => signIn.save(account) },
  offerAccount: { windows: ['main'], argument: z.string().max(16_384), run: ({ accountOffers }, text) => accountOffers.offer(text) },
  takeOfferedAccount: { windows: ['main'], run: ({ accountOffers }) => accountOffers.use() },
  putOfferedAccountAway: { windows: ['main'], run: ({ accountOffers }) => accountOffers.putAway() },
  signIn: { windows: ['main'], argument: transport, run: ({ signIn }, name) => signIn.signIn(name) },
  signOut: { windows: ['main'], argument: transport, run: ({ signIn }, name) => signIn.signOut(name) },
  forgetAccount: { windows: ['main'], argument: transport, run: ({ signIn }, name) => signIn.forget(name) },
  setPresence: {
    windows: ['main'],
    argument: z.enum(['online', 'busy', 'away']),
    run: ({ signIn }, presence) => signIn.setPresence(presence),
  },
  setFriendlyName: {
    windows: ['main'],
    argument: friendlyName,
    field: 'friendlyName',
    run: ({ messengers, signIn }, name) => {
      requireSignedIn(messengers);
      return signIn.setFriendlyName(name);
    },
  },
} satisfies Rows;
