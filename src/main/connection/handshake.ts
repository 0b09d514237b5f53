import { ProtocolError } from '../../protocol/bytes/errors.ts';
import { ConnectionError } from './contract.ts';

/** Why one connection of the race was refused. */
export type HandshakeError = ConnectionError | ProtocolError;

/** What a link tells the endpoint that started it, until it is presented (novice) or verified (expert). */
export interface HandshakeOutcome {
  /** At most once, and not after it was let in. The socket is closing. */
  readonly refused: (error: HandshakeError) => void;
}

/** A connection whose handshake runs in the race. */
export interface Candidate {
  /** Progress: 0 plain, 1 TLS handshake, 2 inside TLS. */
  readonly stage: number;
  readonly gone: Promise<void>;
  /** Closes the connection at once and reports nothing. */
  abandon(): void;
  /** Closes the connection at once and reports this error. */
  refuse(error: HandshakeError): void;
}

/** Any exception or socket error as one of the contract's. In `upgrading`, whatever goes wrong is the peer not speaking TLS. */
export function asHandshakeError(error: unknown, upgrading: boolean): HandshakeError {
  if (error instanceof ConnectionError || error instanceof ProtocolError) return error;
  if (upgrading && error !== undefined)
    return new ConnectionError('NOT_TLS', 'the other side does not speak TLS as we need it', { cause: error });
  return new ConnectionError('SOCKET', 'the connection was closed during the handshake', { cause: error });
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
