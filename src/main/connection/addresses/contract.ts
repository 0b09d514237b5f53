import type { NoDoor } from '../../../protocol/assistance/status.ts';
import type { HostPort } from '../../../protocol/host-port.ts';

/** `own`: this computer listens there itself. `mapped`: somebody else does and passes connections on (a router, or whoever was set to). */
export interface KnownAddress extends HostPort {
  readonly origin: 'own' | 'mapped';
}

/** The addresses of one listener, from one source or from all. */
export interface KnownAddresses {
  /** Most useful first. */
  readonly addresses: readonly KnownAddress[];
  /** Undefined where the router has opened a door, and where none is needed. */
  readonly noDoor?: NoDoor;
  /** Closes whatever was opened for the addresses (a mapping at the router). Idempotent. */
  close(): Promise<void>;
}

/** One means of knowing where a listener can be reached from elsewhere. */
export interface AddressSource {
  /** An invitation goes out or is answered: what takes long may begin. `listenHosts`: where it will be listened, if at all. */
  prepare?(listenHosts: readonly string[]): void;
  /** `listening`: where this computer listens, most useful first, and nowhere else. Rejects when the signal is aborted; none are an empty list. */
  addressesOf(listening: readonly HostPort[], signal: AbortSignal): Promise<KnownAddresses>;
}
