/*
 * An account as one line that a person passes on and the other program takes whole (docs/decisions/0019):
 *
 *   link    = "ringback:msnp?" fields   ; as in app-link.ts, version 2
 *
 * Written are `v=2`, then `server`, `address`, `friendlyName`, `accessToken`, then what there is of `key`, `contact`, `contactName`, then
 * `end=1`. Version 0.1 wrote the four without `v` and `end`: such links are read as well. Names that are not known are passed over.
 */
import { decodeLinkValue, encodeLinkValue, lineOfLink, MAX_LINK, untilLinkEnd, wrappedLink } from '../app-link.ts';
import { normaliseAddress } from './address.ts';
import { isServer } from '../host-port.ts';

export interface AccountLink {
  /** `host:port`. */
  readonly server: string;
  readonly address: string;
  readonly friendlyName: string;
  readonly accessToken: string;
  /** SHA-256 of the messenger's public key (SubjectPublicKeyInfo in DER), base64url without padding. */
  readonly key?: string;
  /** The account of whoever keeps the messenger: the first contact. */
  readonly contact?: string;
  readonly contactName?: string;
}

type Field = keyof AccountLink;

export type AccountLinkErrorCode =
  /** There is none in the text. */
  | 'NO_LINK'
  /** Of a kind or version that only a later program knows. */
  | 'UNKNOWN_KIND'
  | 'TOO_LONG'
  /** Its end is missing. */
  | 'CUT_OFF'
  | 'MISSING_FIELD'
  | 'BAD_FIELD';

export class AccountLinkError extends Error {
  override readonly name = 'AccountLinkError';
  readonly code: AccountLinkErrorCode;
  readonly field: Field | undefined;
  constructor(code: AccountLinkErrorCode, field?: Field) {
    super(field === undefined ? `account link: ${code}` : `account link: ${code} ${field}`);
    this.code = code;
    this.field = field;
  }
}

const VERSION = '2';
const NAME_LIMIT = 129;

const isName = (text: string): boolean => text.length <= NAME_LIMIT && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
const isAddress = (text: string): boolean => normaliseAddress(text) !== undefined;

/** In the order in which they are written. */
const FIELDS: Readonly<Record<Field, { readonly optional?: true; readonly is: (text: string) => boolean }>> = {
  server: { is: isServer },
  address: { is: isAddress },
  friendlyName: { is: isName },
  accessToken: { is: (text) => /^[\x21-\x7e]{1,256}$/.test(text) },
  key: { optional: true, is: (text) => /^[A-Za-z0-9_-]{43}$/.test(text) },
  contact: { optional: true, is: isAddress },
  contactName: { optional: true, is: isName },
};

/** Nothing in it breaks a line, and a mail program leaves it in one piece. */
export function writeAccountLink(account: AccountLink): string {
  const fields = (Object.keys(FIELDS) as Field[]).flatMap((name) => {
    const value = account[name];
    return value === undefined ? [] : [`${name}=${encodeLinkValue(value)}`];
  });
  return `ringback:msnp?${[`v=${VERSION}`, ...fields, 'end=1'].join('&')}`;
}

/** Whether there is something in a text that wants to be such a link. */
export const hasAccountLink = (text: string): boolean => START.test(text);

const START = /ringback:(?:\/\/)?([a-z][a-z0-9-]{0,20})\/?\?/i;

/** The account of the first link in a text, whatever stands around it and however it was wrapped. Throws AccountLinkError. */
export function readAccountLink(text: string): AccountLink {
  const start = START.exec(text);
  if (start === null) throw new AccountLinkError('NO_LINK');
  if (start[1]?.toLowerCase() !== 'msnp') throw new AccountLinkError('UNKNOWN_KIND');
  const rest = text.slice(start.index + start[0].length);
  const line = lineOfLink(rest);
  // A mail program has wrapped it where its end is missing, or a field.
  const wrapped = (): string => wrappedLink(rest);
  if (!/(?:^|&)v=/i.test(line)) {
    try {
      return accountOf(fieldsOf(line));
    } catch (error) {
      if (error instanceof AccountLinkError && error.code === 'MISSING_FIELD' && wrapped() !== line) return accountOf(fieldsOf(wrapped()));
      throw error;
    }
  }
  const whole = untilLinkEnd(line) ?? untilLinkEnd(wrapped());
  if (whole === undefined) throw new AccountLinkError(line.length > MAX_LINK ? 'TOO_LONG' : 'CUT_OFF');
  const fields = fieldsOf(whole);
  if (fields.get('v') !== VERSION) throw new AccountLinkError('UNKNOWN_KIND');
  return accountOf(fields);
}

function fieldsOf(query: string): ReadonlyMap<string, string> {
  if (query.length > MAX_LINK) throw new AccountLinkError('TOO_LONG');
  const fields = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [name = '', ...value] = pair.split('=');
    // Two values for one name: whoever reads the first and whoever reads the last would see two accounts.
    if (fields.has(name) && Object.hasOwn(FIELDS, name)) throw new AccountLinkError('BAD_FIELD', name as Field);
    fields.set(name, value.join('='));
  }
  return fields;
}

function accountOf(fields: ReadonlyMap<string, string>): AccountLink {
  const read = (Object.keys(FIELDS) as Field[]).flatMap((name) => {
    const { optional, is } = FIELDS[name];
    const value = decode(fields.get(name) ?? '', name).trim();
    if (value === '' && optional === true) return [];
    if (value === '') throw new AccountLinkError('MISSING_FIELD', name);
    if (!is(value)) throw new AccountLinkError('BAD_FIELD', name);
    return [[name, name === 'address' || name === 'contact' ? value.toLowerCase() : value] as const];
  });
  return Object.fromEntries(read) as unknown as AccountLink;
}

function decode(text: string, name: Field): string {
  const decoded = decodeLinkValue(text);
  if (decoded === undefined) throw new AccountLinkError('BAD_FIELD', name);
  return decoded;
}
