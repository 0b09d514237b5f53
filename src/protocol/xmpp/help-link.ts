/*
 * "Help somebody new" as one line (docs/decisions/0048): whom to ask, by which guest host, and with which code.
 *
 *   link    = ( "ringback:help?" | page "#" ) fields            ; fields as in app-link.ts, version 1
 *
 * Written are `to`, then what there is of `name`, `host` and `server`, then `code`. What follows the "#" of a page is never sent to its server.
 */
import { decodeLinkValue, encodeLinkValue, lineOfLink, MAX_LINK, untilLinkEnd, wrappedLink } from '../app-link.ts';
import { isServer } from '../host-port.ts';
import { readJid, writeJid } from './jid.ts';

export interface HelpLink {
  /** The expert's account, in lower case. */
  readonly to: string;
  /** What the expert is called, as the link says. */
  readonly name?: string;
  /** Where somebody without an account signs in; `guest.` and the domain of `to`, where it is left out. */
  readonly host?: string;
  /** `host:port` of its server, where the domain does not say it by itself. */
  readonly server?: string;
  /** Eight characters. */
  readonly code: string;
}

type Field = keyof HelpLink;

export type HelpLinkErrorCode = 'NO_LINK' | 'UNKNOWN_KIND' | 'TOO_LONG' | 'CUT_OFF' | 'MISSING_FIELD' | 'BAD_FIELD';

export class HelpLinkError extends Error {
  override readonly name = 'HelpLinkError';
  readonly code: HelpLinkErrorCode;
  readonly field: Field | undefined;
  constructor(code: HelpLinkErrorCode, field?: Field) {
    super(field === undefined ? `help link: ${code}` : `help link: ${code} ${field}`);
    this.code = code;
    this.field = field;
  }
}

const VERSION = '1';
const APP = 'ringback:help?';
/** A page's address is short; before the `#` stand neither blanks nor another link. */
const START = /(?:ringback:(?:\/\/)?help\/?\?|https:\/\/[^\s<>"#]{1,255}#)(?=v=\d)/i;
/** Domain names (RFC 1035, 2.3.4). */
const HOST_LIMIT = 253;
const ADDRESS_LIMIT = 320;

const FIELDS: Readonly<Record<Field, { readonly optional?: true; readonly read: (text: string) => string | undefined }>> = {
  to: { read: addressOf },
  name: { optional: true, read: (text) => (text.length <= 129 && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text) ? text : undefined) },
  host: { optional: true, read: readGuestHost },
  server: { optional: true, read: (text) => (isServer(text) ? text : undefined) },
  code: { read: (text) => (/^[A-Za-z0-9]{8}$/.test(text) ? text.toUpperCase() : undefined) },
};

/** An account: a name and a domain. */
function addressOf(text: string): string | undefined {
  const jid = text.length > ADDRESS_LIMIT ? undefined : readJid(text);
  return jid?.local === undefined || jid.resource !== undefined ? undefined : writeJid(jid);
}

/** A domain, as a person or a link names it; undefined for what is none. */
export function readGuestHost(text: string): string | undefined {
  const jid = text.length > HOST_LIMIT ? undefined : readJid(text);
  return jid === undefined || jid.local !== undefined || jid.resource !== undefined ? undefined : jid.domain;
}

/** `page`: an https address without `#`; the link opens the program by itself where it is left out. */
export function writeHelpLink(link: HelpLink, page?: string): string {
  const fields = (Object.keys(FIELDS) as Field[]).flatMap((name) => {
    const value = link[name];
    return value === undefined ? [] : [`${name}=${encodeLinkValue(value)}`];
  });
  return `${page === undefined ? APP : `${page}#`}${[`v=${VERSION}`, ...fields, 'end=1'].join('&')}`;
}

/** Whether there is something in a text that wants to be such a link. */
export const hasHelpLink = (text: string): boolean => START.test(text);

/** The first such link in a text, whatever stands around it and however it was wrapped. Throws HelpLinkError. */
export function readHelpLink(text: string): HelpLink {
  const start = START.exec(text);
  if (start === null) throw new HelpLinkError('NO_LINK');
  const rest = text.slice(start.index + start[0].length);
  const line = lineOfLink(rest);
  const whole = untilLinkEnd(line) ?? untilLinkEnd(wrappedLink(rest));
  if (whole === undefined) throw new HelpLinkError(line.length > MAX_LINK ? 'TOO_LONG' : 'CUT_OFF');
  if (whole.length > MAX_LINK) throw new HelpLinkError('TOO_LONG');
  const fields = new Map<string, string>();
  for (const pair of whole.split('&')) {
    const [name = '', ...value] = pair.split('=');
    // Two values for one name: whoever reads the first and whoever reads the last would ask two people.
    if (fields.has(name) && Object.hasOwn(FIELDS, name)) throw new HelpLinkError('BAD_FIELD', name as Field);
    fields.set(name, value.join('='));
  }
  if (fields.get('v') !== VERSION) throw new HelpLinkError('UNKNOWN_KIND');
  const read = (Object.keys(FIELDS) as Field[]).flatMap((name) => {
    const { optional, read: valueOf } = FIELDS[name];
    const decoded = decodeLinkValue(fields.get(name) ?? '');
    if (decoded === undefined) throw new HelpLinkError('BAD_FIELD', name);
    const text = decoded.trim();
    if (text === '' && optional === true) return [];
    if (text === '') throw new HelpLinkError('MISSING_FIELD', name);
    const value = valueOf(text);
    if (value === undefined) throw new HelpLinkError('BAD_FIELD', name);
    return [[name, value] as const];
  });
  return Object.fromEntries(read) as unknown as HelpLink;
}
