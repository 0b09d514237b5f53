import { join } from 'node:path';
import { app, dialog } from 'electron';
import { t } from '../../words/words.ts';
import type { FileInvitationDeps } from './file-invitations.ts';
import type { Windows } from './windows.ts';

/** The system's dialogs for saving and opening an invitation file, in front of the main window where there is one. */
export function createInvitationDialogs(windows: Pick<Windows, 'main'>): Pick<FileInvitationDeps, 'chooseSavePath' | 'chooseOpenPath'> {
  const filters = () => [{ name: t('shell.invitationFiles'), extensions: ['msrcIncident'] }];
  return {
    async chooseSavePath(suggested) {
      const { main } = windows;
      const options = { title: t('shell.saveInvitation'), defaultPath: join(app.getPath('documents'), suggested), filters: filters() };
      const answer = main === undefined ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(main, options);
      return answer.canceled ? undefined : answer.filePath;
    },
    async chooseOpenPath() {
      const { main } = windows;
      const options = { title: t('shell.openInvitation'), properties: ['openFile' as const], filters: filters() };
      const answer = main === undefined ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(main, options);
      return answer.filePaths[0];
    },
  };
}
