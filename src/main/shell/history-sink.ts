import type { AssistanceParts } from '../assistance/contract.ts';
import type { SessionLog } from '../history/session-log.ts';
import type { AppModel } from './app-model.ts';

/** Adds finished sessions to the log on disk and to the state. */
export function createHistorySink(
  history: SessionLog,
  model: Pick<AppModel, 'update'>,
  onStorageError: (error: unknown) => void,
): AssistanceParts['history'] {
  return {
    add(entry) {
      const written = history.add(entry);
      model.update({ history: history.entries });
      written.catch(onStorageError);
    },
  };
}
