import { ProtocolError } from '../bytes/errors.ts';
import { type AcceptDescription, contextOf, readAccept, writeAccept, writeContext } from './description.ts';
import { ASSISTANCE, JINGLE, type Reason, readReason, writeReason } from './reason.ts';
import { childOf, element, type Stanza } from './stanza.ts';

/** How the two find a connection is agreed in context data, which the server cannot read (docs/decisions/0040). */
const WAYS_TRANSPORT = 'urn:ringback:ways:1';
const JINGLE_ERRORS = 'urn:xmpp:jingle:errors:1';
const CONTENT_NAME = 'ra';
const SID_LIMIT = 64;

/** What two devices say to each other once one has taken the invitation (XEP-0166). */
export type JingleAction = { readonly sid: string } & (
  | { readonly tag: 'session-initiate'; readonly accept: AcceptDescription }
  | { readonly tag: 'session-accept' }
  /** Without context data it asks whether the session is known. */
  | { readonly tag: 'session-info'; readonly contextData: string | undefined }
  | { readonly tag: 'session-terminate'; readonly reason: Reason }
  /** What we never need, and answer as a program that cannot. */
  | { readonly tag: 'other'; readonly action: string }
);

export function isJingle(payload: Stanza | undefined): payload is Stanza {
  return payload?.name === 'jingle' && payload.xmlns === JINGLE;
}

/** Throws ProtocolError MALFORMED, TOO_LARGE. */
export function readJingle(jingle: Stanza): JingleAction {
  const { sid = '', action = '' } = jingle.attributes;
  if (sid === '' || sid.length > SID_LIMIT) throw new ProtocolError('MALFORMED', 'Jingle.sid', 'an id', `${sid.length} characters`);
  switch (action) {
    case 'session-initiate': {
      const content = childOf(jingle, 'content', JINGLE);
      if (content === undefined || childOf(content, 'description', ASSISTANCE) === undefined)
        throw new ProtocolError('MALFORMED', 'Jingle.content', 'a description of ours', 'none');
      return { tag: action, sid, accept: readAccept(content) };
    }
    case 'session-accept':
      return { tag: action, sid };
    case 'session-info':
      return { tag: action, sid, contextData: contextOf(jingle) };
    case 'session-terminate':
      return { tag: action, sid, reason: readReason(jingle, 'OUTBANDCANCEL') };
    default:
      return { tag: 'other', sid, action: action.slice(0, 32) };
  }
}

/** @param initiator the inviter's full address */
export function writeJingle(said: Exclude<JingleAction, { readonly tag: 'other' }>, initiator: string): Stanza {
  const { sid, tag: action } = said;
  switch (said.tag) {
    case 'session-initiate':
      return element('jingle', JINGLE, { action, sid, initiator }, content(writeAccept(said.accept)));
    case 'session-accept':
      return element('jingle', JINGLE, { action, sid }, content(element('description', ASSISTANCE)));
    case 'session-info':
      return element('jingle', JINGLE, { action, sid }, ...(said.contextData === undefined ? [] : [writeContext(said.contextData)]));
    case 'session-terminate':
      return element('jingle', JINGLE, { action, sid }, writeReason(said.reason));
  }
}

/** Beside `item-not-found`: it is no session of ours. */
export function unknownSession(): Stanza {
  return element('unknown-session', JINGLE_ERRORS);
}

function content(description: Stanza): Stanza {
  return element('content', JINGLE, { creator: 'initiator', name: CONTENT_NAME }, description, element('transport', WAYS_TRANSPORT));
}
