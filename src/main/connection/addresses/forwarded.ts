import { readTypedAddress } from '../../../protocol/assistance/ticket-address.ts';
import { scopeOf } from '../../../protocol/ip-address.ts';
import type { AddressSource } from './contract.ts';

/**
 * The address that a person has typed, who has set up the router by hand: that with its own port, or with the one that is listened on. Nothing where
 * nobody but this computer could reach what listens.
 */
export function forwardedAddress(typed: () => string): AddressSource {
  return {
    addressesOf: ([listening]) => {
      const address = readTypedAddress(typed());
      const isOpen = listening !== undefined && scopeOf(listening.host) !== 'loopback';
      const addresses = address === undefined || !isOpen ? [] : [{ host: address.host, port: address.port ?? listening.port }];
      return Promise.resolve({ addresses: addresses.map((at) => ({ ...at, origin: 'mapped' })), close: () => Promise.resolve() });
    },
  };
}
