import { type LookupFunction, type Socket, connect } from 'node:net';
import type { HostPort } from '../../../../protocol/host-port.ts';
import type { Clock } from '../../../clock.ts';
import { ConnectionError } from '../../contract.ts';
import { DIAL_DEADLINE_MS, DIAL_STAGGER_MS } from '../../deadlines.ts';
import { addressText } from './tcp-carrier.ts';

/** Bound on the addresses that are dialled, above what a ticket has room for, so that no ticket can make this computer scan a network. */
export const MAX_DIALS = 8;

export interface DialOptions {
  readonly clock: Clock;
  /** Ends every dial that has no connection yet. */
  readonly signal: AbortSignal;
  /** A TCP connection; whoever gets it closes it. Its errors are no longer handled here. */
  readonly onSocket: (socket: Socket, target: HostPort) => void;
  readonly onFailure: (target: HostPort, error: ConnectionError) => void;
  /** Which addresses a name stands for; all that the system says when left out. */
  readonly lookup?: LookupFunction | undefined;
}

/**
 * Dials all addresses, each {@link DIAL_STAGGER_MS} after the one before (RFC 8305, but no winner is chosen here: every connection
 * made goes through the RDP handshake, and that decides). Gives how many dials there are; each ends in `onSocket` or `onFailure`,
 * unless aborted.
 */
export function dialAll(addresses: readonly HostPort[], options: DialOptions): number {
  const targets = distinct(addresses).slice(0, MAX_DIALS);
  targets.forEach((target, index) => {
    if (index === 0) return dialOne(target, options);
    const cancel = options.clock.after(index * DIAL_STAGGER_MS, () => {
      options.signal.removeEventListener('abort', cancel);
      dialOne(target, options);
    });
    options.signal.addEventListener('abort', cancel, { once: true });
  });
  return targets.length;
}

function dialOne(target: HostPort, { clock, signal, onSocket, onFailure, lookup }: DialOptions): void {
  if (signal.aborted) return;
  let socket: Socket;
  try {
    socket = connect({ host: target.host, port: target.port, noDelay: true, lookup });
  } catch (error) {
    // A port out of range throws at once; the caller must still hear of it after it has its count.
    queueMicrotask(
      () => !signal.aborted && onFailure(target, new ConnectionError('SOCKET', `cannot dial ${addressText(target)}`, { cause: error })),
    );
    return;
  }
  const settle = (): void => {
    cancelDeadline();
    signal.removeEventListener('abort', abort);
    socket.off('connect', connected);
  };
  const abort = (): void => {
    settle();
    socket.destroy();
  };
  const fail = (error: ConnectionError): void => {
    settle();
    socket.destroy();
    onFailure(target, error);
  };
  const failed = (cause: Error): void => {
    if (!signal.aborted) fail(new ConnectionError('SOCKET', `cannot reach ${addressText(target)}`, { cause }));
  };
  const connected = (): void => {
    settle();
    socket.off('error', failed);
    onSocket(socket, target);
  };
  const cancelDeadline = clock.after(DIAL_DEADLINE_MS, () => {
    socket.off('error', failed);
    socket.on('error', () => undefined);
    fail(new ConnectionError('DEADLINE', `no answer from ${addressText(target)} in ${DIAL_DEADLINE_MS} ms`));
  });
  signal.addEventListener('abort', abort, { once: true });
  socket.on('error', failed);
  socket.once('connect', connected);
}

function distinct(addresses: readonly HostPort[]): HostPort[] {
  const seen = new Set<string>();
  return addresses.filter((address) => {
    const text = addressText(address);
    return seen.has(text) ? false : seen.add(text) !== undefined;
  });
}
