import { ProtocolError } from '../bytes/errors.ts';
import { ASSISTANCE } from './reason.ts';
import { childOf, element, type Stanza, textOf } from './stanza.ts';

const NAME_LIMIT = 100;
const URL_LIMIT = 2_048;
const LINE_LIMIT = 300;
const GUID = /^\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i;
/** A day: nobody waits longer. */
const EXPIRES_LIMIT_S = 86_400;

/** What an INVITE says, of Remote Assistance and of every other application. */
export interface InvitationDescription {
  /** Of the application, as it is written: with braces and capitals or without. */
  readonly guid: string;
  readonly name: string;
  readonly url: string | undefined;
  /** Seconds from when it was said until it means nothing any more. */
  readonly expiresS: number;
  /** The features line, unread. */
  readonly features: string | undefined;
  readonly contextData: string | undefined;
  /** Somebody without an account: what they call themselves. They may have no more than a run with a code that is open. */
  readonly guest: string | undefined;
}

/** What an ACCEPT says, the invitee's or the inviter's own. */
export interface AcceptDescription {
  readonly ipAddress: string | undefined;
  readonly contextData: string | undefined;
  readonly features: string | undefined;
}

export function writeDescription(said: InvitationDescription): Stanza {
  const { guid, name, url, expiresS, features, guest } = said;
  return element(
    'description',
    ASSISTANCE,
    { application: guid, name, url, expires: String(expiresS), features, guest },
    ...contextIn(said),
  );
}

/** Whether a stanza invites to something of ours, whatever it makes of it. */
export function descriptionIn(stanza: Stanza): Stanza | undefined {
  return childOf(stanza, 'description', ASSISTANCE);
}

/** Throws ProtocolError MALFORMED, OUT_OF_RANGE, TOO_LARGE. */
export function readDescription(description: Stanza): InvitationDescription {
  const { application = '', name, url, expires = '', features, guest } = description.attributes;
  if (!GUID.test(application))
    throw new ProtocolError('MALFORMED', 'Description.application', 'a GUID', `${application.length} characters`);
  if (!/^[1-9]\d{0,5}$/.test(expires) || Number(expires) > EXPIRES_LIMIT_S)
    throw new ProtocolError('OUT_OF_RANGE', 'Description.expires', `1 to ${EXPIRES_LIMIT_S} s`, expires.slice(0, 12));
  return {
    guid: application,
    name: line('name', name, NAME_LIMIT) ?? '',
    url: line('url', url, URL_LIMIT),
    expiresS: Number(expires),
    features: line('features', features, LINE_LIMIT),
    contextData: line('context', contextOf(description), LINE_LIMIT),
    guest: line('guest', guest, NAME_LIMIT),
  };
}

export function writeAccept(said: AcceptDescription): Stanza {
  const { ipAddress, features } = said;
  return element('description', ASSISTANCE, { address: ipAddress === '' ? undefined : ipAddress, features }, ...contextIn(said));
}

/** Of a program that says nothing there, nothing is known. Throws ProtocolError MALFORMED, TOO_LARGE. */
export function readAccept(parent: Stanza): AcceptDescription {
  const description = descriptionIn(parent);
  const { address, features } = description?.attributes ?? {};
  return {
    ipAddress: line('address', address, LINE_LIMIT),
    features: line('features', features, LINE_LIMIT),
    contextData: description === undefined ? undefined : line('context', contextOf(description), LINE_LIMIT),
  };
}

/** One message of context data, as it is. */
export function writeContext(data: string): Stanza {
  return element('context', ASSISTANCE, {}, data);
}

/** Undefined where there is none. */
export function contextOf(parent: Stanza): string | undefined {
  const context = childOf(parent, 'context', ASSISTANCE);
  return context === undefined ? undefined : textOf(context);
}

function contextIn({ contextData }: { readonly contextData: string | undefined }): readonly Stanza[] {
  return contextData === undefined ? [] : [writeContext(contextData)];
}

function line(field: string, text: string | undefined, limit: number): string | undefined {
  if (text === undefined) return undefined;
  if (text.length > limit) throw new ProtocolError('TOO_LARGE', `Description.${field}`, `<= ${limit} characters`, text.length);
  if (/\p{Cc}/u.test(text)) throw new ProtocolError('MALFORMED', `Description.${field}`, 'one line', `${text.length} characters`);
  return text;
}
