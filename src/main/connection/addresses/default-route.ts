import { readFileSync } from 'node:fs';

const EVERYWHERE = '00000000';

/** The interface that IPv4 packets to anywhere go over; undefined where the system does not tell in a file (all but Linux) or there is none. */
export function defaultRouteInterface(): string | undefined {
  return linuxDefaultRoute()?.name;
}

/** A route to anywhere over a gateway; without one, the packets go out as they are (a VPN). */
export interface DefaultRoute {
  /** Of the interface. */
  readonly name: string;
  /** IPv4, dotted. */
  readonly gateway?: string;
}

export function linuxDefaultRoute(): DefaultRoute | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return defaultRouteIn(readFileSync('/proc/net/route', 'utf8'));
  } catch {
    return undefined;
  }
}

/** The same from the text of /proc/net/route (proc_net(5)): of several default routes that with the smallest metric. */
export function defaultRouteIn(table: string): DefaultRoute | undefined {
  const routes = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  const defaults = routes.filter(([, destination, , , , , , mask]) => destination === EVERYWHERE && mask === EVERYWHERE);
  const [first] = defaults.toSorted((left, right) => Number(left[6]) - Number(right[6]));
  const [name, , gateway = ''] = first ?? [];
  if (name === undefined) return undefined;
  // As the processor has the number in memory: the first octet is the last pair of digits on every machine that we run on.
  const octets = /^[0-9A-F]{8}$/i.test(gateway) && gateway !== EVERYWHERE ? gateway.match(/../g) : null;
  return octets === null
    ? { name }
    : {
        name,
        gateway: octets
          .map((pair) => Number.parseInt(pair, 16))
          .reverse()
          .join('.'),
      };
}
