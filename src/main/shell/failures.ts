/* What nobody asked for and a person must hear of: logged in full, shown as a sentence. */
import type { AppModel } from './app-model.ts';
import type { ErrorLog } from './error-log.ts';

export interface Failures {
  /** Something could not be written. */
  readonly storage: (error: unknown) => void;
  /** Our own messenger could not be started. */
  readonly hosting: (error: unknown) => void;
  /** An exception or rejection that no code caught. */
  readonly unexpected: (where: string, error: unknown) => void;
}

/** What this process tells of errors that no code has caught. */
interface UncaughtEvents {
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
}

/**
 * Hears of errors that no code has caught. A session in which one comes is ended: what it holds is let go, and both sides read that it is over. The program
 * goes on, since nobody can ask for help with one that has gone.
 */
export function hearUncaught(process: UncaughtEvents, failures: Pick<Failures, 'unexpected'>, failSession: (error: unknown) => void): void {
  const heard = (where: string) => (error: unknown) => {
    failures.unexpected(where, error);
    try {
      failSession(error);
    } catch (further) {
      failures.unexpected('ending the session', further);
    }
  };
  process.on('uncaughtException', heard('uncaught exception'));
  process.on('unhandledRejection', heard('unhandled rejection'));
}

/** `logFile` is what the person is told to send along. */
export function createFailures(log: Pick<ErrorLog, 'write'>, model: Pick<AppModel, 'notify'>, logFile: string): Failures {
  return {
    storage(error) {
      log.write('storage', error);
      model.notify('error', 'notice.storageFailed');
    },
    hosting(error) {
      log.write('hosting', error);
      model.notify('error', 'notice.hostingFailed');
    },
    unexpected(where, error) {
      log.write(where, error);
      model.notify('error', 'notice.unexpected', { file: logFile });
    },
  };
}
