import { type LookupFunction, type Socket, connect } from 'node:net';
import { SOCKS_GREETING, socksMethodLength, socksReplyLength, socksRequest } from '../../../../protocol/relay/socks5.ts';
import { type HostPort, formatHostPort } from '../../../../protocol/host-port.ts';
import type { Clock } from '../../../clock.ts';
import { ConnectionError } from '../../contract.ts';
import { RELAY_DIAL_DEADLINE_MS } from '../../deadlines.ts';

/** Longest answer of a proxy: one that says a domain of 255 octets. */
const MAX_ANSWER_BYTES = 262;

interface Dial {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Which addresses a name stands for; all that the system says when left out. */
  readonly lookup?: LookupFunction | undefined;
}

/**
 * A connection to the proxy under a stream's name (XEP-0065, SOCKS5 without authentication); nothing has been read of it beyond the proxy's own answers.
 * It is paused: whoever gets it resumes it, handles its errors and closes it. Rejects with ConnectionError SOCKET, DEADLINE, ABORTED; ProtocolError
 * for what is no such proxy.
 */
export function dialProxy(proxy: HostPort, name: string, { clock, signal, lookup }: Dial): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new ConnectionError('ABORTED', 'stopped before it had begun'));
    const socket = connect({ host: proxy.host, port: proxy.port, noDelay: true, lookup });
    let answer = Buffer.alloc(0);
    let lengthOf = socksMethodLength;
    const settle = (): void => {
      cancel();
      signal.removeEventListener('abort', aborted);
      // By name: taking off whatever there is makes a paused stream flow again, and what comes before anybody listens would be lost.
      socket.off('connect', greet).off('data', heard).off('error', broken).off('close', broken);
    };
    const fail = (error: Error): void => {
      settle();
      socket.on('error', () => undefined);
      socket.destroy();
      reject(error);
    };
    const aborted = (): void => fail(new ConnectionError('ABORTED', 'stopped'));
    const broken = (cause?: unknown): void =>
      fail(new ConnectionError('SOCKET', `cannot reach the proxy ${formatHostPort(proxy)}`, { cause }));
    const cancel = clock.after(RELAY_DIAL_DEADLINE_MS, () =>
      fail(new ConnectionError('DEADLINE', `no answer of the proxy ${formatHostPort(proxy)} in ${RELAY_DIAL_DEADLINE_MS} ms`)),
    );
    const greet = (): void => void socket.write(SOCKS_GREETING);
    const heard = (bytes: Buffer): void => {
      try {
        answer = Buffer.concat([answer, bytes]);
        const length = lengthOf(answer);
        if (length === undefined && answer.length < MAX_ANSWER_BYTES) return;
        if (length === undefined) throw new ConnectionError('SOCKET', 'the proxy says too much');
        const rest = answer.subarray(length);
        answer = rest;
        if (lengthOf === socksMethodLength) {
          lengthOf = socksReplyLength;
          socket.write(socksRequest(name));
          return;
        }
        settle();
        socket.pause();
        if (rest.length > 0) socket.unshift(rest);
        resolve(socket);
      } catch (error) {
        fail(error as Error);
      }
    };
    signal.addEventListener('abort', aborted, { once: true });
    socket.on('error', broken).on('close', broken).once('connect', greet).on('data', heard);
  });
}
