import type { Socket } from 'node:net';
import { ConnectionError } from '../../contract.ts';
import type { PreparedWay, Way, WaySide } from '../contract.ts';
import { isAlone, isLoopback } from '../loopback.ts';
import { lookupElsewhere } from '../elsewhere-lookup.ts';
import { dialAll } from './dialler.ts';
import { isFromFar } from './from-far.ts';
import { openListener } from './listener.ts';
import { readDoors, writeDoors } from './doors.ts';
import { TcpCarrier, addressText } from './tcp-carrier.ts';

/** TCP between the two: the side that offers listens, the other one dials. */
export const prepareTcp: Way['prepare'] = (side) => (side.offers ? listen(side) : Promise.resolve(dialler(side)));

/**
 * A listener on a port above 1024, a random one unless the person has chosen one, on the addresses that the ticket names. Rejects with ConnectionError
 * NO_PORT, NO_ADDRESS, ABORTED. The addresses stay open as long as a connection that has come lives: some routers end what came by a door when they
 * shut it.
 */
async function listen({ listenHosts, ownPort, signal, addresses, signals, found }: WaySide): Promise<PreparedWay> {
  const sockets = new Set<Socket>();
  let lastGone: (() => void) | undefined;
  let hasDoors = false;
  const onSocket = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) lastGone?.();
    });
    const outside = isFromFar(socket.localAddress, socket.remoteAddress);
    found(new TcpCarrier(socket, { mapped: () => hasDoors && outside }));
  };
  const port = ownPort?.wished() ?? 0;
  const listener = await openListener({ hosts: listenHosts(), port, signal, onSocket });
  if (port !== 0 && listener.at.every((at) => at.port !== port)) ownPort?.taken(port);
  try {
    const known = await addresses.addressesOf(listener.at, signal);
    const doors = known.addresses.filter(({ origin }) => origin === 'mapped');
    hasDoors = doors.length > 0;
    if (hasDoors) signals.send(writeDoors(doors));
    const close = async (): Promise<void> => {
      lastGone = () => void known.close();
      await Promise.all([listener.close(), ...(sockets.size === 0 ? [known.close()] : [])]);
    };
    const { noDoor } = known;
    if (known.addresses.length > 0)
      return {
        adds: { addresses: known.addresses.map(({ host, port }) => ({ host, port })) },
        ...(noDoor === undefined ? {} : { noDoor }),
        reach: () => undefined,
        close,
      };
    await known.close();
    throw new ConnectionError('NO_ADDRESS', 'this computer has no address the other side could dial');
  } catch (error) {
    await listener.close();
    throw error;
  }
}

/**
 * Dials every address of the other side's ticket. Those of this computer itself only where it has no others, as its own ticket would say: two programs
 * on one computer. No ticket from outside leads to what listens on it alone.
 */
function dialler({ clock, signal, listenHosts, signals, found, missed, exhausted }: WaySide): PreparedWay {
  let doors: ReadonlySet<string> = new Set();
  signals.onMessage((text) => (doors = readDoors(text)));
  const dials = new AbortController();
  return {
    adds: { addresses: [] },
    reach: ({ addresses }) => {
      let left = 0;
      const ended = (): void => {
        left -= 1;
        if (left === 0) exhausted();
      };
      const alone = isAlone(listenHosts());
      left = dialAll(alone ? addresses : addresses.filter(({ host }) => !isLoopback(host)), {
        clock,
        lookup: alone ? undefined : lookupElsewhere,
        signal: AbortSignal.any([signal, dials.signal]),
        onSocket: (socket, target) => {
          found(new TcpCarrier(socket, { dialled: target, mapped: () => doors.has(addressText(target)) }));
          ended();
        },
        onFailure: (target, error) => {
          missed(addressText(target), error);
          ended();
        },
      });
      if (left === 0) exhausted();
    },
    close: () => {
      dials.abort();
      return Promise.resolve();
    },
  };
}
