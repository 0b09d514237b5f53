import { join } from 'node:path';

/** A place at which `node:net` reaches a message bus: a socket's path, beginning with NUL for an abstract one. */
export type BusPath = string;

/**
 * D-Bus Specification, "Server Addresses", and where programs look for the session's bus: in the environment, else in the folder of the
 * session. The places to try in order; those of other transports are left out.
 */
export function sessionBusPaths(env: Readonly<Record<string, string | undefined>>): readonly BusPath[] {
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  const inRuntime = runtime === '' ? [] : [join(runtime, 'bus')];
  const addresses = env['DBUS_SESSION_BUS_ADDRESS'] ?? '';
  if (addresses === '') return inRuntime;
  return addresses.split(';').flatMap((address) => {
    if (!address.startsWith('unix:')) return [];
    const values = new Map(address.slice('unix:'.length).split(',').map(keyAndValue));
    const path = values.get('path');
    if (path !== undefined) return [path];
    const abstract = values.get('abstract');
    if (abstract !== undefined) return [`\0${abstract}`];
    return values.get('runtime') === 'yes' ? inRuntime : [];
  });
}

function keyAndValue(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return [
    pair.slice(0, at),
    pair.slice(at + 1).replaceAll(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))),
  ];
}
