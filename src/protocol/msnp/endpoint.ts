import { ProtocolError } from '../bytes/errors.ts';
import type { HostPort } from '../host-port.ts';

/** The port of MSNP where a server does not say. */
export const DEFAULT_PORT = 1863;

/** Where a server listens, as XFR and RNG tell it: `host`, `host:port` or `[IPv6]:port`. Throws ProtocolError MALFORMED. */
export function parseEndpoint(text: string): HostPort {
  const match = /^(?:\[([0-9A-Fa-f:.%]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3]);
  if (host === undefined || host.length > 255 || port < 1 || port > 65_535) {
    throw new ProtocolError('MALFORMED', 'Endpoint', 'host:port', `${text.length} characters`);
  }
  return { host, port };
}

/** Whether a text names a messenger's server as people pass it on: `host:port`, with the port, IPv6 in brackets. */
export function isServer(text: string): boolean {
  if (text.length > 255 || !/^(\[[0-9A-Fa-f:.]{2,45}(%[0-9A-Za-z]+)?\]|[A-Za-z0-9._-]+):\d{1,5}$/.test(text)) return false;
  const port = Number(text.slice(text.lastIndexOf(':') + 1));
  return port >= 1 && port <= 65_535;
}
