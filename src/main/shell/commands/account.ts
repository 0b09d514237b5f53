import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { hasAccountLink } from '../../../protocol/msnp/account-link.ts';
import { hasContactLink } from '../../../protocol/xmpp/invitation-link.ts';
import { hasHelpLink } from '../../../protocol/xmpp/help-link.ts';
import type { ServerFacts } from '../../../facts/server.ts';
import type { Account } from '../../messenger/contract.ts';
import { TRANSPORTS } from '../../messenger/transports.ts';
import { safeText } from '../safe-text.ts';
import { friendlyName, transport } from './arguments.ts';
import type { Rows, UseCases } from './command.ts';
import type { Widening } from '../widening.ts';
import { requireSignedIn } from './signed-in.ts';

/** An account of whichever transport it names, checked as that transport says. */
const typedAccount = z.looseObject({ transport }).transform(accountIn);

/** The same, with a link of the server beside it. */
const accountToMake = z
  .looseObject({ transport, invitation: z.string().max(2_048) })
  .transform(({ invitation, ...typed }, context) => ({ ...accountIn(typed, context), invitation }));

function accountIn(typed: { readonly transport: string }, context: z.RefinementCtx): Account {
  const known = TRANSPORTS.find(({ name }) => name === typed.transport);
  const parsed = known?.typed.safeParse(typed);
  if (parsed?.success === true) return parsed.data;
  for (const issue of parsed?.error.issues ?? []) {
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys] : issue.path;
    context.addIssue({ code: 'custom', path, message: issue.message });
  }
  return z.NEVER;
}

/** Of an account what says who is there, and not where. */
const PEOPLE = ['address', 'friendlyName', 'contact', 'contactName', 'introduced'];

/** What says where the messenger is: all that is neither secret nor somebody's name there. */
function placeOf({ transport, ...values }: Account): Readonly<Record<string, string>> {
  const { secrets = [] } = TRANSPORTS.find(({ name }) => name === transport) ?? {};
  return Object.fromEntries(Object.entries(values).filter(([name]) => !PEOPLE.includes(name) && !secrets.includes(name)));
}

const ON_THIS_COMPUTER = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\]):\d+$/i;

/** Another messenger than before, unless it runs on this computer: it carries what is written, and learns who asks whom for help. */
function movesMessenger({ model, hosting }: Pick<UseCases, 'model' | 'hosting'>, account: Account): boolean {
  const { server: reached } = placeOf(hosting.located(account));
  if (reached !== undefined && ON_THIS_COMPUTER.test(reached)) return false;
  const before = model.facts.accounts.find(({ transport }) => transport === account.transport);
  return (
    before === undefined ||
    !isDeepStrictEqual(placeOf({ ...before.values, transport: before.transport, address: '', friendlyName: '' }), placeOf(account))
  );
}

const toMessenger = (use: Pick<UseCases, 'model' | 'hosting'>, account: Account): readonly Widening[] =>
  movesMessenger(use, account) ? [{ tag: 'messenger', place: placeOf(account), address: account.address }] : [];

/** What stands in a certificate was written by whoever asked for it. */
const shownServer = ({ certificate: { subject, issuer, ...certificate }, ...facts }: ServerFacts): ServerFacts => ({
  ...facts,
  certificate: { ...certificate, subject: safeText(subject, 253), issuer: safeText(issuer, 128) },
});

/** The accounts of this computer, and what they show to others. */
export const accountCommands = {
  saveAccount: {
    windows: ['main'],
    widens: toMessenger,
    argument: typedAccount,
    run: ({ signIn }, account) => signIn.save(account),
  },
  makeAccount: {
    windows: ['main'],
    widens: (use, { invitation: _invitation, ...account }) => toMessenger(use, account),
    argument: accountToMake,
    run: ({ accountMaking }, { invitation = '', ...account }) => accountMaking.make(account, invitation),
  },
  offerAccount: {
    windows: ['main'],
    widens: 'nothing',
    argument: z.string().max(16_384),
    run: ({ accountOffers, contactOffers, guestAsking }, text) => {
      if (hasHelpLink(text)) guestAsking.offer(text);
      else if (hasContactLink(text) && !hasAccountLink(text)) contactOffers.offer(text);
      else accountOffers.offer(text);
    },
  },
  takeOfferedAccount: {
    windows: ['main'],
    widens: (use) => (use.accountOffers.shown === undefined ? [] : toMessenger(use, use.accountOffers.shown)),
    run: ({ accountOffers }) => accountOffers.use(),
  },
  putOfferedAccountAway: { windows: ['main'], widens: 'nothing', run: ({ accountOffers }) => accountOffers.putAway() },
  signIn: { windows: ['main'], widens: 'nothing', argument: transport, run: ({ signIn }, name) => signIn.signIn(name) },
  signOut: { windows: ['main'], widens: 'nothing', argument: transport, run: ({ signIn }, name) => signIn.signOut(name) },
  forgetAccount: { windows: ['main'], widens: 'nothing', argument: transport, run: ({ signIn }, name) => signIn.forget(name) },
  lookAtServer: {
    windows: ['main'],
    widens: 'nothing',
    argument: transport,
    run: async ({ messengers }, name) => shownServer(await messengers.lookAtServer(name)),
  },
  setPresence: {
    windows: ['main'],
    widens: 'nothing',
    argument: z.enum(['online', 'busy', 'away']),
    run: ({ signIn }, presence) => signIn.setPresence(presence),
  },
  setFriendlyName: {
    windows: ['main'],
    widens: 'nothing',
    argument: friendlyName,
    field: 'friendlyName',
    run: ({ messengers, signIn }, name) => {
      requireSignedIn(messengers);
      return signIn.setFriendlyName(name);
    },
  },
} satisfies Rows;
