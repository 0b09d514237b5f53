import { type Server, type Socket, createServer } from 'node:net';
import { ConnectionError } from '../../contract.ts';

/** Ports up to here are not for dynamic use (KB 306298: a random port above 1024). */
const HIGHEST_RESERVED_PORT = 1024;
const PORT_ATTEMPTS = 4;
const BACKLOG = 16;

export interface ListenerOptions {
  /** One address to listen on; all of IPv6 and IPv4 when left out. */
  readonly host?: string | undefined;
  readonly signal: AbortSignal;
  readonly onSocket: (socket: Socket) => void;
}

export interface Listener {
  readonly port: number;
  /** False where this computer has no IPv6. */
  readonly ipv6: boolean;
  /** Takes no more connections; those it has made live on. Idempotent. */
  close(): Promise<void>;
}

/** Listens on a free port above 1024. Throws ConnectionError NO_PORT or ABORTED. */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const hosts = options.host === undefined ? ['::', '0.0.0.0'] : [options.host];
  let cause: unknown;
  for (const host of hosts) {
    for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt += 1) {
      if (options.signal.aborted) throw new ConnectionError('ABORTED', 'stopped before listening');
      const server = createServer({ noDelay: true });
      try {
        const port = await listen(server, host);
        if (port <= HIGHEST_RESERVED_PORT) {
          await closeServer(server);
          continue;
        }
        if (options.signal.aborted) {
          await closeServer(server);
          throw new ConnectionError('ABORTED', 'stopped while starting to listen');
        }
        server.on('connection', options.onSocket);
        // Running out of descriptors must not end the process; the listener goes on when some are free again.
        server.on('error', () => undefined);
        let closed: Promise<void> | undefined;
        return { port, ipv6: host.includes(':'), close: () => (closed ??= closeServer(server)) };
      } catch (error) {
        if (error instanceof ConnectionError) throw error;
        cause = error;
        break;
      }
    }
  }
  throw new ConnectionError('NO_PORT', 'no port to listen on', { cause });
}

function listen(server: Server, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port: 0, ipv6Only: false, exclusive: true, backlog: BACKLOG }, () => {
      server.off('error', reject);
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
      else reject(new Error('no TCP address'));
    });
  });
}

/** Does not wait for the connections (they are closed by who holds them), only for the listening socket. */
function closeServer(server: Server): Promise<void> {
  server.removeAllListeners('connection');
  server.on('connection', (socket) => socket.destroy());
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    server.close();
    // `close` fires only after the last accepted connection; the port itself is free in the next turn.
    setImmediate(resolve);
  });
}
