import { ProtocolError } from '../bytes/errors.ts';
import { utf8Encode } from '../bytes/text.ts';

/** An address (RFC 7622), folded: local part and domain in lower case. */
export interface Jid {
  readonly local: string | undefined;
  readonly domain: string;
  readonly resource: string | undefined;
}

/** RFC 7622 sections 3.2 to 3.4 */
const MAX_PART_BYTES = 1023;
/** Controls, what cannot be seen, and separators other than a space. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;
/** RFC 7622 section 3.3.1, and every space. */
const NOT_LOCAL = /["&'/:<>@\p{Z}]/u;
const DOMAIN = /^(?:\[[0-9a-f:.]+\]|[\p{L}\p{M}\p{N}_-]+(?:\.[\p{L}\p{M}\p{N}_-]+)*)$/u;

/** Throws ProtocolError MALFORMED, TOO_LARGE. */
export function parseJid(text: string): Jid {
  const slash = text.indexOf('/');
  const bare = slash < 0 ? text : text.slice(0, slash);
  const at = bare.indexOf('@');
  const domain = bare
    .slice(at + 1)
    .normalize('NFC')
    .toLowerCase()
    .replace(/\.$/, '');
  if (!DOMAIN.test(domain)) throw new ProtocolError('MALFORMED', 'JID.domain', 'a domain', `${domain.length} characters`);
  const local = at < 0 ? undefined : bare.slice(0, at).normalize('NFC').toLowerCase();
  if (local !== undefined && (NOT_LOCAL.test(local) || UNSEEN.test(local)))
    throw new ProtocolError('MALFORMED', 'JID.local', 'a name', `${local.length} characters`);
  const resource = slash < 0 ? undefined : text.slice(slash + 1).normalize('NFC');
  if (resource !== undefined && UNSEEN.test(resource))
    throw new ProtocolError('MALFORMED', 'JID.resource', 'a name', `${resource.length} characters`);
  bounded(domain, 'domain');
  if (local !== undefined) bounded(local, 'local');
  if (resource !== undefined) bounded(resource, 'resource');
  return { local, domain, resource };
}

function bounded(part: string, field: string): void {
  if (part === '') throw new ProtocolError('MALFORMED', `JID.${field}`, 'a name', 'nothing');
  const bytes = part.length > MAX_PART_BYTES ? part.length : utf8Encode(part).length;
  if (bytes > MAX_PART_BYTES) throw new ProtocolError('TOO_LARGE', `JID.${field}`, `<= ${MAX_PART_BYTES} bytes`, bytes);
}

export function writeJid({ local, domain, resource }: Jid): string {
  return `${local === undefined ? '' : `${local}@`}${domain}${resource === undefined ? '' : `/${resource}`}`;
}

/** Undefined for what is no address: what others send is asked this way. */
export function readJid(text: string | undefined): Jid | undefined {
  if (text === undefined) return undefined;
  try {
    return parseJid(text);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** Without its resource, folded. Throws as `parseJid` does. */
export function bareOf(text: string): string {
  return writeJid({ ...parseJid(text), resource: undefined });
}

export function domainOf(text: string): string {
  return parseJid(text).domain;
}

/** Undefined for a bare address. */
export function resourceOf(text: string): string | undefined {
  return parseJid(text).resource;
}

/** Folded, with its resource where it has one: to be compared. */
export function foldedJid(text: string): string {
  return writeJid(parseJid(text));
}
