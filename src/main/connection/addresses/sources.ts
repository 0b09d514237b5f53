import { formatHostPort } from '../../../protocol/host-port.ts';
import type { Clock } from '../../clock.ts';
import { ADDRESSES_DEADLINE_MS } from '../deadlines.ts';
import type { AddressSource, KnownAddress } from './contract.ts';
import { inTime } from '../in-time.ts';

/** The addresses that this computer listens on itself. */
export const ownAddresses: AddressSource = {
  addressesOf: (listening) =>
    Promise.resolve({ addresses: listening.map((at) => ({ ...at, origin: 'own' as const })), close: () => Promise.resolve() }),
};

/**
 * All sources at once, each address once, in the order of the sources. A source that fails, or takes longer than {@link ADDRESSES_DEADLINE_MS}, adds
 * nothing; what it opens late is closed.
 */
export function allAddresses(sources: readonly AddressSource[], clock: Clock): AddressSource {
  return {
    prepare: (listenHosts) => {
      for (const source of sources) source.prepare?.(listenHosts);
    },
    addressesOf: async (listening, signal) => {
      const limits = { clock, deadlineMs: ADDRESSES_DEADLINE_MS, signal };
      const asked = sources.map((source) => inTime(source.addressesOf(listening, signal), limits));
      const known = (await Promise.allSettled(asked)).flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const byText = new Map<string, KnownAddress>();
      for (const address of known.flatMap(({ addresses }) => addresses)) {
        const text = formatHostPort(address);
        if (!byText.has(text)) byText.set(text, address);
      }
      const noDoor = known.find((each) => each.noDoor !== undefined)?.noDoor;
      const close = async (): Promise<void> => void (await Promise.all(known.map((each) => each.close())));
      return { addresses: [...byText.values()], ...(noDoor === undefined ? {} : { noDoor }), close };
    },
  };
}
