import type { RelayServerChoice } from '../../../../facts/preferences.ts';
import type { IcePageServer } from '../../../../protocol/ice/page-messages.ts';
import { readIceUrl } from '../../../../protocol/ice/server-url.ts';
import type { IceServer } from '../../../reach-services.ts';
import type { TrustedHost } from './contract.ts';

/** A browser asks all of them at once, each on every network. */
const MOST_SERVERS = 8;
const MAX_SECRET_CHARS = 512;

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
export function pageServers(named: readonly IceServer[]): readonly IcePageServer[] {
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

/** The server that a person has named, if there is one. */
export function ownIceServers({ url, username, password }: RelayServerChoice): readonly IceServer[] {
  if (url === '') return [];
  return [username === '' ? { urls: url } : { urls: url, username, credential: password }];
}

/** Of the servers over TLS those for which somebody has chosen whom to trust. */
export function trustedHosts(named: readonly IceServer[]): readonly TrustedHost[] {
  return named.flatMap(({ urls, ca }) => {
    const url = ca === undefined ? undefined : readIceUrl(urls);
    return ca === undefined || url?.scheme !== 'turns' ? [] : [{ host: url.host, ca }];
  });
}

function readServer({ urls, username, credential }: IceServer): ReadServer | undefined {
  const url = readIceUrl(urls);
  if (url === undefined) return undefined;
  const { scheme, host, overTcp } = url;
  if (scheme === 'stun') return overTcp ? undefined : { scheme, host, overTcp, server: { urls } };
  // An RTCPeerConnection throws for a TURN server without either.
  if (!isSecret(username) || !isSecret(credential)) return undefined;
  return { scheme, host, overTcp, server: { urls, username, credential } };
}

function isSecret(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text.length <= MAX_SECRET_CHARS;
}
