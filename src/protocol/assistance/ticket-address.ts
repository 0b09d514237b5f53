import { ProtocolError } from '../bytes/errors.ts';
import { type HostPort, formatHostPort } from '../host-port.ts';
import { ipv4Octets, ipv6Groups, scopeOf } from '../ip-address.ts';

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?$/i;
const MAX_NAME_LENGTH = 253;

function isHostName(text: string): boolean {
  if (text.length > MAX_NAME_LENGTH) return false;
  const labels = text.split('.');
  // A numeric last label would be read as an IPv4 address in one of its odd spellings (0x7f.1, 127.1).
  return labels.every((label) => LABEL.test(label)) && !/^(?:\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? '');
}

function ipv4Refusal(octets: readonly number[]): string | undefined {
  const first = octets[0] ?? 0;
  if (first === 0) return 'unspecified';
  if (first >= 224 && first <= 239) return 'multicast';
  return first >= 240 ? 'broadcast or reserved' : undefined;
}

/** Why nobody may be asked to dial this host, or undefined. */
function refusal(host: string): string | undefined {
  const octets = ipv4Octets(host);
  if (octets !== undefined) return ipv4Refusal(octets);
  const groups = ipv6Groups(host);
  if (groups === undefined) return undefined;
  const [g0 = 0, , , , , g5 = 0, g6 = 0, g7 = 0] = groups;
  if (groups.every((group) => group === 0)) return 'unspecified';
  if (g0 >> 8 === 0xff) return 'multicast';
  const mapped = groups.slice(0, 5).every((group) => group === 0) && (g5 === 0xffff || (g5 === 0 && (g6 !== 0 || g7 > 1)));
  return mapped ? ipv4Refusal([g6 >> 8, g6 & 0xff, g7 >> 8, g7 & 0xff]) : undefined;
}

/**
 * One `host:port`, `[IPv6]:port` of field 3 of Connection String 1 ([MS-RAI] 2.2.1).
 * A scope (`%eth0`) means something on its owner's machine only and is MALFORMED. Throws ProtocolError MALFORMED,
 * OUT_OF_RANGE (port), REFUSED (unspecified, multicast, broadcast: nobody's address).
 */
export function parseTicketAddress(text: string): HostPort {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  if (match === null) throw new ProtocolError('MALFORMED', 'ConnectionString1.address', 'host:port or [IPv6]:port', text.slice(0, 64));
  const [, bracketed, plain = '', digits = ''] = match;
  const host = bracketed ?? plain;
  const wellFormed = bracketed === undefined ? ipv4Octets(host) !== undefined || isHostName(host) : ipv6Groups(host) !== undefined;
  if (!wellFormed)
    throw new ProtocolError('MALFORMED', 'ConnectionString1.host', 'IPv4, [IPv6] without scope, or host name', host.slice(0, 64));
  const port = Number(digits);
  if (port < 1 || port > 65_535) throw new ProtocolError('OUT_OF_RANGE', 'ConnectionString1.port', '1..65535', digits);
  const why = refusal(host);
  if (why !== undefined) throw new ProtocolError('REFUSED', 'ConnectionString1.host', "somebody's address", why);
  return { host, port };
}

/** An address as people type it: a name or an IP address that others can dial, with a port or without. Undefined for anything else, and for nothing. */
export function readTypedAddress(text: string): { readonly host: string; readonly port?: number } | undefined {
  const bare = ipv6Groups(text) === undefined ? text : `[${text}]`;
  const hasPort = /^(?:\[[^\]]*\]|[^:[\]]+):\d+$/.test(bare);
  try {
    const { host, port } = parseTicketAddress(hasPort ? bare : `${bare}:1`);
    if (scopeOf(host) === 'loopback' || scopeOf(host) === 'linkLocal' || /^(?:.*\.)?localhost$/i.test(host)) return undefined;
    return hasPort ? { host, port } : { host };
  } catch {
    return undefined;
  }
}

/**
 * The order in which a ticket names addresses, for what does not fit falls out: the best of each kind (public IPv4, private IPv4, IPv6 of one
 * prefix, names), then second helpings, each by {@link addressRank} and then as given. What can never be in a ticket is left out, and what comes twice.
 */
export function inTicketOrder(addresses: readonly HostPort[]): HostPort[] {
  const ranked = addresses
    .flatMap((address) => {
      const rank = addressRank(address);
      return rank === undefined ? [] : [{ address, rank, text: formatHostPort(address) }];
    })
    .filter(({ text }, index, all) => all.findIndex((other) => other.text === text) === index)
    .toSorted((left, right) => left.rank - right.rank);
  const kinds = new Set<string>();
  const firsts = ranked.filter(({ address, rank }) => {
    const kind = kindOf(address, rank);
    return rank <= LAST_KIND_OF_USE && !kinds.has(kind) && kinds.add(kind);
  });
  return [...firsts, ...ranked.filter((each) => !firsts.includes(each))].map(({ address }) => address);
}

/** Behind names come link-local IPv4 and loopback, of which not even the first is worth a place before others. */
const LAST_KIND_OF_USE = 3;

/** Addresses of one kind reach a computer in the same manner: IPv6 of one prefix, everything else of one rank. */
function kindOf({ host }: HostPort, rank: number): string {
  const prefix = ipv6Groups(host)?.slice(0, 4);
  return prefix === undefined ? `${rank}` : prefix.join(':');
}

/**
 * How likely a person elsewhere reaches this address, 0 the likeliest; undefined where it can never be in a ticket
 * (scoped or link-local IPv6, which no other machine can dial without our interface names; malformed or refused ones).
 */
export function addressRank(address: HostPort): number | undefined {
  try {
    parseTicketAddress(formatHostPort(address));
  } catch {
    return undefined;
  }
  const octets = ipv4Octets(address.host);
  if (octets !== undefined) {
    const [first = 0, second = 0] = octets;
    if (first === 127) return 5;
    if (first === 169 && second === 254) return 4;
    const isPrivate = first === 10 || (first === 172 && second >> 4 === 1) || (first === 192 && second === 168);
    return isPrivate ? 1 : 0;
  }
  const groups = ipv6Groups(address.host);
  if (groups === undefined) return 3;
  const first = groups[0] ?? 0;
  if (first >> 6 === 0xfe80 >> 6) return undefined;
  if (groups.slice(0, 7).every((group) => group === 0)) return 5;
  return first >> 9 === 0xfc00 >> 9 ? 2 : 1;
}
