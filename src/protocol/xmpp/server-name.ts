import type { HostPort } from '../host-port.ts';

/** A server as people and servers name it: `host`, `host:port` or `[IPv6]:port`. Undefined for anything else. */
export function serverNamed(text: string, defaultPort: number): HostPort | undefined {
  if (text.length > 260) return undefined;
  const match = /^(?:\[([0-9A-Fa-f:.]{2,45}(?:%[0-9A-Za-z]+)?)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
