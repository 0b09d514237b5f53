import { ProtocolError } from '../bytes/errors.ts';
import { utf8Encode } from '../bytes/text.ts';
import { NS } from './namespaces.ts';
import { writeNick } from './presence.ts';
import { childOf, element, type Stanza, textOf } from './stanza.ts';

/** XEP-0085 */
export const CHAT_STATES = 'http://jabber.org/protocol/chatstates';
/** XEP-0184 */
export const RECEIPTS = 'urn:xmpp:receipts';
/** XEP-0280 */
const CARBONS = 'urn:xmpp:carbons:2';
const FORWARD = 'urn:xmpp:forward:0';
/** XEP-0203 */
const DELAY = 'urn:xmpp:delay';
/** XEP-0334 */
const HINTS = 'urn:xmpp:hints';

/** Longest text of ours, bytes of UTF-8, as on every transport. */
const CHAT_TEXT_LIMIT = 1_400;
/** Of another program's text more than this is left out, characters. */
const HEARD_LIMIT = 16_000;

/** What a message says, as far as people are concerned. */
export type ChatStanza =
  | { readonly tag: 'text'; readonly text: string; readonly id: string | undefined; readonly wantsReceipt: boolean }
  | { readonly tag: 'typing' }
  /** They have what we said under this id. */
  | { readonly tag: 'received'; readonly id: string };

/** Undefined where it is something else. Rooms and headlines are not for one person. */
export function readChat(message: Stanza): ChatStanza | undefined {
  const { type = 'normal', id } = message.attributes;
  if (type !== 'chat' && type !== 'normal') return undefined;
  const received = childOf(message, 'received', RECEIPTS)?.attributes['id'];
  if (received !== undefined) return { tag: 'received', id: received };
  const text = plainText(textOf(childOf(message, 'body', NS.client)))
    .slice(0, HEARD_LIMIT)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd();
  if (text !== '') return { tag: 'text', text, id, wantsReceipt: childOf(message, 'request', RECEIPTS) !== undefined };
  return childOf(message, 'composing', CHAT_STATES) === undefined ? undefined : { tag: 'typing' };
}

/** What may be said of a text: trimmed, lines end in LF. Throws ProtocolError TOO_LARGE above 1,400 bytes, REFUSED where there is nothing to say. */
export function chatText(text: string): string {
  const body = plainText(text).trimEnd();
  if (body === '') throw new ProtocolError('REFUSED', 'Chat.text', 'something to say', 'nothing');
  const { length } = utf8Encode(body);
  if (length > CHAT_TEXT_LIMIT) throw new ProtocolError('TOO_LARGE', 'Chat.text', `at most ${CHAT_TEXT_LIMIT} bytes`, length);
  return body;
}

/** `text` as `chatText` gives it. */
export function writeChat(to: string, id: string, text: string, nick: string): Stanza {
  return element(
    'message',
    NS.client,
    { to, id, type: 'chat' },
    element('body', NS.client, {}, text),
    element('active', CHAT_STATES),
    element('request', RECEIPTS),
    writeNick(nick),
  );
}

export function writeTyping(to: string): Stanza {
  return element('message', NS.client, { to, type: 'chat' }, element('composing', CHAT_STATES), noStore());
}

export function writeReceipt(to: string, id: string): Stanza {
  return element('message', NS.client, { to, type: 'chat' }, element('received', RECEIPTS, { id }), store());
}

/** Of use at this moment only: servers that know the hint do not keep it for later. */
export function noStore(): Stanza {
  return element('no-store', HINTS);
}

/** Worth keeping until somebody comes, though it says nothing to people. */
export function store(): Stanza {
  return element('store', HINTS);
}

/** This device's alone: no other one of the account gets a copy. */
export function notCopied(): readonly Stanza[] {
  return [element('private', CARBONS), element('no-copy', HINTS)];
}

export function enableCarbons(): Stanza {
  return element('enable', CARBONS);
}

/**
 * A copy of what another device of ours has said or heard; `forged` where it makes no sense or comes from anybody but our own account's
 * server (XEP-0280 section 11).
 * @param own our bare address
 */
export function carbonIn(
  message: Stanza,
  own: string,
): { readonly direction: 'sent' | 'received'; readonly message: Stanza } | 'forged' | undefined {
  const sent = childOf(message, 'sent', CARBONS);
  const carbon = sent ?? childOf(message, 'received', CARBONS);
  if (carbon === undefined) return undefined;
  const { from } = message.attributes;
  if (from !== undefined && from.toLowerCase() !== own) return 'forged';
  const forwarded = childOf(carbon, 'forwarded', FORWARD);
  const inner = forwarded === undefined ? undefined : childOf(forwarded, 'message', NS.client);
  if (inner === undefined) return 'forged';
  return { direction: sent === undefined ? 'received' : 'sent', message: inner };
}

/** When it was said, where it has waited for somebody to come: milliseconds since the epoch; NaN where the stamp makes no sense. */
export function delayIn(message: Stanza): number | undefined {
  const delay = childOf(message, 'delay', DELAY);
  return delay === undefined ? undefined : Date.parse(delay.attributes['stamp'] ?? '');
}

/** Lines end in LF; what else is not to be seen is left out. */
function plainText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what must not pass
  return text.replaceAll(/\r\n?/g, '\n').replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ');
}
