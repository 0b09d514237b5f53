/* `history.json`, which versions before the chained record wrote. */
import { rm } from 'node:fs/promises';
import * as z from 'zod';
import type { HistoryEntry } from '../../protocol/assistance/status.ts';
import { readJsonFile } from '../settings/atomic-file.ts';
import { basename } from 'node:path';
import type { DamagedFile } from '../settings/stored-file.ts';
import { entrySchema } from './entry-schema.ts';

const VERSION = 1;
const ownSchema = z.looseObject({ version: z.literal(VERSION), entries: z.array(entrySchema), running: z.unknown().optional() });
const laterSchema = z.looseObject({
  version: z
    .number()
    .int()
    .min(VERSION + 1),
  entries: z.array(z.unknown()),
});

/** In a file of a later version an entry may have any shape; in one of ours what is not an entry is damage. */
export const logSchema = z.union([ownSchema, laterSchema]);

export interface EarlierHistory {
  /** Oldest first; the session that was cut off last. */
  readonly entries: readonly HistoryEntry[];
  readonly damaged: DamagedFile | undefined;
}

/** What is in the earlier version's file; undefined where there is none. */
export async function readEarlierHistory(path: string): Promise<EarlierHistory | undefined> {
  const read = await readJsonFile(path, logSchema);
  if (read.tag === 'missing' || read.tag === 'newer') return undefined;
  if (read.tag === 'damaged') return { entries: [], damaged: { file: basename(read.setAsideAs ?? read.path), problem: read.problem } };
  const { entries, running } = read.value;
  const known = [...entries].toReversed().flatMap((entry) => {
    const own = entrySchema.safeParse(entry);
    return own.success ? [own.data] : [];
  });
  const cutOff = entrySchema.safeParse(running);
  return { entries: cutOff.success ? [...known.filter(({ id }) => id !== cutOff.data.id), cutOff.data] : known, damaged: undefined };
}

/** Once all of it is in the record: what is cleared there must not live on here. */
export async function removeEarlierHistory(path: string): Promise<void> {
  await rm(path, { force: true });
}
