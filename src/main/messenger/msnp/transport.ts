import type { Transport } from '../transport.ts';
import { msnpAccount, typedMsnpAccount, type MsnpAccount } from './account.ts';
import { MsnpMessenger } from './msnp-messenger.ts';

export const msnp: Transport<MsnpAccount> = {
  name: 'msnp',
  title: 'transport.msnp',
  lead: 'account.lead',
  fields: [
    { name: 'server', kind: 'text', label: 'account.server', hint: 'account.serverHint', maxLength: 255 },
    { name: 'address', kind: 'text', label: 'account.address', hint: 'account.addressHint', maxLength: 129 },
    { name: 'friendlyName', kind: 'name', label: 'account.friendlyName', hint: 'account.friendlyNameHint', maxLength: 100 },
    { name: 'accessToken', kind: 'secret', label: 'account.accessToken', hint: 'account.accessTokenHint', maxLength: 256 },
    {
      name: 'protection',
      kind: 'unprotected',
      label: 'account.unprotected',
      hint: 'account.unprotectedHint',
      maxLength: 4,
      optional: true,
    },
  ],
  secrets: ['accessToken'],
  account: msnpAccount,
  typed: typedMsnpAccount,
  create: (dependencies) => new MsnpMessenger('msnp', dependencies),
};
