import type { HostPort } from '../../../protocol/host-port.ts';
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

const SERVER = /^(\[[0-9A-Fa-f:.]{2,45}(%[0-9A-Za-z]+)?\]|[A-Za-z0-9._-]+):(\d{1,5})$/;

/** Undefined where it is no `host:port`, IPv6 in brackets. */
export function typedServer(text: string): HostPort | undefined {
  const [, host, , digits] = SERVER.exec(text.trim()) ?? [];
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port };
}
