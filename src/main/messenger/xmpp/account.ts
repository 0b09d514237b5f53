import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { HostPort } from '../../../protocol/host-port.ts';
import { typedAddress } from '../../../protocol/xmpp/contact-list.ts';
import type { Account } from '../contract.ts';

/** What signing in to an XMPP server takes. */
export interface XmppAccount extends Account {
  readonly password: string;
  /** `host:port`, where the address's domain does not say itself where it is. */
  readonly server?: string;
  /** Path of a PEM file: an authority that the person trusts for this account, beside those that the system does. */
  readonly authority?: string;
  /** Eight hexadecimal digits that tell two computers of one name apart. */
  readonly device?: string;
  /** Of somebody without an account: the domain that lets guests in. `address` is then any of the domain whose guest they are. Never kept. */
  readonly guestHost?: string;
}

const transport = z.literal('xmpp');
const SERVER = /^(\[[0-9A-Fa-f:.]{2,45}(%[0-9A-Za-z]+)?\]|[A-Za-z0-9._-]+):(\d{1,5})$/;
const device = z
  .string()
  .regex(/^[0-9a-f]{8}$/)
  .default(() => randomBytes(4).toString('hex'));

/** What is kept: a server may know names that nobody could type here. */
export const xmppAccount: z.ZodType<XmppAccount> = z.strictObject({
  transport,
  address: z.string().min(3).max(1_023),
  friendlyName: z.string().min(1).max(129),
  password: z.string().min(1).max(256),
  server: z.exactOptional(z.string().min(1).max(255)),
  authority: z.exactOptional(z.string().min(1).max(1_024)),
  device,
});

/** What a person types. */
export const typedXmppAccount: z.ZodType<XmppAccount> = z.strictObject({
  transport,
  address: z
    .string()
    .max(255)
    .refine((text) => typedAddress(text) !== undefined)
    .transform((text) => typedAddress(text) as string),
  friendlyName: z
    .string()
    .max(129)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u)
    .refine((name) => name.trim() !== ''),
  password: z
    .string()
    .min(1)
    .max(256)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u),
  server: z.exactOptional(
    z
      .string()
      .max(255)
      .refine((text) => typedServer(text) !== undefined),
  ),
  authority: z.exactOptional(
    z
      .string()
      .max(1_024)
      .regex(/^[^\p{Cc}]+$/u),
  ),
  device,
});

/** Undefined where it is no `host:port`, IPv6 in brackets. */
export function typedServer(text: string): HostPort | undefined {
  const [, host, , digits] = SERVER.exec(text.trim()) ?? [];
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port };
}
