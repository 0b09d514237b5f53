/* Accounts and boxes for secrets, as the tests of what is kept on disk have them. */
import * as z from 'zod';
import type { AccountKind } from '../../../src/main/settings/account-store.ts';
import type { SecretBox } from '../../../src/main/settings/secret-box.ts';

export const ANNA = {
  transport: 'msnp',
  server: '127.0.0.1:1863',
  address: 'anna@home.example',
  friendlyName: 'Anna',
  accessToken: 'a-secret-token',
};
const text = z.string().min(1);
export const MSNP: AccountKind = {
  name: 'msnp',
  account: z.strictObject({ transport: z.literal('msnp'), server: text, address: text, friendlyName: text, accessToken: text }),
  typed: z.never(),
  secrets: ['accessToken'],
};
export const PIGEONS: AccountKind = {
  name: 'pigeons',
  account: z.strictObject({ transport: z.literal('pigeons'), loft: text, address: text, friendlyName: text, whistle: text, ring: text }),
  typed: z.never(),
  secrets: ['whistle', 'ring'],
};
export const KINDS = [MSNP];
export const none: SecretBox = {
  isAvailable: async () => false,
  encrypt: () => Promise.reject(new Error('no key store')),
  decrypt: () => Promise.reject(new Error('no key store')),
};
export const reversing: SecretBox = {
  isAvailable: async () => true,
  encrypt: async (text) => Buffer.from([...text].toReversed().join('')).toString('base64'),
  decrypt: async (base64) => [...Buffer.from(base64, 'base64').toString()].toReversed().join(''),
};
