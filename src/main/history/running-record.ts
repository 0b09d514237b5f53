import type { HistoryEntry, SessionStatus } from '../../protocol/assistance/status.ts';
import { INTERRUPTED, type SessionLog } from './session-log.ts';

/** A session that is cut off by the end of the program is recorded as this much shorter at most. */
const KEPT_EVERY_MS = 60_000;

export interface RunningRecordParts {
  readonly log: Pick<SessionLog, 'keepRunning'>;
  /** Unix ms. */
  readonly now: () => number;
  readonly onStorageError: (error: unknown) => void;
}

/**
 * Keeps on the disk what is to be said of the session that runs, from its first picture on: a program that is killed in the middle, or a computer
 * that loses its power, must leave a record of who saw the screen. To be called with every change of the session.
 */
export function createRunningRecord({ log, now, onStorageError }: RunningRecordParts): {
  update(session: SessionStatus | undefined): void;
} {
  let kept: HistoryEntry | undefined;
  return {
    update(session) {
      if (session?.phase.tag !== 'connected') return;
      const before = kept?.id === session.id ? kept : undefined;
      const controlled = session.control === 'granted' || before?.controlled === true;
      const nowMs = now();
      if (before?.controlled === controlled && Math.abs(nowMs - before.endedAtMs) < KEPT_EVERY_MS) return;
      const { id, role, peer, offered, startedAtMs, connection } = session;
      kept = {
        id,
        role,
        peer,
        ...(offered ? { offered } : {}),
        startedAtMs,
        connectedAtMs: session.phase.sinceMs,
        endedAtMs: nowMs,
        ...(connection === undefined ? {} : { connectedBy: connection.by, address: connection.address }),
        viewed: true,
        controlled,
        reason: INTERRUPTED,
      };
      log.keepRunning(kept).catch(onStorageError);
    },
  };
}
