import { createSocket } from 'node:dgram';
import {
  GATEWAY_SEARCHES,
  type HttpPlace,
  parseSearchAnswer,
  SSDP_GROUP,
  SSDP_PORT,
  writeSearch,
} from '../../../protocol/port-mapping/ssdp.ts';
import { ConnectionError } from '../contract.ts';
import type { Asking, Gateway } from './contract.ts';
import { SEARCH_AGAIN_MS, SEARCH_DEADLINE_MS } from './deadlines.ts';

/** Places a gateway may name: its descriptions for several versions of itself. */
const MAX_PLACES = 4;
/** A search stays in the home. */
const HOPS = 2;

/**
 * Searches for the gateway's descriptions by SSDP: in the group, from this computer's address on its side, and at the gateway itself, which some
 * networks let through alone. `found` is called with each place that the gateway names, once. Resolves after {@link SEARCH_DEADLINE_MS}, or when
 * the signal is aborted; rejects with ConnectionError SOCKET.
 */
export function searchByUpnp({ address, local }: Gateway, found: (place: HttpPlace) => void, { clock, signal }: Asking): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return resolve();
    const socket = createSocket('udp4');
    const places = new Set<string>();
    const timers: (() => void)[] = [];
    const end = (settle: () => void): void => {
      for (const cancel of timers) cancel();
      signal.removeEventListener('abort', stop);
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.close();
      settle();
    };
    const stop = (): void => end(resolve);
    signal.addEventListener('abort', stop, { once: true });
    socket.on('error', (error) => end(() => reject(new ConnectionError('SOCKET', 'no search', { cause: error }))));
    socket.on('message', (message, sender) => {
      // Anybody in the network may answer; only the gateway's word on itself counts.
      if (sender.address !== address || places.size >= MAX_PLACES) return;
      const place = placeIn(new Uint8Array(message), address);
      if (place === undefined) return;
      const text = `${place.port}${place.path}`;
      if (places.has(text)) return;
      places.add(text);
      found(place);
    });
    const search = (): void => {
      for (const target of GATEWAY_SEARCHES)
        for (const host of [SSDP_GROUP, address]) socket.send(writeSearch(target), SSDP_PORT, host, () => undefined);
    };
    socket.bind({ address: local, port: 0, exclusive: true }, () => {
      inGroup(() => socket.setMulticastInterface(local));
      inGroup(() => socket.setMulticastTTL(HOPS));
      search();
      timers.push(clock.after(SEARCH_AGAIN_MS, search), clock.after(SEARCH_DEADLINE_MS, stop));
    });
  });
}

/** A network without groups is searched at the gateway alone. */
function inGroup(set: () => void): void {
  try {
    set();
  } catch {
    // Said by its answer, or by none.
  }
}

function placeIn(answer: Uint8Array, sender: string): HttpPlace | undefined {
  try {
    return parseSearchAnswer(answer, sender);
  } catch {
    return undefined;
  }
}
