import type { MappingService } from '../../../protocol/port-mapping/device-description.ts';
import type { Clock } from '../../clock.ts';

/** The router that packets to anywhere go to, and this computer's address on its side. Both IPv4. */
export interface Gateway {
  readonly address: string;
  readonly local: string;
}

/** By what a router was asked, and what it takes to speak of the same mapping again. */
export type MappedBy =
  /** `nonce`: base64 of the 12 bytes without which a mapping of PCP is neither renewed nor deleted. */
  { readonly tag: 'pcp'; readonly nonce: string } | { readonly tag: 'natPmp' } | { readonly tag: 'upnp'; readonly service: MappingService };

/** A port of the router that leads to one of this computer. */
export interface Mapping {
  readonly by: MappedBy;
  readonly gateway: Gateway;
  readonly internalPort: number;
  readonly externalPort: number;
  /** As the router says; whether anybody can reach it is for the caller to judge. */
  readonly externalAddress: string;
  /** Seconds; 0 until it is taken back. */
  readonly lifetime: number;
}

export interface MappingWish {
  readonly internalPort: number;
  readonly externalPort: number;
  /** Seconds. */
  readonly lifetime: number;
}

/** What asking takes. */
export interface Asking {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A router that was found and can be asked by one of the protocols. */
export interface Router {
  /** Rejects with RouterError, and with ConnectionError DEADLINE, SOCKET, ABORTED. */
  map(wish: MappingWish, asking: Asking): Promise<Mapping>;
}

/** `refused`: it understood and did not want to. `useless`: what it has outside is no address that anybody could reach (a router behind a router). */
export type RouterErrorCode = 'refused' | 'useless';

export class RouterError extends Error {
  override readonly name = 'RouterError';
  readonly code: RouterErrorCode;
  constructor(code: RouterErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
