import { ProtocolError } from '../bytes/errors.ts';

/** Longest context data, in characters (the public Messenger API's limit of the time). */
export const MAX_CONTEXT_CHARS = 300;
export const MAX_PARTS = 16;

const MARK = '!';
const LINE = /^!([a-z][a-z0-9-]{0,23})(?:;([1-9]\d{0,3}):([1-9]\d?)\/([1-9]\d?))? (.*)$/s;

/** Which part of a message a line is: `number` runs from 1 to `count`, and `id` (1 to 9999) tells the sender's messages apart. */
export interface PartNumber {
  readonly id: number;
  readonly number: number;
  readonly count: number;
}

/** One line of context data that says of what kind it is. Without `part` it is the whole message. */
export interface ContextLine {
  /** A word like a feature's name. */
  readonly kind: string;
  readonly part?: PartNumber;
  readonly text: string;
}

/** Whether the line claims a kind; applications of the time begin none with an exclamation mark. */
export function isMarked(line: string): boolean {
  return line.startsWith(MARK);
}

/**
 * Context data of Ringback's own (docs/decisions/0011): `"!" kind [ ";" id ":" number "/" count ] " " text`. Throws ProtocolError
 * MALFORMED, OUT_OF_RANGE, TOO_LARGE.
 */
export function parseContextLine(line: string): ContextLine {
  if (line.length > MAX_CONTEXT_CHARS)
    throw new ProtocolError('TOO_LARGE', 'ContextLine', `<= ${MAX_CONTEXT_CHARS} characters`, line.length);
  const [, kind, id, number, count, text = ''] = LINE.exec(line) ?? [];
  if (kind === undefined) throw new ProtocolError('MALFORMED', 'ContextLine', 'a kind and a text', `${line.length} other characters`);
  if (id === undefined) return { kind, text };
  const part = { id: Number(id), number: Number(number), count: Number(count) };
  if (part.count < 2 || part.count > MAX_PARTS)
    throw new ProtocolError('OUT_OF_RANGE', 'ContextLine.count', `2 to ${MAX_PARTS} parts`, part.count);
  if (part.number > part.count) throw new ProtocolError('OUT_OF_RANGE', 'ContextLine.number', `<= ${part.count}`, part.number);
  return { kind, part, text };
}

/** Throws ProtocolError as `parseContextLine` does: nothing is written that would be read as something else. */
export function formatContextLine({ kind, part, text }: ContextLine): string {
  const place = part === undefined ? '' : `;${part.id}:${part.number}/${part.count}`;
  const line = `${MARK}${kind}${place} ${text}`;
  if (parseContextLine(line).kind !== kind) throw new ProtocolError('MALFORMED', 'ContextLine.kind', 'a word', `${kind.length} characters`);
  return line;
}
