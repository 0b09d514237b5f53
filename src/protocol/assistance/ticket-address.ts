import { ProtocolError } from '../bytes/errors.ts';
import { type HostPort, formatHostPort } from '../host-port.ts';

const IPV4 = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?$/i;
const MAX_NAME_LENGTH = 253;

/** Four octets of strict dotted decimal, or undefined. */
function ipv4Octets(text: string): readonly number[] | undefined {
  if (!IPV4.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

/** Eight groups of an IPv6 address (RFC 4291 section 2.2) without scope, or undefined. */
function ipv6Groups(text: string): readonly number[] | undefined {
  if (text.length > 45 || !/^[0-9a-fA-F:.]+$/.test(text)) return undefined;
  let body = text;
  const lastColon = body.lastIndexOf(':');
  if (body.includes('.')) {
    const tail = ipv4Octets(body.slice(lastColon + 1));
    if (tail === undefined) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = tail;
    body = `${body.slice(0, lastColon + 1)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const halves = body.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (left === undefined || [...left, ...(right ?? [])].some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const missing = 8 - left.length - (right?.length ?? 0);
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...left, ...Array<string>(right === undefined ? 0 : missing).fill('0'), ...(right ?? [])].map((group) =>
    Number.parseInt(group, 16),
  );
}

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
