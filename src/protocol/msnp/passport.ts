import type { HostPort } from '../host-port.ts';
import { parseEndpoint } from './endpoint.ts';
import { decodeFriendlyName as unescape, encodeFriendlyName as escape } from './friendly-name.ts';

/*
 * Log-in by ticket (MSNP8, `USR n TWN …`), as "Passport1.4" puts it into HTTP headers. The nexus names the log-in page, the page gives
 * a ticket for an address and a password, and the ticket is what the notification server gets to see.
 */

export const NEXUS_PATH = '/rdr/pprdr.asp';
const LOGIN_PATH = '/login2.srf';
const SCHEME = 'Passport1.4';

/** The ticket as it is sent in `USR n TWN S`: one word, shorter than a line. */
const TICKET = /^t=[\w!$*.-]{1,600}&p=[\w!$*.-]{0,600}$/;

export function isTicket(text: string): boolean {
  return TICKET.test(text);
}

export interface LoginPage {
  readonly endpoint: HostPort;
  readonly path: string;
}

/** Value of the nexus's `PassportURLs` header. `host` is `host[:port]`. */
export function writePassportUrls(host: string): string {
  return `DARealm=Passport.Net,DALogin=${host}${LOGIN_PATH},DAReg=${host}/,Properties=${host}/,Privacy=${host}/,GeneralRedir=${host}/,Help=${host}/,ConfigVersion=11`;
}

/** The log-in page in `PassportURLs`, or nothing. HTTPS's own port where none is said. */
export function readPassportUrls(header: string): LoginPage | undefined {
  const match = /(?:^|,)\s*DALogin=(?:https:\/\/)?([^/,\s]+)(\/[^,\s]*)?/i.exec(header);
  if (match === null) return undefined;
  try {
    const host = match[1] ?? '';
    return { endpoint: parseEndpoint(/:\d+$/.test(host) ? host : `${host}:443`), path: match[2] ?? '/' };
  } catch {
    return undefined;
  }
}

export function isLoginPath(path: string): boolean {
  return path === LOGIN_PATH;
}

/** Value of `Authorization`. `parameters` came with `USR n TWN S` and are given back as they are. */
export function writeAuthorization(address: string, password: string, parameters: string): string {
  const words = /^[!-~]*$/.test(parameters) ? parameters : '';
  return `${SCHEME} OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,sign-in=${escape(address)},pwd=${escape(password)},${words}`;
}

/** Address and password in `Authorization`, or nothing. */
export function readAuthorization(header: string): { readonly address: string; readonly password: string } | undefined {
  if (!/^Passport1\.4\s/i.test(header)) return undefined;
  const field = (name: string): string | undefined => new RegExp(`(?:[\\s,])${name}=([^,\\s]*)`, 'i').exec(header)?.[1];
  const [address, password] = [field('sign-in'), field('pwd')];
  return address === undefined || password === undefined ? undefined : { address: unescape(address), password: unescape(password) };
}

/** Value of `Authentication-Info` that brings the ticket. */
export function writeAuthenticationInfo(ticket: string): string {
  return `${SCHEME} da-status=success,tname=MSPAuth,tname=MSPProf,tname=MSPSec,from-PP='${ticket}',ru=http://messenger.msn.com`;
}

/** Value of `WWW-Authenticate` where there is none. */
export function writeAuthenticationFailure(): string {
  return `${SCHEME} da-status=failed,srealm=Passport.NET,ts=-3,prompt,cburl=,cbtxt=`;
}

/** The ticket in `Authentication-Info`, or nothing. */
export function readAuthenticationInfo(header: string): string | undefined {
  const ticket = /from-PP='([^']*)'/i.exec(header)?.[1];
  return ticket !== undefined && /da-status=success/i.test(header) && isTicket(ticket) ? ticket : undefined;
}
