import type { SessionConnection } from '../../protocol/assistance/status.ts';
import type { Channel } from '../../protocol/rdp/channels/contract.ts';
import type { Clock } from '../clock.ts';
import type { ExpertLink } from './contract.ts';
import type { Candidate, HandshakeOutcome } from './handshake.ts';
import type { TlsTurns } from './strangers/tls-turns.ts';
import type { Carrier } from './ways/contract.ts';

export interface ExpertLinkOptions extends HandshakeOutcome {
  readonly carrier: Carrier;
  readonly connection: SessionConnection;
  readonly clock: Clock;
  /** Where it must wait for its turn to begin TLS; at once without. */
  readonly turns?: TlsTurns;
  readonly userName: string;
  /** RASessionID, as text; goes out in Client Info and nowhere else. */
  readonly workingDir: string;
  /** Is this certificate (DER) the one the novice ticket or the invitation promises? */
  readonly trusts: (der: Uint8Array) => boolean;
  /** Asked for, where the engine has channels. */
  readonly channels: readonly Channel[];
  /** TLS is up and the certificate is trusted. True: this connection won, go on; false: another one has. Listeners are added in here. */
  readonly verified: (link: ExpertLink) => boolean;
}

/** Starts the RDP client handshake on a carrier. */
export type ExpertEngine = (options: ExpertLinkOptions) => Candidate;
