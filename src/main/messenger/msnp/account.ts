import * as z from 'zod';
import { isServer } from '../../../protocol/host-port.ts';
import type { Account } from '../contract.ts';

/** What signing in to an MSNP server takes. */
export interface MsnpAccount extends Account {
  /** `host:port`. */
  readonly server: string;
  readonly accessToken: string;
  /** Of the messenger, as the link of its host says (protocol/msnp/account-link.ts). */
  readonly key?: string;
  /** The person lets what is said to this messenger travel without TLS. */
  readonly protection?: 'none';
}

const transport = z.literal('msnp');

/** What only a link says: the messenger's key, and whoever keeps it; `introduced` once that contact has been added. */
const linked = {
  key: z.exactOptional(z.string().regex(/^[A-Za-z0-9_-]{43}$/)),
  contact: z.exactOptional(z.string().min(3).max(129)),
  contactName: z.exactOptional(z.string().min(1).max(129)),
  introduced: z.exactOptional(z.literal('yes')),
  protection: z.exactOptional(z.literal('none')),
};

/** What is kept: a server may have given a name that nobody could type here. */
export const msnpAccount: z.ZodType<MsnpAccount> = z.strictObject({
  transport,
  server: z.string().min(1).max(255),
  address: z.string().min(3).max(129),
  friendlyName: z.string().min(1).max(129),
  accessToken: z.string().min(1).max(256),
  ...linked,
});

/** `host:port`, IPv6 in brackets. */
const server = z.string().refine(isServer);

/** An e-mail-like log-in name. */
const address = z
  .string()
  .max(129)
  .regex(/^[^\s@\p{Cc}\p{Cf}\p{Cs}%<>"]+@[^\s@\p{Cc}\p{Cf}\p{Cs}%<>"]+$/u)
  .toLowerCase();

const friendlyName = z
  .string()
  .max(129)
  .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u)
  .refine((name) => name.trim() !== '');

/** What a person types. */
export const typedMsnpAccount: z.ZodType<MsnpAccount> = z.strictObject({
  transport,
  server,
  address,
  friendlyName,
  accessToken: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[\x21-\x7e]+$/),
  ...linked,
  contact: z.exactOptional(address),
  contactName: z.exactOptional(friendlyName),
});
