import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isIPv6 } from 'node:net';

/** A ticket of at most 300 characters has room for about six. */
export const MAX_ADDRESSES = 6;

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

export interface AddressOptions {
  /** Gives 127.0.0.1 as the last address even when there are others: two copies of the app on one machine. */
  readonly includeLoopback?: boolean;
  readonly interfaces?: () => Interfaces;
}

/** Ranks by reach, the furthest first. Addresses without a rank cannot be put in a ticket. */
type Rank = 'global' | 'private' | 'loopback' | undefined;

/**
 * The addresses at which this computer can be dialled, most useful first, at most {@link MAX_ADDRESSES}: global before private
 * (RFC 1918, RFC 6598, RFC 4193), IPv4 and IPv6 in turn. Link-local addresses are left out: a ticket carries no scope.
 * Loopback comes only on request or when there is nothing else.
 */
export function usableAddresses(options: AddressOptions = {}): string[] {
  const found: Record<'global' | 'private', { v4: string[]; v6: string[] }> = { global: { v4: [], v6: [] }, private: { v4: [], v6: [] } };
  for (const infos of Object.values((options.interfaces ?? networkInterfaces)())) {
    for (const info of infos ?? []) {
      const rank = rankOf(info.address);
      if (info.internal || rank === undefined || rank === 'loopback') continue;
      const list = found[rank][isIPv6(info.address) ? 'v6' : 'v4'];
      if (!list.includes(info.address)) list.push(info.address);
    }
  }
  const usable = [...inTurn(found.global.v4, found.global.v6), ...inTurn(found.private.v4, found.private.v6)];
  if (usable.length > 0 && !options.includeLoopback) return usable.slice(0, MAX_ADDRESSES);
  return [...usable.slice(0, MAX_ADDRESSES - 1), '127.0.0.1'];
}

/** The one address to name where there is room for one: where this computer listens, else the most useful one. */
export function ownAddress(listenHost?: string, options: AddressOptions = {}): string {
  return listenHost ?? usableAddresses(options)[0] ?? '127.0.0.1';
}

/** The rank of an address; undefined for link-local, unspecified and multicast ones. */
export function rankOf(address: string): Rank {
  return isIPv6(address) ? rankOfV6(address.toLowerCase()) : rankOfV4(address);
}

function rankOfV4(address: string): Rank {
  const [first = 0, second = 0] = address.split('.').map(Number);
  if (first === 127) return 'loopback';
  if (first === 0 || first >= 224 || (first === 169 && second === 254)) return undefined;
  const isPrivate =
    first === 10 ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168) ||
    (first === 100 && second >= 64 && second < 128);
  return isPrivate ? 'private' : 'global';
}

function rankOfV6(address: string): Rank {
  if (address === '::1') return 'loopback';
  const first = Number.parseInt(address.split(':')[0] || '0', 16);
  if ((first & 0xfe00) === 0xfc00) return 'private';
  // 2000::/3 is all global unicast there is.
  return (first & 0xe000) === 0x2000 ? 'global' : undefined;
}

function inTurn(left: readonly string[], right: readonly string[]): string[] {
  const out: string[] = [];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    for (const value of [left[index], right[index]]) if (value !== undefined) out.push(value);
  }
  return out;
}
