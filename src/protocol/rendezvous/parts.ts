import { ProtocolError } from '../bytes/errors.ts';
import { utf8Encode } from '../bytes/text.ts';
import { type ContextLine, formatContextLine, MAX_CONTEXT_CHARS, MAX_PARTS, type PartNumber } from './context-line.ts';

/** Longest message, in bytes of UTF-8. */
const MAX_MESSAGE_BYTES = 4_096;
/** Messages of which some parts have come. */
const MAX_OPEN_MESSAGES = 4;
/** From the first part of a message that comes to the last. */
export const PARTS_DEADLINE_MS = 10_000;
/** Messages that are settled are remembered, so that a part that comes again begins none anew. */
const MAX_SETTLED_MESSAGES = 64;

/**
 * The lines that carry a message, one where it fits. `id` tells it from the sender's other ones. Throws ProtocolError TOO_LARGE above
 * 4,096 bytes or 16 parts.
 */
export function contextLines(kind: string, text: string, id: number): string[] {
  const bytes = utf8Encode(text).length;
  if (bytes > MAX_MESSAGE_BYTES) throw new ProtocolError('TOO_LARGE', `Parts.${kind}`, `<= ${MAX_MESSAGE_BYTES} bytes`, bytes);
  const whole = formatContextLine({ kind, text: '' });
  if (whole.length + text.length <= MAX_CONTEXT_CHARS) return [whole + text];
  const mark = formatContextLine({ kind, part: { id, number: MAX_PARTS, count: MAX_PARTS }, text: '' });
  const texts = cut(text, MAX_CONTEXT_CHARS - mark.length);
  if (texts.length > MAX_PARTS) throw new ProtocolError('TOO_LARGE', `Parts.${kind}`, `<= ${MAX_PARTS} parts`, texts.length);
  return texts.map((piece, index) => formatContextLine({ kind, part: { id, number: index + 1, count: texts.length }, text: piece }));
}

/** Pieces of at most `chars` characters; no surrogate pair is cut in two. */
function cut(text: string, chars: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const low = text.charCodeAt(from + chars);
    const inPair = low >= 0xdc00 && low <= 0xdfff;
    const to = from + (inPair ? chars - 1 : chars);
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

interface OpenMessage {
  readonly kind: string;
  readonly parts: (string | undefined)[];
  readonly deadlineMs: number;
  missing: number;
  bytes: number;
}

/** Puts messages together from parts that may come twice, in any order, or not at all. What is wrong with one costs that message only. */
export class PartAssembly {
  private readonly open = new Map<number, OpenMessage>();
  private readonly settled = new Set<number>();

  /** Unix ms, undefined when nothing is waited for. */
  get nextDeadlineMs(): number | undefined {
    // All wait equally long, so the oldest is the first to be due.
    return this.open.values().next().value?.deadlineMs;
  }

  /** The whole text, with its last part. Throws ProtocolError TOO_LARGE, UNEXPECTED; the message is lost then. */
  receive(line: ContextLine & { readonly part: PartNumber }, nowMs: number): string | undefined {
    const { id, number } = line.part;
    if (this.settled.has(id)) return undefined;
    try {
      const message = this.open.get(id) ?? this.begin(line, nowMs);
      const text = add(message, line, number);
      if (text !== undefined) this.settle(id);
      return text;
    } catch (error) {
      this.settle(id);
      throw error;
    }
  }

  /** Gives up the messages whose time is past; why, one each. */
  expire(nowMs: number): ProtocolError[] {
    const late = [...this.open].filter(([, { deadlineMs }]) => deadlineMs <= nowMs);
    return late.map(([id, { kind, parts, missing }]) => {
      this.settle(id);
      return new ProtocolError('TRUNCATED', `Parts.${kind}`, `${parts.length} parts`, parts.length - missing);
    });
  }

  private begin({ kind, part: { id, count } }: ContextLine & { readonly part: PartNumber }, nowMs: number): OpenMessage {
    if (this.open.size >= MAX_OPEN_MESSAGES)
      throw new ProtocolError('TOO_LARGE', `Parts.${kind}`, `<= ${MAX_OPEN_MESSAGES} messages under way`, this.open.size + 1);
    const message: OpenMessage = {
      kind,
      parts: Array.from({ length: count }, () => undefined),
      deadlineMs: nowMs + PARTS_DEADLINE_MS,
      missing: count,
      bytes: 0,
    };
    this.open.set(id, message);
    return message;
  }

  private settle(id: number): void {
    this.open.delete(id);
    this.settled.add(id);
    if (this.settled.size > MAX_SETTLED_MESSAGES) this.settled.delete(this.settled.values().next().value as number);
  }
}

function add(message: OpenMessage, { kind, text, part: { count } }: ContextLine & { readonly part: PartNumber }, number: number) {
  if (message.kind !== kind || message.parts.length !== count)
    throw new ProtocolError('UNEXPECTED', `Parts.${message.kind}`, `one of ${message.parts.length} parts`, `one of ${count} of ${kind}`);
  const before = message.parts[number - 1];
  if (before === text) return undefined;
  if (before !== undefined) throw new ProtocolError('UNEXPECTED', `Parts.${kind}`, 'the same part again', 'another in its place');
  message.bytes += utf8Encode(text).length;
  if (message.bytes > MAX_MESSAGE_BYTES)
    throw new ProtocolError('TOO_LARGE', `Parts.${kind}`, `<= ${MAX_MESSAGE_BYTES} bytes`, message.bytes);
  message.parts[number - 1] = text;
  message.missing -= 1;
  return message.missing === 0 ? message.parts.join('') : undefined;
}
