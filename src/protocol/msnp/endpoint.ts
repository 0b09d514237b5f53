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
