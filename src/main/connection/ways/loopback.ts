import { scopeOf } from '../../../protocol/ip-address.ts';

/** A host of this computer alone, by address or by name. */
export function isLoopback(host: string): boolean {
  return scopeOf(host) === 'loopback' || /^(?:.*\.)?localhost\.?$/i.test(host);
}

/** This computer has no address but loopback, as its own ticket would say: whoever it talks to is a program on it. */
export function isAlone(listenHosts: readonly string[]): boolean {
  return listenHosts.some(isLoopback);
}
