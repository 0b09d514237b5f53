import * as z from 'zod';
import type { Account } from '../contract.ts';

/** What signing in to an MSNP server takes. */
export interface MsnpAccount extends Account {
  /** `host:port`. */
  readonly server: string;
  readonly accessToken: string;
}

const transport = z.literal('msnp');

/** What is kept: a server may have given a name that nobody could type here. */
export const msnpAccount: z.ZodType<MsnpAccount> = z.strictObject({
  transport,
  server: z.string().min(1).max(255),
  address: z.string().min(3).max(129),
  friendlyName: z.string().min(1).max(129),
  accessToken: z.string().min(1).max(256),
});

/** `host:port`, IPv6 in brackets. */
const server = z
  .string()
  .max(255)
  .regex(/^(\[[0-9A-Fa-f:.]{2,45}(%[0-9A-Za-z]+)?\]|[A-Za-z0-9._-]+):\d{1,5}$/)
  .refine((text) => {
    const port = Number(text.slice(text.lastIndexOf(':') + 1));
    return port >= 1 && port <= 65_535;
  });

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
});
