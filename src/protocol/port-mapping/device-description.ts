import { ProtocolError } from '../bytes/errors.ts';
import { type XmlElement, parseXmlWithText } from '../xml/xml.ts';
import { childNamed, elementsOf, localName, textIn } from './upnp-xml.ts';
import { type HttpPlace, parseHttpPlace } from './ssdp.ts';

/** Longest description, and longest answer, that is read. */
export const MAX_UPNP_BYTES = 0x1_0000;
/** A router has one connection to the world, or a few; more are not asked. */
const MAX_SERVICES = 4;
const MAX_DEPTH = 8;
const MAX_URL_CHARS = 512;

/** UPnP-IGD 1 and 2: the services that map ports. */
export const MAPPING_SERVICES = [
  'urn:schemas-upnp-org:service:WANIPConnection:2',
  'urn:schemas-upnp-org:service:WANIPConnection:1',
  'urn:schemas-upnp-org:service:WANPPPConnection:1',
] as const;
export type MappingServiceType = (typeof MAPPING_SERVICES)[number];

export interface MappingService {
  readonly type: MappingServiceType;
  /** Where it is spoken to. */
  readonly control: HttpPlace;
}

/**
 * UPnP Device Architecture 2.0 section 2.3, "Device description": the services that map ports, in the order of {@link MAPPING_SERVICES}, at most four;
 * none is an empty list. A service that is to be spoken to anywhere but on the computer that the description came from is left out.
 * Throws ProtocolError as `parseXmlWithText` does, UNEXPECTED for another document, TOO_LARGE.
 * @param from where the description was fetched
 */
export function parseDeviceDescription(text: string, from: HttpPlace): readonly MappingService[] {
  if (text.length > MAX_UPNP_BYTES) throw new ProtocolError('TOO_LARGE', 'UPnP', `<= ${MAX_UPNP_BYTES} characters`, text.length);
  const root = parseXmlWithText(text.trim());
  if (localName(root) !== 'root') throw new ProtocolError('UNEXPECTED', 'UPnP.root', 'root', root.name);
  const base = baseOf(textIn(root, 'URLBase'), from);
  const services: MappingService[] = [];
  const look = (device: XmlElement<string>, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    for (const service of elementsOf(childNamed(device, 'serviceList'))) {
      const type = MAPPING_SERVICES.find((known) => known === textIn(service, 'serviceType'));
      const control = type === undefined ? undefined : placeOn(base, textIn(service, 'controlURL'));
      if (type !== undefined && control?.host === from.host) services.push({ type, control });
    }
    for (const inner of elementsOf(childNamed(device, 'deviceList'))) look(inner, depth + 1);
  };
  for (const device of elementsOf(root)) if (localName(device) === 'device') look(device, 0);
  const rank = ({ type }: MappingService): number => MAPPING_SERVICES.indexOf(type);
  return services.toSorted((left, right) => rank(left) - rank(right)).slice(0, MAX_SERVICES);
}

/** Routers of version 1.0 write URLBase, some of them for another network: then the description's own place is as good. */
function baseOf(written: string | undefined, from: HttpPlace): HttpPlace {
  const base = written === undefined ? undefined : placed(written);
  return base?.host === from.host ? base : from;
}

/** RFC 3986 section 5 as far as routers use it: a whole URL, a path, or a name beside the description. Undefined for anything else. */
function placeOn(base: HttpPlace, url: string | undefined): HttpPlace | undefined {
  if (url === undefined || url === '' || url.length > MAX_URL_CHARS || !/^[\x21-\x7e]+$/.test(url)) return undefined;
  if (/^[a-z][a-z0-9+.-]*:/i.test(url)) return placed(url);
  if (url.startsWith('//')) return placed(`http:${url}`);
  const folder = base.path.replace(/[?].*$/, '').replace(/[^/]*$/, '');
  return { ...base, path: url.startsWith('/') ? url : `${folder}${url}` };
}

function placed(url: string): HttpPlace | undefined {
  try {
    return parseHttpPlace(url);
  } catch {
    return undefined;
  }
}
