import * as z from 'zod';
import type { EndReason } from '../../protocol/assistance/status.ts';
import { openStoredFile, type DamagedFile } from '../settings/stored-file.ts';

/** Above this many, the oldest entries are dropped. */
export const MAX_HISTORY_ENTRIES = 1_000;

const END_REASONS = [
  'declined',
  'cancelledByYou',
  'cancelledByPeer',
  'timedOut',
  'contactOffline',
  'appNotPresent',
  'messengerLost',
  'peerLeftMessenger',
  'ticketRefused',
  'noConnection',
  'pinMismatch',
  'wrongPassword',
  'invitationExpired',
  'versionMismatch',
  'viewRefused',
  'consentTimedOut',
  'stoppedByNovice',
  'closedByExpert',
  'peerGone',
  'connectionLost',
  'desktopUnavailable',
  'protocolError',
  'internalError',
] as const satisfies readonly EndReason[];

const time = z.number().int().min(0).max(8.64e15);

const entrySchema = z.object({
  id: z.string().min(1).max(128),
  role: z.enum(['novice', 'expert']),
  peer: z.object({ address: z.string().max(129), friendlyName: z.string().max(400) }),
  startedAtMs: time,
  /** Unix ms. Absent when no connection was made, and in entries of versions that did not keep it. */
  connectedAtMs: z.exactOptional(time),
  endedAtMs: time,
  connectedBy: z.exactOptional(z.enum(['reverse', 'forward'])),
  address: z.exactOptional(z.string().max(300)),
  viewed: z.boolean(),
  controlled: z.boolean(),
  reason: z.enum(END_REASONS),
});

/** One session or attempt: the peer, the times, the way of connecting, what was allowed, why it ended. */
export type HistoryEntry = Readonly<z.infer<typeof entrySchema>>;

export const logSchema = z.object({ version: z.literal(1), entries: z.array(entrySchema) });

export interface SessionLog {
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  readonly damaged: DamagedFile | undefined;
  /** Adds an entry; one with the same id is replaced. Resolves when the file is on disk. */
  add(entry: HistoryEntry): Promise<void>;
  clear(): Promise<void>;
  flush(): Promise<void>;
}

/** Opens the log at `path` (`history.json`); a damaged file gives an empty log and `damaged`. */
export async function openSessionLog(path: string): Promise<SessionLog> {
  const file = await openStoredFile<z.infer<typeof logSchema>>(path, logSchema, { version: 1, entries: [] });
  return {
    get entries() {
      return file.value.entries;
    },
    damaged: file.damaged,
    add(entry) {
      const peer = { address: entry.peer.address.slice(0, 129), friendlyName: entry.peer.friendlyName.slice(0, 400) };
      const entries = [{ ...entry, peer }, ...file.value.entries.filter((known) => known.id !== entry.id)].slice(0, MAX_HISTORY_ENTRIES);
      return file.set({ version: 1, entries });
    },
    clear: () => file.set({ version: 1, entries: [] }),
    flush: () => file.flush(),
  };
}
