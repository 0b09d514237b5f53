import type { Transport } from '../transport.ts';
import { typedXmppAccount, xmppAccount, type XmppAccount } from './account.ts';
import { placeOf } from './account-place.ts';
import { xmppStreams } from './open-stream.ts';
import { registerAccount } from './register-account.ts';
import { XmppMessenger } from './xmpp-messenger.ts';

export const xmpp: Transport<XmppAccount> = {
  name: 'xmpp',
  title: 'transport.xmpp',
  lead: 'xmpp.lead',
  looksAtServer: true,
  invitesContacts: true,
  fields: [
    { name: 'address', kind: 'text', label: 'xmpp.address', hint: 'xmpp.addressHint', maxLength: 255 },
    { name: 'password', kind: 'secret', label: 'xmpp.password', hint: 'xmpp.passwordHint', maxLength: 256 },
    { name: 'friendlyName', kind: 'name', label: 'account.friendlyName', hint: 'account.friendlyNameHint', maxLength: 100 },
    { name: 'server', kind: 'text', label: 'xmpp.server', hint: 'xmpp.serverHint', maxLength: 255, optional: true },
    { name: 'authority', kind: 'text', label: 'xmpp.authority', hint: 'xmpp.authorityHint', maxLength: 1_024, optional: true },
  ],
  secrets: ['password'],
  account: xmppAccount,
  typed: typedXmppAccount,
  makeAccount: async (account, token, clock) => {
    const { address, password } = account;
    await registerAccount({ address, password, clock, ...(token === undefined ? {} : { token }), ...(await placeOf(account)) });
  },
  create: (dependencies) =>
    new XmppMessenger('xmpp', dependencies, {
      open: xmppStreams(),
      admitsGuest: dependencies.admitsGuest ?? (() => false),
      welcomes: dependencies.welcomes ?? (() => false),
    }),
};
