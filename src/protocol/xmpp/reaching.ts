import { childOf, childrenOf, element, type Stanza } from './stanza.ts';

/** XEP-0215 */
const EXTERNAL_SERVICES = 'urn:xmpp:extdisco:2';
/** XEP-0065 */
const BYTESTREAMS = 'http://jabber.org/protocol/bytestreams';
const SERVICE_LIMIT = 32;
const TEXT_LIMIT = 512;
const HOST = /^(?:\[?[0-9A-Fa-f:.]+\]?|[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*\.?)$/u;

/** A STUN or TURN server that a server names. */
export interface ExternalService {
  readonly type: 'stun' | 'stuns' | 'turn' | 'turns';
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp';
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** It takes only those who have credentials. */
  readonly restricted: boolean;
  /** When the credentials run out: milliseconds since the epoch. */
  readonly expiresAtMs: number | undefined;
}

export interface StreamHost {
  /** As the server says it: a request must go to exactly this. */
  readonly jid: string;
  readonly host: string;
  readonly port: number;
}

export function servicesRequest(): Stanza {
  return element('services', EXTERNAL_SERVICES);
}

/** Asks for the credentials of one (XEP-0215 section 3.3). */
export function credentialsRequest({ type, host, port }: Pick<ExternalService, 'type' | 'host' | 'port'>): Stanza {
  return element('credentials', EXTERNAL_SERVICES, {}, element('service', EXTERNAL_SERVICES, { host, port: String(port), type }));
}

/** What makes no sense is passed over. */
export function readServices(payload: Stanza | undefined): readonly ExternalService[] {
  if (payload?.xmlns !== EXTERNAL_SERVICES) return [];
  return childrenOf(payload, 'service', EXTERNAL_SERVICES)
    .slice(0, SERVICE_LIMIT)
    .map(service)
    .filter((one) => one !== undefined);
}

function service({ attributes }: Stanza): ExternalService | undefined {
  const { type, username, password, expires, restricted } = attributes;
  if (type !== 'stun' && type !== 'stuns' && type !== 'turn' && type !== 'turns') return undefined;
  const secure = type === 'stuns' || type === 'turns';
  const host = hostIn(attributes['host']);
  const port = attributes['port'] === undefined ? (secure ? 5349 : 3478) : portIn(attributes['port']);
  const transport = attributes['transport'] ?? (secure ? 'tcp' : 'udp');
  if (host === undefined || port === undefined || (transport !== 'udp' && transport !== 'tcp')) return undefined;
  if ((username?.length ?? 0) > TEXT_LIMIT || (password?.length ?? 0) > TEXT_LIMIT) return undefined;
  const expiresAtMs = expires === undefined ? Number.NaN : Date.parse(expires);
  return {
    type,
    host,
    port,
    transport,
    username,
    password,
    restricted: restricted === 'true' || restricted === '1',
    expiresAtMs: Number.isNaN(expiresAtMs) ? undefined : expiresAtMs,
  };
}

export function streamHostRequest(): Stanza {
  return element('query', BYTESTREAMS);
}

export function readStreamHosts(payload: Stanza | undefined): readonly StreamHost[] {
  if (payload?.name !== 'query' || payload.xmlns !== BYTESTREAMS) return [];
  return childrenOf(payload, 'streamhost', BYTESTREAMS)
    .slice(0, SERVICE_LIMIT)
    .flatMap(({ attributes }) => {
      const { jid = '' } = attributes;
      const host = hostIn(attributes['host']);
      const port = portIn(attributes['port'] ?? '1080');
      return jid === '' || jid.length > TEXT_LIMIT || host === undefined || port === undefined ? [] : [{ jid, host, port }];
    });
}

/** @param target the full address of the other side */
export function activation(sid: string, target: string): Stanza {
  return element('query', BYTESTREAMS, { sid }, element('activate', BYTESTREAMS, {}, target));
}

/** The one child of an answer. */
export function payloadOf(iq: Stanza): Stanza | undefined {
  return childOf(iq);
}

function hostIn(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 255 || !HOST.test(text)) return undefined;
  return text.replace(/^\[(.*)\]$/, '$1');
}

function portIn(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
