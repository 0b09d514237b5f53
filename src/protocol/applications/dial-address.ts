import { ProtocolError } from '../bytes/errors.ts';

/** An address to connect to, as an invitation carries it. IPv6 is without brackets here, lower case. */
export interface DialAddress {
  readonly host: string;
  readonly port?: number;
}

/** RFC 1035: the longest host name. */
const HOST_LIMIT = 253;
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** RFC 4291, 2.2; an embedded IPv4 address at the end; no zone. */
function isIpv6(text: string): boolean {
  if (text.length > 45 || !/^[0-9A-Fa-f:.]+$/.test(text)) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const [head, tail] = [groups(halves[0] ?? ''), groups(halves[1] ?? '')];
  const all = [...head, ...tail];
  const last = all.at(-1) ?? '';
  const embedded = last.includes('.');
  if (embedded && (!isIpv4(last) || text.endsWith('::'))) return false;
  const plain = embedded ? all.slice(0, -1) : all;
  if (!plain.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false;
  const count = plain.length + (embedded ? 2 : 0);
  return halves.length === 2 ? count <= 7 : count === 8;
}

/** Letters, digits and dashes inside labels; the last label is not a number, which would be a mistyped IPv4 address. */
function isHostName(text: string): boolean {
  if (text.length > HOST_LIMIT) return false;
  const labels = text.split('.');
  return labels.every((label) => LABEL.test(label)) && !/^(?:\d+|0[xX][0-9A-Fa-f]*)$/.test(labels.at(-1) ?? '');
}

/** An IPv4 or IPv6 address or a host name, and nothing else: no option, no blank, no control character, no zone. */
export function isDialHost(text: string): boolean {
  return isIpv4(text) || isIpv6(text) || isHostName(text);
}

/**
 * `host`, `host:port`, `[IPv6]`, `[IPv6]:port` or a bare IPv6 address, blanks around it ignored. MALFORMED for anything else.
 * What comes out is only ever an address.
 */
export function readDialAddress(text: string): DialAddress {
  const plain = text.length > HOST_LIMIT + 8 ? '' : text.replace(/^ +| +$/g, '');
  if (isIpv6(plain)) return { host: plain.toLowerCase() };
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(plain);
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  const good = match?.[1] === undefined ? isIpv4(host) || isHostName(host) : isIpv6(host);
  if (!good || (port !== undefined && (port < 1 || port > 65_535)))
    throw new ProtocolError('MALFORMED', 'IP-Address', 'an address, with or without a port', `${text.length} characters`);
  return { host: host.toLowerCase(), ...(port === undefined ? {} : { port }) };
}

/** The same in writing: IPv6 has brackets where a port follows. */
export function writeDialAddress({ host, port }: DialAddress): string {
  if (port === undefined) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
