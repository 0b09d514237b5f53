import type { IcePageServer } from '../../../../protocol/ice/page-messages.ts';

/** A browser asks all of them at once, each on every network. */
const MOST_SERVERS = 8;
const MAX_SECRET_CHARS = 512;
const URL =
  /^(stun|turns?):(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/;

interface ReadServer {
  readonly server: IcePageServer;
  readonly scheme: string;
  readonly host: string;
  readonly overTcp: boolean;
}

/**
 * What the page is given of what a messenger's server and the settings name: checked, each once, and of one TURN server the way over TCP where it has
 * both: some take in UDP through so small a buffer that a picture overruns it (docs/decisions/0045). Those named first come first.
 */
export function pageServers(named: readonly IcePageServer[]): readonly IcePageServer[] {
  const seen = new Set<string>();
  const read = named.flatMap((server) => {
    const one = readServer(server);
    if (one === undefined || seen.has(one.server.urls)) return [];
    seen.add(one.server.urls);
    return [one];
  });
  const overTcp = new Set(read.flatMap(({ scheme, host, overTcp: tcp }) => (scheme !== 'stun' && tcp ? [host] : [])));
  return read
    .filter(({ scheme, host, overTcp: tcp }) => scheme === 'stun' || tcp || !overTcp.has(host))
    .slice(0, MOST_SERVERS)
    .map(({ server }) => server);
}

function readServer({ urls, username, credential }: IcePageServer): ReadServer | undefined {
  const url = readUrl(urls);
  if (url === undefined) return undefined;
  const { scheme, host, overTcp } = url;
  if (scheme === 'stun') return overTcp ? undefined : { scheme, host, overTcp, server: { urls } };
  // An RTCPeerConnection throws for a TURN server without either.
  if (!isSecret(username) || !isSecret(credential)) return undefined;
  return { scheme, host, overTcp, server: { urls, username, credential } };
}

/** The address of a STUN or TURN server (RFC 7064, RFC 7065). */
function readUrl(urls: string): { readonly scheme: string; readonly host: string; readonly overTcp: boolean } | undefined {
  const [, scheme, host, port, transport] = urls.length > 300 ? [] : (URL.exec(urls) ?? []);
  if (scheme === undefined || host === undefined) return undefined;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 0xffff)) return undefined;
  return { scheme, host: host.toLowerCase(), overTcp: scheme === 'turns' || transport === 'tcp' };
}

function isSecret(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text.length <= MAX_SECRET_CHARS;
}
