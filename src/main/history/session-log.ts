import * as z from 'zod';
import type { HistoryEntry } from '../../protocol/assistance/status.ts';
import { openStoredFile, type DamagedFile } from '../settings/stored-file.ts';
import { transportName } from '../settings/transport-name.ts';

/** Above this many, the oldest entries are dropped. */
export const MAX_HISTORY_ENTRIES = 1_000;

const VERSION = 1;
const time = z.number().int().min(0).max(8.64e15);

/** Why a session ended that was still running when the program was killed or the computer lost its power. */
export const INTERRUPTED = 'interrupted';

/** What an entry has to have. Ways, reasons and fields that a later version added are kept as they are. */
const entrySchema = z.looseObject({
  id: z.string().min(1).max(128),
  role: z.enum(['novice', 'expert']),
  /** Without a transport: somebody who came by a file, or an entry from when there was one transport. */
  peer: z.looseObject({
    transport: z.exactOptional(transportName),
    address: z.string().max(129),
    friendlyName: z.string().max(400),
  }),
  offered: z.exactOptional(z.literal(true)),
  startedAtMs: time,
  connectedAtMs: z.exactOptional(time),
  endedAtMs: time,
  connectedBy: z.exactOptional(z.string().min(1).max(64)),
  address: z.exactOptional(z.string().max(300)),
  viewed: z.boolean(),
  controlled: z.boolean(),
  reason: z.string().min(1).max(64),
}) satisfies z.ZodType<HistoryEntry>;

const ownSchema = z.looseObject({ version: z.literal(VERSION), entries: z.array(entrySchema) });
const laterSchema = z.looseObject({
  version: z
    .number()
    .int()
    .min(VERSION + 1),
  entries: z.array(z.unknown()),
});

/** In a file of a later version an entry may have any shape; in one of ours what is not an entry is damage. */
export const logSchema = z.union([ownSchema, laterSchema]);

type Log = z.infer<typeof logSchema>;

export interface SessionLog {
  /** Newest first, those that this version can read. */
  readonly entries: readonly HistoryEntry[];
  readonly damaged: DamagedFile | undefined;
  /** Adds an entry; one with the same id is replaced. Resolves when the file is on disk. */
  add(entry: HistoryEntry): Promise<void>;
  /** Keeps what would be the entry of the session that runs, without listing it: the next start adds it, unless `add` has come first. */
  keepRunning(entry: HistoryEntry): Promise<void>;
  /** Forgets all, those of a later version as well. */
  clear(): Promise<void>;
  flush(): Promise<void>;
}

/** `history.json`. What a later version wrote is written back as it was. */
export async function openSessionLog(path: string): Promise<SessionLog> {
  const file = await openStoredFile<Log>(path, logSchema, { version: VERSION, entries: [] });
  /** Of the session that runs. */
  let running: HistoryEntry | undefined;
  const set = (all: readonly unknown[]): Promise<void> => {
    const { running: _, ...rest } = file.value;
    return file.set({ ...rest, entries: [...all], ...(running === undefined ? {} : { running }) });
  };
  const withFirst = (entry: HistoryEntry): readonly unknown[] =>
    [entry, ...file.value.entries.filter((known) => idOf(known) !== entry.id)].slice(0, MAX_HISTORY_ENTRIES);
  // A disk that refuses it now refuses the next entry too, which is told.
  const left = entrySchema.safeParse(file.value['running']);
  if (left.success) await set(withFirst(left.data)).catch(() => undefined);
  let entries = readable(file.value.entries);
  return {
    get entries() {
      return entries;
    },
    damaged: file.damaged,
    add(entry) {
      if (running?.id === entry.id) running = undefined;
      const all = withFirst(bounded(entry));
      entries = readable(all);
      return set(all);
    },
    keepRunning(entry) {
      running = bounded(entry);
      return set(file.value.entries);
    },
    clear() {
      entries = [];
      return set([]);
    },
    flush: () => file.flush(),
  };
}

/** With a name and an address as long as the next start accepts. */
function bounded(entry: HistoryEntry): HistoryEntry {
  const { transport, address, friendlyName } = entry.peer;
  const where = transport === undefined ? {} : { transport };
  return { ...entry, peer: { ...where, address: address.slice(0, 129), friendlyName: friendlyName.slice(0, 400) } };
}

function readable(entries: readonly unknown[]): readonly HistoryEntry[] {
  return entries.flatMap((entry) => {
    const read = entrySchema.safeParse(entry);
    return read.success ? [read.data] : [];
  });
}

function idOf(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null && 'id' in entry ? entry.id : undefined;
}
