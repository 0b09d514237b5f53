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
