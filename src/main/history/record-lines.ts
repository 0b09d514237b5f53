/* The lines of the record: each is JSON, and carries the hash of the line before it. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { entrySchema, sessionSchema } from './entry-schema.ts';

/** What the first line of all carries. */
export const FIRST = '0'.repeat(64);

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const at = z.iso.datetime();
const id = z.string().min(1).max(128);

const ownSchema = z.discriminatedUnion('kind', [
  /** The picture may be seen from here on. */
  z.looseObject({ kind: z.literal('viewed'), at, before: hash, session: sessionSchema }),
  /** Control of mouse and keyboard was given, or is no longer. */
  z.looseObject({ kind: z.literal('control'), at, before: hash, id, granted: z.boolean() }),
  z.looseObject({ kind: z.literal('ended'), at, before: hash, entry: entrySchema }),
  /** The person has cleared what stood before. */
  z.looseObject({ kind: z.literal('cleared'), at, before: hash }),
  /** Lines have been left out because there were too many. */
  z.looseObject({ kind: z.literal('shortened'), at, before: hash, dropped: z.number().int().min(0) }),
  /** What follows was in the file of an earlier version, which had no chain. */
  z.looseObject({ kind: z.literal('takenOver'), at, before: hash }),
  /** The end was missing, or another, when the program started. */
  z.looseObject({ kind: z.literal('endMissing'), at, before: hash }),
]);
/** Of a later version: in the chain, and not shown. */
const laterSchema = z.looseObject({ kind: z.string().min(1).max(64), at, before: hash });

export type OwnLine = z.infer<typeof ownSchema>;
/** What a line says, without when and after what. */
export type LineBody = OwnLine extends infer Line
  ? Line extends OwnLine
    ? Omit<Line, 'at' | 'before'> & { readonly kind: Line['kind'] }
    : never
  : never;

export interface RecordLine {
  /** As it stands in the file, without its end. */
  readonly text: string;
  readonly atMs: number;
  readonly line: OwnLine | undefined;
}

/** After the line of this moment something is missing or another; undefined: the very beginning is. */
export interface BrokenChain {
  readonly afterMs: number | undefined;
}

export interface ReadLines {
  readonly lines: readonly RecordLine[];
  /** Of the last line. */
  readonly head: string;
  readonly hashes: ReadonlySet<string>;
  /** The hash that the first line carries, where a shortened or cleared record begins with it. */
  readonly begins: string | undefined;
  readonly broken: BrokenChain | undefined;
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

export function writeLine(body: LineBody, atMs: number, before: string): RecordLine {
  const { kind, ...rest } = body;
  const text = JSON.stringify({ kind, at: new Date(atMs).toISOString(), ...rest, before });
  return { text, atMs, line: { ...body, at: new Date(atMs).toISOString(), before } as OwnLine };
}

/**
 * Reads all lines and checks the chain. What is no line (a write that power or a full disk has cut) stands outside of it: had it been one, the next
 * line would not fit.
 */
export function readLines(text: string): ReadLines {
  const lines: RecordLine[] = [];
  const hashes = new Set<string>();
  let head = FIRST;
  let broken: BrokenChain | undefined;
  let start: string | undefined;
  for (const each of text.split('\n')) {
    const read = each === '' ? undefined : readLine(each);
    if (read === undefined) continue;
    const last = lines.at(-1);
    // A shortened or cleared record begins with the hash of what is not there any more.
    const begins = last === undefined && ['cleared', 'shortened'].includes(read.kind);
    if (begins) start = read.before;
    if (read.before !== head && !begins) broken ??= { afterMs: last?.atMs };
    if (read.kind === 'endMissing') broken ??= { afterMs: last?.atMs };
    const own = ownSchema.safeParse(read);
    lines.push({ text: each, atMs: Date.parse(read.at), line: own.success ? own.data : undefined });
    head = hashOf(each);
    hashes.add(head);
  }
  return { lines, head, hashes, broken, begins: start };
}

function readLine(text: string): z.infer<typeof laterSchema> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const read = laterSchema.safeParse(value);
  return read.success ? read.data : undefined;
}
