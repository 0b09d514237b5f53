/* How a messenger is dialled: with TLS and which key, or without; and where else it may send us. */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { HostPort } from '../../../protocol/host-port.ts';
import { scopeOf } from '../../../protocol/ip-address.ts';
import type { MsnpAccount } from './account.ts';

/** `key` is what the messenger must prove to have; undefined where no link has said, and the first connection learns it. */
export type Line = { readonly tag: 'plain' } | { readonly tag: 'tls'; readonly key: string | undefined };

const isLoopbackName = (host: string): boolean => /^localhost$/i.test(host) || scopeOf(host) === 'loopback';

/** TLS, unless the messenger runs on this computer, or the person has said that it may go without. A key is never passed over. */
export function lineOf(account: Pick<MsnpAccount, 'key' | 'protection'>, { host }: HostPort): Line {
  if (account.key !== undefined) return { tag: 'tls', key: account.key };
  return account.protection === 'none' || isLoopbackName(host) ? { tag: 'plain' } : { tag: 'tls', key: undefined };
}

/** The messenger as we have reached it. */
export interface Reached {
  /** What was dialled. */
  readonly endpoint: HostPort;
  /** The IP address at which it was. */
  readonly address: string;
  readonly line: Line;
}

/**
 * Where to go when a messenger names another server or its log-in page; undefined for nowhere. Its own host it may always name. A
 * Ringback messenger is one port, so that another host is its own address as it sees itself, behind a router: what was dialled is dialled
 * again. Other programs may name a server on the Internet when they are there themselves. So no messenger looks around in our network.
 */
export function referred(named: HostPort, { endpoint, address, line }: Reached): HostPort | undefined {
  const own = scopeOf(address);
  if (named.host.toLowerCase() === endpoint.host.toLowerCase() || named.host === address) return named;
  if (line.tag === 'tls') return endpoint;
  if (own === 'loopback' && isLoopbackName(named.host)) return named;
  if (own !== 'global') return undefined;
  const scope = scopeOf(named.host);
  return scope === undefined || scope === 'global' ? named : undefined;
}

/**
 * Where the names lead that a messenger gives, who may also run the name service that answers for them. Its own name leads to where it was
 * reached, whatever it is said to mean by now; every other one to the Internet and to no address of our network.
 */
export function lookupFor(host: string, { endpoint, address }: Pick<Reached, 'endpoint' | 'address'>): LookupFunction {
  if (host.toLowerCase() !== endpoint.host.toLowerCase()) return lookupOutside;
  const found: LookupAddress = { address, family: isIP(address) };
  return (_name, { all }, answer) => {
    if (all === true) answer(null, [found]);
    else answer(null, found.address, found.family);
  };
}

const lookupOutside: LookupFunction = (name, options, answer) => {
  systemLookup(name, { ...options, all: true }, (error, found: LookupAddress[]) => {
    const outside = error === null ? found.filter(({ address }) => scopeOf(address) === 'global') : [];
    const [first] = outside;
    if (first === undefined) return answer(error ?? Object.assign(new Error('not on the Internet'), { code: 'ENOTFOUND' }), '', 4);
    if (options.all === true) answer(null, outside);
    else answer(null, first.address, first.family);
  });
};
