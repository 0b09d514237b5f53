/* IP addresses as texts: what they are, and whom they reach. Host names are none. */

const IPV4 = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;

/** Four octets of strict dotted decimal, or undefined. */
export function ipv4Octets(text: string): readonly number[] | undefined {
  if (!IPV4.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

/** Eight groups of an IPv6 address (RFC 4291 section 2.2) without scope, or undefined. */
export function ipv6Groups(text: string): readonly number[] | undefined {
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

/** `reserved`: nobody's, a group's, or for documentation and tests. */
export type AddressScope = 'unspecified' | 'loopback' | 'linkLocal' | 'private' | 'multicast' | 'reserved' | 'global';

/**
 * Whom an address reaches, by the registries of special addresses (RFC 6890 and its successors). IPv4 inside IPv6, mapped, compatible or
 * translated (RFC 6052) or tunnelled (RFC 3056), counts as the IPv4 address. A zone is passed over. Undefined for what is no address.
 */
export function scopeOf(address: string): AddressScope | undefined {
  const text = address.replace(/%[^%]*$/, '');
  const octets = ipv4Octets(text);
  if (octets !== undefined) return scopeOfV4(octets);
  const groups = ipv6Groups(text);
  return groups === undefined ? undefined : scopeOfV6(groups);
}

function scopeOfV4(octets: readonly number[]): AddressScope {
  const [a = 0, b = 0, c = 0] = octets;
  if (a === 0) return 'unspecified';
  if (a === 127) return 'loopback';
  if (a === 169 && b === 254) return 'linkLocal';
  // Shared address space (RFC 6598) is behind a provider's translator, or a VPN's.
  if (a === 10 || (a === 172 && b >> 4 === 1) || (a === 192 && b === 168) || (a === 100 && b >> 6 === 1)) return 'private';
  if (a >= 224 && a <= 239) return 'multicast';
  const documentation =
    (a === 192 && b === 0 && (c === 0 || c === 2)) || (a === 198 && b === 51 && c === 100) || (a === 203 && b === 0 && c === 113);
  return a >= 240 || documentation || (a === 198 && b >> 1 === 9) ? 'reserved' : 'global';
}

function scopeOfV6(groups: readonly number[]): AddressScope {
  const [g0 = 0, g1 = 0, g2 = 0, , , g5 = 0, g6 = 0, g7 = 0] = groups;
  const zeros = (count: number): boolean => groups.slice(0, count).every((group) => group === 0);
  const within = (high: number, low: number): AddressScope => scopeOfV4([high >> 8, high & 0xff, low >> 8, low & 0xff]);
  const embedded = (): AddressScope => within(g6, g7);
  if (zeros(8)) return 'unspecified';
  if (zeros(7) && g7 === 1) return 'loopback';
  if ((zeros(5) && g5 === 0xffff) || zeros(6)) return embedded();
  if (g0 === 0x64 && g1 === 0xff9b && groups.slice(2, 6).every((group) => group === 0)) return embedded();
  // 6to4 (RFC 3056).
  if (g0 === 0x2002) return within(g1, g2);
  if (g0 >> 8 === 0xff) return 'multicast';
  if (g0 >> 6 === 0xfe80 >> 6) return 'linkLocal';
  if (g0 >> 9 === 0xfc00 >> 9 || g0 >> 6 === 0xfec0 >> 6) return 'private';
  // 2000::/3 is all global unicast there is; 2001:db8::/32 is for documentation.
  return g0 >> 13 === 1 && !(g0 === 0x2001 && g1 === 0xdb8) ? 'global' : 'reserved';
}
