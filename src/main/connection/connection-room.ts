import type { EngineName } from '../../facts/preferences.ts';
import { isIPv6 } from 'node:net';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { type AddressOptions, usableAddresses } from './addresses.ts';
import { createSessionCertificate } from './certificate.ts';
import { ConnectionError, type ConnectionRoom, type HostPort } from './contract.ts';
import type { ExpertEngine } from './expert-engine.ts';
import { ExpertSide } from './expert-endpoint.ts';
import { type Listener, openListener } from './listener.ts';
import { NoviceSide } from './novice-endpoint.ts';
import { RdpClientLink } from './rdp-client-link.ts';

export interface ConnectionRoomDeps extends AddressOptions {
  readonly clock: Clock;
  /** Listen on this address only, and put only this one in tickets. All addresses when left out. */
  readonly listenHost?: string;
}

/** The room that owns every RDP socket: `openNovice` to be helped, `openExpert` to help. */
export function createConnectionRoom(deps: ConnectionRoomDeps): ConnectionRoom {
  return {
    openNovice: async (signal, { standing } = { standing: false }) => {
      throwIfAborted(signal);
      const certificate = await createSessionCertificate(deps.clock.now());
      return open(new NoviceSide({ clock: deps.clock, certificate, standing }), deps, signal);
    },
    openExpert: async ({ engine, userName, channels = [], invited = false }, signal) => {
      throwIfAborted(signal);
      const side = new ExpertSide({ clock: deps.clock, engine: await engineCalled(engine), userName, channels });
      if (!invited) return open(side, deps, signal);
      throwIfAborted(signal);
      signal.addEventListener('abort', () => void side.close(), { once: true });
      return side;
    },
  };
}

/**
 * node-rdpjs is old code with side effects on loading: only who chooses it loads it. Its log goes to standard error unless this variable, which
 * it reads while it is loaded, says otherwise; what matters comes as events and exceptions.
 */
async function engineCalled(name: EngineName): Promise<ExpertEngine> {
  if (name === 'ringback') return (options) => new RdpClientLink(options);
  process.env['log_level'] ??= 'fatal';
  const { ClassicLink } = await import('./classic-link.ts');
  return (options) => new ClassicLink(options);
}

interface Side {
  readonly accept: (socket: Socket) => void;
  opened(listener: Listener, addresses: readonly HostPort[]): void;
  close(): Promise<void>;
}

/** Listens for a side of the race; the signal closes it again. */
async function open<T extends Side>(side: T, deps: ConnectionRoomDeps, signal: AbortSignal): Promise<T> {
  const listener = await openListener({ host: deps.listenHost, signal, onSocket: side.accept });
  const hosts = deps.listenHost === undefined ? usableAddresses(deps).filter((host) => listener.ipv6 || !isIPv6(host)) : [deps.listenHost];
  if (hosts.length === 0) {
    await listener.close();
    throw new ConnectionError('NO_ADDRESS', 'this computer has no address the other side could dial');
  }
  side.opened(
    listener,
    hosts.map((host) => ({ host, port: listener.port })),
  );
  signal.addEventListener('abort', () => void side.close(), { once: true });
  return side;
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new ConnectionError('ABORTED', 'stopped before it began', { cause: signal.reason });
}
