import { ProtocolError } from '../bytes/errors.ts';
import { escapeXml, parseXmlWithText } from '../xml/xml.ts';
import { MAX_UPNP_BYTES } from './device-description.ts';
import { childNamed, elementsOf, localName, textIn } from './upnp-xml.ts';

const ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/';
const ENCODING = 'http://schemas.xmlsoap.org/soap/encoding/';
const MAX_ARGUMENTS = 32;

/** UPnP Device Architecture 2.0 section 3.2: an action with its arguments, in the order of the service's description. */
export interface SoapAction {
  readonly service: string;
  readonly name: string;
  readonly arguments: readonly (readonly [name: string, value: string])[];
}

/** The body of a request. */
export function writeSoapAction({ service, name, arguments: given }: SoapAction): string {
  const inside = given.map(([key, value]) => `<${key}>${escapeXml(value)}</${key}>`).join('');
  return `<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="${ENVELOPE}" s:encodingStyle="${ENCODING}"><s:Body><u:${name} xmlns:u="${escapeXml(service)}">${inside}</u:${name}></s:Body></s:Envelope>\r\n`;
}

/** `code`: UPnP's errorCode, 0 where none is told. */
export type SoapAnswer =
  | { readonly tag: 'done'; readonly values: ReadonlyMap<string, string> }
  | { readonly tag: 'fault'; readonly code: number };

/** The answer to the action. Throws ProtocolError as `parseXmlWithText` does, TOO_LARGE, UNEXPECTED for an answer to something else. */
export function parseSoapAnswer(text: string, action: string): SoapAnswer {
  if (text.length > MAX_UPNP_BYTES) throw new ProtocolError('TOO_LARGE', 'SOAP', `<= ${MAX_UPNP_BYTES} characters`, text.length);
  const root = parseXmlWithText(text.trim());
  const body = localName(root) === 'Envelope' ? childNamed(root, 'Body') : undefined;
  if (body === undefined) throw new ProtocolError('UNEXPECTED', 'SOAP.Envelope', 'an envelope with a body', root.name);
  const fault = childNamed(body, 'Fault');
  if (fault !== undefined) {
    const code = textIn(childNamed(childNamed(fault, 'detail'), 'UPnPError'), 'errorCode') ?? '';
    return { tag: 'fault', code: /^\d{1,5}$/.test(code) ? Number(code) : 0 };
  }
  const answer = childNamed(body, `${action}Response`);
  if (answer === undefined) throw new ProtocolError('UNEXPECTED', 'SOAP.Body', `${action}Response`, 'something else');
  const given = elementsOf(answer).slice(0, MAX_ARGUMENTS);
  return { tag: 'done', values: new Map(given.map((each) => [localName(each), textIn(answer, localName(each)) ?? ''])) };
}
