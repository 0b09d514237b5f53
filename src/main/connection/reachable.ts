import { isIPv4, isIPv6 } from 'node:net';
import type { HostPort } from '../../protocol/host-port.ts';
import { scopeOf } from '../../protocol/ip-address.ts';

/**
 * Whether a computer with addresses of its own (`own`) could perhaps reach this one. A private address may be in another home, or in another part of the
 * same company, and nothing here tells which; so only what can never be is denied: another family of addresses, and the other computer's loopback.
 */
export function mayReach({ host }: HostPort, own: readonly string[]): boolean {
  const outside = own.filter((address) => scopeOf(address) !== 'loopback');
  const scope = scopeOf(host);
  // Two programs on one computer that has no network.
  if (scope === 'loopback') return own.length > 0 && outside.length === 0;
  if (scope === 'linkLocal') return outside.some((address) => scopeOf(address) === 'linkLocal');
  if (isIPv4(host)) return outside.some(isIPv4);
  if (isIPv6(host)) return outside.some(isIPv6);
  return true;
}
