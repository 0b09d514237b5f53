import { readFileSync } from 'node:fs';

const EVERYWHERE = '00000000';

/** The interface that IPv4 packets to anywhere go over; undefined where the system does not tell in a file (all but Linux) or there is none. */
export function defaultRouteInterface(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return defaultInterfaceIn(readFileSync('/proc/net/route', 'utf8'));
  } catch {
    return undefined;
  }
}

/** The same from the text of /proc/net/route (proc_net(5)): of several default routes that with the smallest metric. */
export function defaultInterfaceIn(table: string): string | undefined {
  const routes = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  const defaults = routes.filter(([, destination, , , , , , mask]) => destination === EVERYWHERE && mask === EVERYWHERE);
  const [first] = defaults.toSorted((left, right) => Number(left[6]) - Number(right[6]));
  return first?.[0];
}
