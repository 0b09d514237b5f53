import { ProtocolError } from '../bytes/errors.ts';
import { utf8Decode, utf8Encode } from '../bytes/text.ts';
import { readFields, readMessage, writeMessage } from './message.ts';

/** Longest text, bytes of UTF-8: what is left of a MSG payload below any header of ours. */
export const CHAT_TEXT_LIMIT = 1_400;

const TEXT_CONTENT_TYPE = 'text/plain; charset=UTF-8';
const CONTROL_CONTENT_TYPE = 'text/x-msmsgscontrol';

/** What people say in a switchboard, and that they are about to. */
export type ChatPayload = { readonly tag: 'text'; readonly text: string } | { readonly tag: 'typing' };

/** Lines end in LF; what else is not to be seen is left out. */
function plainText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what must not pass
  return text.replaceAll(/\r\n?/g, '\n').replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ');
}

/** The chat in a MSG payload; nothing where it is something else (an invitation, a profile, a client's own extension) or empty. */
export function readChat(payload: Uint8Array): ChatPayload | undefined {
  const { contentType, body } = readMessage(payload);
  const kind = contentType.split(';')[0]?.trim().toLowerCase();
  if (kind === CONTROL_CONTENT_TYPE) {
    const [header = ''] = utf8Decode(payload).split(/\r?\n\r?\n/);
    return readFields(header).has('typinguser') ? { tag: 'typing' } : undefined;
  }
  if (kind !== 'text/plain') return undefined;
  const text = plainText(body).trimEnd();
  return text === '' ? undefined : { tag: 'text', text };
}

/** A MSG payload with this text. Throws ProtocolError TOO_LARGE above 1,400 bytes, REFUSED where there is nothing to say. */
export function writeChatText(text: string): Uint8Array {
  const body = plainText(text).trimEnd();
  if (body === '') throw new ProtocolError('REFUSED', 'Chat.text', 'something to say', 'nothing');
  const { length } = utf8Encode(body);
  if (length > CHAT_TEXT_LIMIT) throw new ProtocolError('TOO_LARGE', 'Chat.text', `at most ${CHAT_TEXT_LIMIT} bytes`, length);
  return writeMessage({ contentType: TEXT_CONTENT_TYPE, body: body.replaceAll('\n', '\r\n') });
}

/** A MSG payload that says that `address` is typing. */
export function writeTyping(address: string): Uint8Array {
  return writeMessage({ contentType: CONTROL_CONTENT_TYPE, fields: [['TypingUser', address]], body: '\r\n' });
}
