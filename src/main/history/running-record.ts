import type { SessionStatus } from '../../protocol/assistance/status.ts';
import type { SessionLog } from './session-log.ts';

/** A session that is cut off by the end of the program is recorded as this much shorter at most. */
const KEPT_EVERY_MS = 60_000;

export interface RunningRecordParts {
  readonly log: Pick<SessionLog, 'viewed' | 'control' | 'stillRuns'>;
  /** Unix ms. */
  readonly now: () => number;
  readonly onStorageError: (error: unknown) => void;
}

/**
 * Writes down when the picture may be seen, when control is given and taken back, while it happens: a program that is killed in the middle, or a
 * computer that loses its power, must leave a record of who saw the screen. To be called with every change of the session.
 */
export function createRunningRecord({ log, now, onStorageError }: RunningRecordParts): {
  update(session: SessionStatus | undefined): void;
} {
  let recorded: { readonly id: string; readonly granted: boolean; readonly atMs: number } | undefined;
  const write = (written: Promise<void>): void => void written.catch(onStorageError);
  return {
    update(session) {
      if (session?.phase.tag !== 'connected') return;
      const { id, role, peer, offered, startedAtMs, connection } = session;
      const nowMs = now();
      if (recorded?.id !== id) {
        recorded = { id, granted: false, atMs: nowMs };
        write(
          log.viewed({
            id,
            role,
            peer,
            ...(offered ? { offered } : {}),
            startedAtMs,
            connectedAtMs: session.phase.sinceMs,
            ...(connection === undefined ? {} : { connectedBy: connection.by, address: connection.address }),
          }),
        );
      }
      const granted = session.control === 'granted';
      if (granted !== recorded.granted) {
        recorded = { id, granted, atMs: nowMs };
        write(log.control(id, granted));
      }
      if (Math.abs(nowMs - recorded.atMs) < KEPT_EVERY_MS) return;
      recorded = { ...recorded, atMs: nowMs };
      write(log.stillRuns(id));
    },
  };
}
