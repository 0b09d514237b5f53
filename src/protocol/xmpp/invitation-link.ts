import { readJid, writeJid } from './jid.ts';

/** `xmpp:ADDRESS?ACTION;NAME=VALUE;…` (RFC 5122, XEP-0147). */
export interface XmppLink {
  /** Folded. */
  readonly address: string;
  /** Empty where there is none. */
  readonly action: string;
  readonly fields: ReadonlyMap<string, string>;
}

const MAX_LINK = 2048;
/** A token stands in an attribute; servers write letters and digits. */
const TOKEN = /^[\x21-\x7e]{1,256}$/;

/** Undefined for what is no such link. A web page's link (`https://…/#ADDRESS?…`, XEP-0379 section 3.4) says the same behind its `#`. */
export function readXmppLink(text: string): XmppLink | undefined {
  if (text.length > MAX_LINK) return undefined;
  const rest = /^\s*(?:xmpp:(?:\/\/[^/?#]*\/)?|https:\/\/[^#\s]+#)([^\s#]+)\s*$/i.exec(text)?.[1];
  if (rest === undefined) return undefined;
  const [path = '', ...queries] = rest.split('?');
  const jid = readJid(decoded(path));
  if (jid === undefined || queries.length > 1) return undefined;
  const [action = '', ...pairs] = (queries[0] ?? '').split(/[;&]/);
  const fields = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const value = decoded(equals < 0 ? '' : pair.slice(equals + 1));
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (value === undefined || fields.has(name)) return undefined;
    fields.set(name, value);
  }
  return { address: writeJid(jid), action, fields };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What somebody's link invites to. */
export type LinkedInvitation =
  /** To make an account there (XEP-0401); with the name, where it is given away under that name only. */
  | { readonly tag: 'account'; readonly domain: string; readonly user: string | undefined; readonly token: string }
  /** To become a contact (XEP-0379); where `token` is given they say yes by themselves. `withAccount`: their server makes an account for it as well. */
  | { readonly tag: 'contact'; readonly address: string; readonly token: string | undefined; readonly withAccount: boolean };

export type ContactInvitation = Extract<LinkedInvitation, { tag: 'contact' }>;

const LINKS = /(?:xmpp:|https:\/\/[^\s#]{1,500}#)[^\s<>"]{1,2000}/gi;

/** The links of a text that invite to something, whatever stands around them. */
export function invitationLinksIn(text: string): readonly { readonly link: string; readonly invitation: LinkedInvitation }[] {
  return Array.from(text.matchAll(LINKS), ([found]) => found.replace(/[.,;:!?)\]]+$/, '')).flatMap((link) => {
    const invitation = readInvitationLink(link);
    return invitation === undefined ? [] : [{ link, invitation }];
  });
}

/** The first link in a text that invites to become somebody's contact. */
export function contactLinkIn(text: string): ContactInvitation | undefined {
  for (const { invitation } of invitationLinksIn(text)) if (invitation.tag === 'contact') return invitation;
  return undefined;
}

export const hasContactLink = (text: string): boolean => contactLinkIn(text) !== undefined;

/** Undefined where it invites to neither. */
export function readInvitationLink(text: string): LinkedInvitation | undefined {
  const link = readXmppLink(text);
  const jid = readJid(link?.address);
  if (link === undefined || jid === undefined || jid.resource !== undefined) return undefined;
  const token = link.fields.get('preauth');
  if (token !== undefined && !TOKEN.test(token)) return undefined;
  if (link.action === 'register' && token !== undefined) return { tag: 'account', domain: jid.domain, user: jid.local, token };
  if (link.action !== 'roster' || jid.local === undefined) return undefined;
  return { tag: 'contact', address: link.address, token, withAccount: token !== undefined && link.fields.get('ibr') === 'y' };
}

/** The link by which somebody becomes our contact without being asked about (XEP-0379). */
export function contactLink(address: string, token: string): string {
  return `xmpp:${address.split('@').map(encodeURIComponent).join('@')}?roster;preauth=${encodeURIComponent(token)}`;
}
