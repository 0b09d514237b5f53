import { ProtocolError } from '../bytes/errors.ts';
import { asciiEncode, utf8Decode } from '../bytes/text.ts';
import { ipv4Octets } from '../ip-address.ts';

/** UPnP Device Architecture 2.0 section 1.3: searches go to this group and port, or to a device at the same port. */
export const SSDP_GROUP = '239.255.255.250';
export const SSDP_PORT = 1900;

/** What routers answer to: not each of them to each. */
export const GATEWAY_SEARCHES = [
  'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'urn:schemas-upnp-org:service:WANIPConnection:1',
  'urn:schemas-upnp-org:service:WANPPPConnection:1',
] as const;

const MAX_ANSWER_BYTES = 4_096;
const MAX_LOCATION_CHARS = 512;

/** A search ("M-SEARCH"), to be answered within a second. */
export function writeSearch(target: string): Uint8Array {
  const lines = ['M-SEARCH * HTTP/1.1', `HOST: ${SSDP_GROUP}:${SSDP_PORT}`, 'MAN: "ssdp:discover"', 'MX: 1', `ST: ${target}`, '', ''];
  return asciiEncode(lines.join('\r\n'), 'SSDP');
}

/** Where a router's description can be fetched over HTTP. */
export interface HttpPlace {
  readonly host: string;
  readonly port: number;
  /** With the query, beginning with a slash; printable ASCII. */
  readonly path: string;
}

/**
 * The LOCATION of an answer to a search. Throws ProtocolError TOO_LARGE, UNEXPECTED (no answer to a search of ours), MALFORMED, REFUSED
 * (a LOCATION that is not on the computer that has answered).
 * @param sender the address that the answer came from
 */
export function parseSearchAnswer(bytes: Uint8Array, sender: string): HttpPlace {
  if (bytes.length > MAX_ANSWER_BYTES) throw new ProtocolError('TOO_LARGE', 'SSDP', `<= ${MAX_ANSWER_BYTES} bytes`, bytes.length);
  const [status = '', ...lines] = utf8Decode(bytes).split(/\r?\n/);
  if (!/^HTTP\/1\.[01] 200(?: |$)/.test(status)) throw new ProtocolError('UNEXPECTED', 'SSDP.status', 'HTTP/1.1 200', 'another line');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([A-Za-z0-9.-]{1,64})[ \t]*:[ \t]*(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined && !headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), value.trim());
  }
  const target = headers.get('st');
  if (!GATEWAY_SEARCHES.some((search) => search === target))
    throw new ProtocolError('UNEXPECTED', 'SSDP.ST', 'what was searched for', 'something else');
  const place = parseHttpPlace(headers.get('location') ?? '');
  if (place.host !== sender) throw new ProtocolError('REFUSED', 'SSDP.LOCATION', 'the sender as its host', 'another host');
  return place;
}

/** An `http:` URL whose host is an IPv4 address. Throws ProtocolError TOO_LARGE, MALFORMED, OUT_OF_RANGE. */
export function parseHttpPlace(url: string): HttpPlace {
  if (url.length > MAX_LOCATION_CHARS) throw new ProtocolError('TOO_LARGE', 'URL', `<= ${MAX_LOCATION_CHARS} characters`, url.length);
  const [, host, portText = '80', path = ''] = /^http:\/\/([\d.]{7,15})(?::(\d{1,5}))?(\/[\x21-\x7e]*)?$/i.exec(url) ?? [];
  if (host === undefined || ipv4Octets(host) === undefined)
    throw new ProtocolError('MALFORMED', 'URL', 'http, an IPv4 address and a path', 'something else');
  const port = Number(portText);
  if (port < 1 || port > 0xffff) throw new ProtocolError('OUT_OF_RANGE', 'URL.port', '1..65535', port);
  return { host, port, path: path.replace(/#.*$/, '') || '/' };
}
