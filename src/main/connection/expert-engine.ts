import type { Socket } from 'node:net';
import type { SessionConnection } from '../../protocol/assistance/status.ts';
import type { Clock } from '../clock.ts';
import type { ExpertLink } from './contract.ts';
import type { Candidate, HandshakeOutcome } from './handshake.ts';

export interface ExpertLinkOptions extends HandshakeOutcome {
  readonly socket: Socket;
  readonly connection: SessionConnection;
  readonly clock: Clock;
  readonly userName: string;
  /** RASessionID of the novice ticket; goes out in Client Info and nowhere else. */
  readonly sessionId: Uint8Array;
  /** SHA-256 of the certificate the novice ticket promises. */
  readonly pin: Uint8Array;
  /** TLS is up and the pin matches. True: this connection won, go on; false: another one has. Listeners are added in here. */
  readonly verified: (link: ExpertLink) => boolean;
}

/** Starts the RDP client handshake on a connected socket. */
export type ExpertEngine = (options: ExpertLinkOptions) => Candidate;
