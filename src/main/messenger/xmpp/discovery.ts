import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { inOrder, saysNone, type SrvRecord } from '../../../protocol/xmpp/srv.ts';
import { MessengerError } from '../contract.ts';
import type { XmppServer } from './stream-contract.ts';

/** SRV records of a name; rejects or gives none where there are none. */
export type ResolveSrv = (name: string) => Promise<readonly SrvRecord[]>;

/** RFC 6120 section 3.2.2 */
export const XMPP_PORT = 5222;
/** Nobody has more servers than a person would wait for. */
const MAX_SERVERS = 8;

/** Asks the system's name servers, as they are now. Answers within some five seconds. */
export const systemSrv: ResolveSrv = (name) => new Resolver({ timeout: 2_000, tries: 2 }).resolveSrv(name);

/** The domain as the name service and certificates write it; an IPv6 address without brackets. */
export function hostOf(domain: string): string {
  const bracketed = /^\[(.+)\]$/.exec(domain)?.[1];
  return bracketed ?? (isIP(domain) === 0 ? domainToASCII(domain) || domain : domain);
}

/** Where a domain's servers are, in the order in which they are to be tried. Rejects with MessengerError UNREACHABLE where it says that it has none. */
export async function serversOf(domain: string, resolve: ResolveSrv, random: () => number): Promise<readonly XmppServer[]> {
  const host = hostOf(domain);
  const alone: XmppServer = { host, port: XMPP_PORT, tls: 'starttls' };
  if (isIP(host) !== 0 || !host.includes('.')) return [alone];
  const kinds = [
    { service: '_xmpps-client', tls: 'direct' },
    { service: '_xmpp-client', tls: 'starttls' },
  ] as const;
  const found = await Promise.all(
    kinds.map(async ({ service, tls }) => {
      const records = await resolve(`${service}._tcp.${host}`).catch((): readonly SrvRecord[] => []);
      return records.map((record) => ({ ...record, tls }));
    }),
  );
  const all = found.flat();
  if (all.length === 0) return [alone];
  if (saysNone(all)) throw new MessengerError('UNREACHABLE', `${host} has no XMPP`);
  const named = all.filter(({ name, port }) => name !== '' && name !== '.' && port > 0);
  return inOrder(named, random)
    .slice(0, MAX_SERVERS)
    .map(({ name, port, tls }) => ({ host: name, port, tls }));
}
