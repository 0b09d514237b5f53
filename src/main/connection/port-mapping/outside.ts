import { scopeOf } from '../../../protocol/ip-address.ts';
import { RouterError } from './contract.ts';

/** Throws RouterError `useless` for an address that nobody could reach: a private one, a provider's own (RFC 6598), or none at all. */
export function checkOutside(address: string): void {
  if (scopeOf(address) !== 'global') throw new RouterError('useless', 'the router has no address outside that anybody could reach');
}
