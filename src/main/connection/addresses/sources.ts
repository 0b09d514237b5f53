import { isIPv6 } from 'node:net';
import { type HostPort, formatHostPort } from '../../../protocol/host-port.ts';
import type { Clock } from '../../clock.ts';
import { ADDRESSES_DEADLINE_MS } from '../deadlines.ts';
import type { AddressSource } from './contract.ts';
import { inTime } from '../in-time.ts';
import { type AddressOptions, usableAddresses } from './interfaces.ts';

/** The addresses of this computer's network interfaces. */
export function interfaceAddresses(options: AddressOptions): AddressSource {
  return ofHosts(() => usableAddresses(options));
}

/** A source of one fixed address. */
export function fixedAddress(host: string): AddressSource {
  return ofHosts(() => [host]);
}

function ofHosts(find: () => readonly string[]): AddressSource {
  return {
    addressesOf: ({ port, ipv6 }) =>
      Promise.resolve({
        addresses: find().flatMap((host) => (ipv6 || !isIPv6(host) ? [{ host, port }] : [])),
        close: () => Promise.resolve(),
      }),
  };
}

/**
 * All sources at once, each address once, in the order of the sources. A source that fails, or takes longer than {@link ADDRESSES_DEADLINE_MS}, adds
 * nothing; what it opens late is closed.
 */
export function allAddresses(sources: readonly AddressSource[], clock: Clock): AddressSource {
  return {
    addressesOf: async (listener, signal) => {
      const limits = { clock, deadlineMs: ADDRESSES_DEADLINE_MS, signal };
      const asked = sources.map((source) => inTime(source.addressesOf(listener, signal), limits));
      const known = (await Promise.allSettled(asked)).flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const byText = new Map<string, HostPort>();
      for (const address of known.flatMap(({ addresses }) => addresses)) {
        const text = formatHostPort(address);
        if (!byText.has(text)) byText.set(text, address);
      }
      return { addresses: [...byText.values()], close: async () => void (await Promise.all(known.map((each) => each.close()))) };
    },
  };
}
