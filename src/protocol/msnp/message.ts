import { ProtocolError } from '../bytes/errors.ts';
import { utf8Decode, utf8Encode } from '../bytes/text.ts';
import { MSG_PAYLOAD_LIMIT } from './framing.ts';

/** More fields than any message has; a bound, not a rule. */
const FIELD_LIMIT = 64;

/** Names are lower case; of a repeated field the first counts. */
export type Fields = ReadonlyMap<string, string>;

/** MSG payload: MIME-like header, empty line, body. */
export interface MessagePayload {
  readonly contentType: string;
  /** When writing: more header fields. */
  readonly fields?: readonly (readonly [string, string])[];
  readonly body: string;
}

/** `Name: value` lines, ended by CR LF or LF; values are given as they are after one space. Lines without a colon are ignored, as real clients do. */
export function readFields(text: string): Fields {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (name === '' || fields.has(name)) continue;
    if (fields.size >= FIELD_LIMIT) throw new ProtocolError('TOO_LARGE', 'Message.fields', `at most ${FIELD_LIMIT}`, fields.size + 1);
    fields.set(name, line.slice(colon + 1).replace(/^ /, ''));
  }
  return fields;
}

/** Values must be one line. */
export function writeFields(fields: readonly (readonly [string, string])[]): string {
  return fields
    .map(([name, value]) => {
      // oxlint-disable-next-line no-control-regex -- control characters are what must not pass
      if (/[\u0000-\u001f\u007f]/.test(value)) throw new ProtocolError('REFUSED', name, 'one line', 'a control character');
      return `${name}: ${value}\r\n`;
    })
    .join('');
}

export function readMessage(payload: Uint8Array): MessagePayload {
  const text = utf8Decode(payload);
  const gap = /\r?\n\r?\n/.exec(text);
  const header = readFields(gap === null ? text : text.slice(0, gap.index));
  return { contentType: header.get('content-type')?.trim() ?? '', body: gap === null ? '' : text.slice(gap.index + gap[0].length) };
}

/** Throws TOO_LARGE above 1664 bytes. */
export function writeMessage({ contentType, fields = [], body }: MessagePayload): Uint8Array {
  const payload = utf8Encode(`${writeFields([['MIME-Version', '1.0'], ['Content-Type', contentType], ...fields])}\r\n${body}`);
  if (payload.length > MSG_PAYLOAD_LIMIT)
    throw new ProtocolError('TOO_LARGE', 'MSG.payload', `at most ${MSG_PAYLOAD_LIMIT} bytes`, payload.length);
  return payload;
}
