import type { HostPort } from '../../../protocol/host-port.ts';

/** A TCP listener of this computer, as a source of addresses needs to know it. */
export interface ListeningPort {
  readonly port: number;
  /** Whether the listener takes IPv6 connections as well. */
  readonly ipv6: boolean;
}

/** The addresses of one listener, from one source. */
export interface KnownAddresses {
  /** Most useful first. */
  readonly addresses: readonly HostPort[];
  /** Closes whatever was opened for the addresses (a mapping at the router). Idempotent. */
  close(): Promise<void>;
}

/** One means of knowing where a listener can be reached from elsewhere. */
export interface AddressSource {
  /** Rejects when the signal is aborted; none are an empty list. */
  addressesOf(listener: ListeningPort, signal: AbortSignal): Promise<KnownAddresses>;
}
