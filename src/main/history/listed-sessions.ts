/* What the record's lines say of sessions, as people read it. */
import type { HistoryEntry } from '../../protocol/assistance/status.ts';
import type { RunningEntry } from './entry-schema.ts';
import type { RecordLine } from './record-lines.ts';

/** Above this many sessions, the oldest are left out. */
export const MAX_HISTORY_ENTRIES = 1_000;
/** Of them at most so many that came to nothing, and of one person at most so many: who asks and cancels pushes nothing else out. */
const MAX_ATTEMPTS = 300;
export const MAX_ATTEMPTS_A_PEER = 20;
/** Requests of one person that came to nothing for the same reason, one after the other within this, are one entry. */
const FOLDED_WITHIN_MS = 3_600_000;

/** A session whose end is not recorded. */
export interface OpenSession {
  readonly session: RunningEntry;
  readonly grants: readonly Grant[];
  /** Of its newest line. */
  readonly lastMs: number;
}

interface Grant {
  readonly fromMs: number;
  readonly toMs?: number;
}

export interface SessionsOfLines {
  /** Ended ones, newest first. */
  readonly entries: readonly HistoryEntry[];
  readonly open: readonly OpenSession[];
  readonly clearedAtMs: number | undefined;
}

export function sessionsOf(lines: readonly RecordLine[]): SessionsOfLines {
  const open = new Map<string, OpenSession>();
  const ended = new Map<string, HistoryEntry>();
  let clearedAtMs: number | undefined;
  for (const { line, atMs } of lines) {
    if (line === undefined) continue;
    if (line.kind === 'viewed')
      open.set(line.session.id, { session: line.session, grants: open.get(line.session.id)?.grants ?? [], lastMs: atMs });
    else if (line.kind === 'control') {
      const one = open.get(line.id);
      if (one !== undefined) open.set(line.id, { ...one, grants: granted(one.grants, line.granted, atMs), lastMs: atMs });
    } else if (line.kind === 'ended') {
      const one = open.get(line.entry.id);
      open.delete(line.entry.id);
      const grants = one === undefined ? [] : granted(one.grants, false, line.entry.endedAtMs);
      ended.delete(line.entry.id);
      ended.set(line.entry.id, { ...line.entry, ...(grants.length === 0 ? {} : { grants }) });
    } else if (line.kind === 'cleared') {
      clearedAtMs = atMs;
      ended.clear();
    }
  }
  return { entries: bounded(folded([...ended.values()].toReversed())), open: [...open.values()], clearedAtMs };
}

function granted(grants: readonly Grant[], given: boolean, atMs: number): readonly Grant[] {
  const last = grants.at(-1);
  const runs = last !== undefined && last.toMs === undefined;
  if (given) return runs ? grants : [...grants, { fromMs: atMs }];
  return runs ? [...grants.slice(0, -1), { ...last, toMs: Math.max(atMs, last.fromMs) }] : grants;
}

/** What a session would be listed as if it had ended at its last sign. */
export function cutOff({ session, grants, lastMs }: OpenSession, aliveMs: number | undefined, reason: string): HistoryEntry {
  return {
    ...session,
    endedAtMs: Math.max(lastMs, aliveMs ?? 0, session.startedAtMs),
    viewed: true,
    controlled: grants.length > 0,
    reason,
  };
}

const personOf = ({ role, peer }: HistoryEntry): string => `${role} ${peer.transport} ${peer.address}`;

/** Newest first, as it came. */
function folded(entries: readonly HistoryEntry[]): HistoryEntry[] {
  const folds = new Map<string, { readonly index: number; readonly oldestMs: number }>();
  const out: HistoryEntry[] = [];
  for (const entry of entries) {
    const key = personOf(entry);
    const fold = entry.viewed ? undefined : folds.get(key);
    const into = fold === undefined ? undefined : out[fold.index];
    if (
      fold !== undefined &&
      into?.reason === entry.reason &&
      into.offered === entry.offered &&
      fold.oldestMs - entry.startedAtMs < FOLDED_WITHIN_MS
    ) {
      out[fold.index] = { ...into, times: (into.times ?? 1) + (entry.times ?? 1) };
      folds.set(key, { index: fold.index, oldestMs: entry.startedAtMs });
      continue;
    }
    if (entry.viewed) folds.delete(key);
    else folds.set(key, { index: out.length, oldestMs: entry.startedAtMs });
    out.push(entry);
  }
  return out;
}

function bounded(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const perPerson = new Map<string, number>();
  let attempts = 0;
  return entries
    .filter((entry) => {
      if (entry.viewed) return true;
      const theirs = (perPerson.get(personOf(entry)) ?? 0) + 1;
      perPerson.set(personOf(entry), theirs);
      if (theirs > MAX_ATTEMPTS_A_PEER || attempts >= MAX_ATTEMPTS) return false;
      attempts += 1;
      return true;
    })
    .slice(0, MAX_HISTORY_ENTRIES);
}
