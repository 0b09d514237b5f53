import { ProtocolError } from '../bytes/errors.ts';
import { noStore, notCopied, store } from './chat.ts';
import {
  type AcceptDescription,
  descriptionIn,
  type InvitationDescription,
  readAccept,
  readDescription,
  writeAccept,
  writeDescription,
} from './description.ts';
import { NS } from './namespaces.ts';
import { nickIn, writeNick } from './presence.ts';
import { type Reason, readReason, writeReason } from './reason.ts';
import { childOf, element, type Stanza } from './stanza.ts';

/** XEP-0353 */
export const JINGLE_MESSAGE = 'urn:xmpp:jingle-message:0';
const ID_LIMIT = 64;

/** What is said about an invitation to every device, before one of them has taken it. */
export type JingleMessage = { readonly id: string } /** `nick`: what the inviter calls themselves. */ & (
  | { readonly tag: 'propose'; readonly description: InvitationDescription; readonly nick: string | undefined }
  /** A device has it, and it rings there. */
  | { readonly tag: 'ringing' }
  | { readonly tag: 'proceed'; readonly accept: AcceptDescription }
  | { readonly tag: 'reject' | 'retract' | 'finish'; readonly reason: Reason }
);

const TAGS = ['propose', 'ringing', 'proceed', 'reject', 'retract', 'finish'] as const;

/** Which of them a message is, if any: `readJingleMessage` may still throw. */
export function jingleMessageIn(message: Stanza): Stanza | undefined {
  return TAGS.map((tag) => childOf(message, tag, JINGLE_MESSAGE)).find((found) => found !== undefined);
}

/** The id where it has one: of a proposal that makes no sense, too. */
export function idOf(said: Stanza): string | undefined {
  const { id } = said.attributes;
  return id === undefined || id === '' || id.length > ID_LIMIT || /[\p{Cc}\s]/u.test(id) ? undefined : id;
}

/** Undefined for a proposal of another kind (a call). Throws ProtocolError MALFORMED, OUT_OF_RANGE, TOO_LARGE. */
export function readJingleMessage(said: Stanza, message: Stanza): JingleMessage | undefined {
  const id = idOf(said);
  if (id === undefined) throw new ProtocolError('MALFORMED', 'JingleMessage.id', 'an id', 'none');
  switch (said.name) {
    case 'propose': {
      const description = descriptionIn(said);
      return description === undefined
        ? undefined
        : { tag: 'propose', id, description: readDescription(description), nick: nickIn(message) };
    }
    case 'ringing':
      return { tag: 'ringing', id };
    case 'proceed':
      return { tag: 'proceed', id, accept: readAccept(said) };
    case 'reject':
      return { tag: 'reject', id, reason: readReason(said, 'REJECT') };
    case 'retract':
    case 'finish':
      return { tag: said.name, id, reason: readReason(said, 'OUTBANDCANCEL') };
    default:
      return undefined;
  }
}

/** How a message may travel. */
interface Carriage {
  /** For one device: no other one of theirs or ours gets a copy. */
  readonly onlyThere?: boolean;
  /** The server may keep it until somebody comes. */
  readonly kept?: boolean;
}

/** A proposal has its id as a stanza too, so that the server's refusal says which one it was. */
export function writeJingleMessage(to: string, said: JingleMessage, { onlyThere = false, kept = false }: Carriage = {}): Stanza {
  return element(
    'message',
    NS.client,
    { to, type: 'chat', id: said.tag === 'propose' ? said.id : undefined },
    element(said.tag, JINGLE_MESSAGE, { id: said.id }, ...contentOf(said)),
    kept ? store() : noStore(),
    ...(said.tag === 'propose' && said.nick !== undefined ? [writeNick(said.nick)] : []),
    ...(onlyThere ? notCopied() : []),
  );
}

function contentOf(said: JingleMessage): readonly Stanza[] {
  switch (said.tag) {
    case 'propose':
      return [writeDescription(said.description)];
    case 'ringing':
      return [];
    case 'proceed':
      return [writeAccept(said.accept)];
    case 'reject':
    case 'retract':
    case 'finish':
      return [writeReason(said.reason)];
  }
}
