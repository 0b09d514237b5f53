import type { HostPort } from '../../../protocol/host-port.ts';

/** `own`: this computer listens there itself. `mapped`: somebody else does and passes connections on (a router, or whoever was set to). */
export interface KnownAddress extends HostPort {
  readonly origin: 'own' | 'mapped';
}

/** The addresses of one listener, from one source. */
export interface KnownAddresses {
  /** Most useful first. */
  readonly addresses: readonly KnownAddress[];
  /** Closes whatever was opened for the addresses (a mapping at the router). Idempotent. */
  close(): Promise<void>;
}

/** One means of knowing where a listener can be reached from elsewhere. */
export interface AddressSource {
  /** `listening`: where this computer listens, most useful first, and nowhere else. Rejects when the signal is aborted; none are an empty list. */
  addressesOf(listening: readonly HostPort[], signal: AbortSignal): Promise<KnownAddresses>;
}
