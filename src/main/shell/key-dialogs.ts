import { join } from 'node:path';
import { app, dialog } from 'electron';
import { t } from '../../words/words.ts';
import type { KeyFileDeps } from './key-files.ts';
import type { Windows } from './windows.ts';

const EXTENSION = 'ringbackkey';

/** The system's dialogs for this installation's key as a file, in front of the main window where there is one. */
export function createKeyDialogs(windows: Pick<Windows, 'main'>): Pick<KeyFileDeps, 'chooseSavePath' | 'chooseOpenPath'> {
  const filters = () => [{ name: t('shell.keyFiles'), extensions: [EXTENSION] }];
  return {
    async chooseSavePath() {
      const { main } = windows;
      const defaultPath = join(app.getPath('documents'), `Ringback.${EXTENSION}`);
      const options = { title: t('shell.saveKey'), defaultPath, filters: filters() };
      const answer = await (main === undefined ? dialog.showSaveDialog(options) : dialog.showSaveDialog(main, options));
      return answer.canceled ? undefined : answer.filePath;
    },
    async chooseOpenPath() {
      const { main } = windows;
      const options = { title: t('shell.openKey'), properties: ['openFile' as const], filters: filters() };
      const answer = await (main === undefined ? dialog.showOpenDialog(options) : dialog.showOpenDialog(main, options));
      return answer.filePaths[0];
    },
  };
}
