import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isIPv6 } from 'node:net';
import { defaultRouteInterface } from './default-route.ts';

/** A ticket of at most 300 characters has room for about six. */
export const MAX_ADDRESSES = 6;

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

export interface AddressOptions {
  /** Gives 127.0.0.1 as the last address even when there are others: two copies of the app on one machine. */
  readonly includeLoopback?: boolean;
  readonly interfaces?: () => Interfaces;
  /** Name of the interface that the default route goes over; undefined where the system does not tell. */
  readonly defaultInterface?: () => string | undefined;
}

/** Ranks by reach, the furthest first. Addresses without a rank cannot be put in a ticket. */
type Rank = 'global' | 'private' | 'loopback' | undefined;

/** Kinds of addresses, the most useful first. */
const KINDS = ['public4', 'private4', 'global6', 'local6', 'vpn', 'bridge'] as const;

interface Found {
  readonly address: string;
  readonly kind: (typeof KINDS)[number];
  /** Addresses of one group reach this computer in the same manner: one of them will do. */
  readonly group: string;
  readonly isDefault: boolean;
}

/** Interfaces between this computer and its own containers and virtual machines (docker0, br-1f…, virbr0, vboxnet0, vEthernet (WSL) …). */
const BRIDGE =
  /^(?:docker|br-|virbr|veth|vnet|vmnet|vboxnet|lxcbr|lxdbr|incusbr|podman|cni|flannel|waydroid|bridge1\d\d|vEthernet|VirtualBox|VMware)/i;
/** Interfaces of private networks over others (tun0, wg0, tailscale0, utun3 …). */
const VPN = /^(?:tun|tap|wg|ppp|utun|ipsec|tailscale|zt|nordlynx|proton|WireGuard|ZeroTier|OpenVPN)/i;

/**
 * The addresses at which this computer can be dialled, most useful first, at most {@link MAX_ADDRESSES}. First the best of each kind: public
 * IPv4, private IPv4 of the interface with the default route, one IPv6 of each prefix (privacy extensions keep old ones), one of each VPN; then
 * second helpings in the same order; bridges of containers and virtual machines last. Link-local addresses are left out: a ticket carries no
 * scope. Loopback comes only on request or when there is nothing else.
 */
export function usableAddresses(options: AddressOptions = {}): string[] {
  const usable = helpings(foundIn(options));
  if (usable.length > 0 && !options.includeLoopback) return usable.slice(0, MAX_ADDRESSES);
  return [...usable.slice(0, MAX_ADDRESSES - 1), '127.0.0.1'];
}

function foundIn({ interfaces = networkInterfaces, defaultInterface = defaultRouteInterface }: AddressOptions): Found[] {
  const found: Found[] = [];
  const byDefault = defaultInterface();
  for (const [name, infos = []] of Object.entries(interfaces())) {
    const isDefault = name === byDefault;
    for (const { address, internal } of infos) {
      const rank = rankOf(address);
      if (internal || rank === undefined || rank === 'loopback' || found.some((other) => other.address === address)) continue;
      const kind = kindOf(address, rank, name, isDefault);
      found.push({ address, kind, group: groupOf(address, kind, name), isDefault });
    }
  }
  return found.toSorted(
    (left, right) => KINDS.indexOf(left.kind) - KINDS.indexOf(right.kind) || Number(right.isDefault) - Number(left.isDefault),
  );
}

/** The first of each group, then the others; bridges behind all. */
function helpings(found: readonly Found[]): string[] {
  const groups = new Set<string>();
  const firsts = found.filter(({ group, kind }) => kind !== 'bridge' && !groups.has(group) && groups.add(group));
  const seconds = found.filter((each) => each.kind !== 'bridge' && !firsts.includes(each));
  const bridges = found.filter(({ kind }) => kind === 'bridge');
  return [...firsts, ...seconds, ...bridges].map(({ address }) => address);
}

function kindOf(address: string, rank: 'global' | 'private', name: string, isDefault: boolean): Found['kind'] {
  // A bridge or tunnel that the default route goes over is this computer's own connection.
  if (!isDefault && BRIDGE.test(name)) return 'bridge';
  if (!isDefault && (VPN.test(name) || isShared(address))) return 'vpn';
  if (isIPv6(address)) return rank === 'global' ? 'global6' : 'local6';
  return rank === 'global' ? 'public4' : 'private4';
}

function groupOf(address: string, kind: Found['kind'], name: string): string {
  if (kind === 'vpn') return `vpn ${name}`;
  return isIPv6(address) ? prefixOf(address) : kind;
}

/** RFC 6598: between a provider and its customers; VPNs use it too. */
function isShared(address: string): boolean {
  const [first = 0, second = 0] = address.split('.').map(Number);
  return first === 100 && second >= 64 && second < 128;
}

/** The first 64 bits of an IPv6 address, which a network gives to all its computers. */
function prefixOf(address: string): string {
  const [left = '', right] = address.toLowerCase().split('::');
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const zeros = Array<string>(right === undefined ? 0 : Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
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
