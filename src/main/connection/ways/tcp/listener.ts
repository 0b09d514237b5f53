import { type Server, type Socket, createServer, isIPv6 } from 'node:net';
import type { HostPort } from '../../../../protocol/host-port.ts';
import { ConnectionError } from '../../contract.ts';

/** Ports up to here are not for dynamic use (KB 306298: a random port above 1024). */
const HIGHEST_RESERVED_PORT = 1024;
const PORT_ATTEMPTS = 4;
const BACKLOG = 16;
const ANY_PORT = 0;

export interface ListenerOptions {
  /** The addresses of this computer to listen on, most useful first. */
  readonly hosts: readonly string[];
  /** Where it is free; 0 or nothing for any. */
  readonly port?: number;
  readonly signal: AbortSignal;
  readonly onSocket: (socket: Socket) => void;
}

export interface Listener {
  /** Where it listens, in the order asked for, and nowhere else; at one port where that is free on every address. */
  readonly at: readonly HostPort[];
  /** Takes no more connections; those it has made live on. Idempotent. */
  close(): Promise<void>;
}

interface Listening {
  readonly server: Server;
  readonly at: HostPort;
}

/**
 * Listens on a free port above 1024 of every address, on the wished one where that is free; one that cannot be listened on (its network has gone, it is still being checked) is left
 * out. Throws ConnectionError NO_PORT when that leaves none, and ABORTED.
 */
export async function openListener({ hosts, port = ANY_PORT, signal, onSocket }: ListenerOptions): Promise<Listener> {
  const listening: Listening[] = [];
  let cause: unknown;
  for (const host of hosts) {
    try {
      listening.push(await listenOn(host, listening[0]?.at.port ?? port));
    } catch (error) {
      cause = error;
    }
    if (signal.aborted) {
      await closeAll(listening);
      throw new ConnectionError('ABORTED', 'stopped while starting to listen');
    }
  }
  if (listening.length === 0) throw new ConnectionError('NO_PORT', 'no port to listen on', { cause });
  for (const { server } of listening) {
    server.on('connection', onSocket);
    // Running out of descriptors must not end the process; the listener goes on when some are free again.
    server.on('error', () => undefined);
  }
  let closed: Promise<void> | undefined;
  return { at: listening.map(({ at }) => at), close: () => (closed ??= closeAll(listening)) };
}

/** At `wished` where that is free: a router and a firewall need one rule then. */
async function listenOn(host: string, wished: number): Promise<Listening> {
  let port = wished;
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt += 1) {
    const server = createServer({ noDelay: true });
    try {
      const at = { host, port: await listen(server, host, port) };
      if (at.port > HIGHEST_RESERVED_PORT) return { server, at };
      await closeServer(server);
    } catch (error) {
      if (port === ANY_PORT) throw error;
    }
    port = ANY_PORT;
  }
  throw new Error('the system gives reserved ports only');
}

function listen(server: Server, host: string, wished: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port: wished, ipv6Only: isIPv6(host), exclusive: true, backlog: BACKLOG }, () => {
      server.off('error', reject);
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
      else reject(new Error('no TCP address'));
    });
  });
}

async function closeAll(listening: readonly Listening[]): Promise<void> {
  await Promise.all(listening.map(({ server }) => closeServer(server)));
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
