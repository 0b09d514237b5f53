/** Where something can be reached over TCP: an IPv4 or IPv6 address (no brackets) or a host name, and a port. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, IPv6 in brackets. */
export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether a text names a messenger's server as people pass it on: `host:port`, with the port, IPv6 in brackets. */
export function isServer(text: string): boolean {
  if (text.length > 255 || !/^(\[[0-9A-Fa-f:.]{2,45}(%[0-9A-Za-z]+)?\]|[A-Za-z0-9._-]+):\d{1,5}$/.test(text)) return false;
  const port = Number(text.slice(text.lastIndexOf(':') + 1));
  return port >= 1 && port <= 65_535;
}
