import { createSocket } from 'node:dgram';
import { PORT_CONTROL_PORT } from '../../../protocol/port-mapping/pcp.ts';
import { ConnectionError } from '../contract.ts';
import type { Asking, Gateway } from './contract.ts';
import { RESEND_MS } from './deadlines.ts';

export interface UdpExchange<T> {
  /** The requests of a try, counted from 0. */
  readonly requests: (attempt: number) => readonly Uint8Array[];
  /** What an answer says; undefined, or an error, where it answers something else: then it is waited on. */
  readonly read: (answer: Uint8Array) => T | undefined;
}

/**
 * Asks the gateway by PCP or NAT-PMP, from this computer's address on its side, again and again as {@link RESEND_MS} says. Datagrams of anybody else
 * are dropped by the system, because the socket is connected. Rejects with ConnectionError DEADLINE, SOCKET (nobody listens there), ABORTED.
 */
export function exchangeByUdp<T>({ address, local }: Gateway, { requests, read }: UdpExchange<T>, { clock, signal }: Asking): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(aborted());
    const socket = createSocket('udp4');
    let cancel = (): void => undefined;
    const end = (settle: () => void): void => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.close();
      settle();
    };
    const fail = (error: ConnectionError): void => end(() => reject(error));
    const onAbort = (): void => fail(aborted());
    const attempt = (number: number): void => {
      const wait = RESEND_MS[number];
      if (wait === undefined) return fail(new ConnectionError('DEADLINE', 'the gateway does not answer'));
      for (const request of requests(number)) socket.send(request, () => undefined);
      cancel = clock.after(wait, () => attempt(number + 1));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const broken = (cause: unknown): void => fail(new ConnectionError('SOCKET', 'the gateway cannot be asked', { cause }));
    socket.on('error', broken);
    socket.on('message', (message) => {
      const answer = readable(() => read(new Uint8Array(message)));
      if (answer !== undefined) end(() => resolve(answer));
    });
    // The system says by the callback, too, that nothing leads there.
    const connected = (error?: unknown): void => (error === undefined ? attempt(0) : broken(error));
    socket.bind({ address: local, port: 0, exclusive: true }, () => socket.connect(PORT_CONTROL_PORT, address, connected));
  });
}

/** What cannot be read is no answer: the next one may be. */
function readable<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function aborted(): ConnectionError {
  return new ConnectionError('ABORTED', 'stopped while the gateway was asked');
}
