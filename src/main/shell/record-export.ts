import { join } from 'node:path';
import { app, dialog } from 'electron';
import { t } from '../../words/words.ts';
import { writeTextFile } from '../settings/atomic-file.ts';
import type { Windows } from './windows.ts';

/** Asks where the record is to be saved, and writes it there for nobody else to read. `now`: Unix ms. */
export function createRecordExport(windows: Pick<Windows, 'main'>, now: () => number): (text: string) => Promise<void> {
  return async (text) => {
    const { main } = windows;
    const options = {
      title: t('shell.saveRecord'),
      defaultPath: join(app.getPath('documents'), `Ringback ${new Date(now()).toISOString().slice(0, 10)}.jsonl`),
      filters: [{ name: t('shell.recordFiles'), extensions: ['jsonl'] }],
    };
    const { canceled, filePath } = await (main === undefined ? dialog.showSaveDialog(options) : dialog.showSaveDialog(main, options));
    if (!canceled && filePath !== '') await writeTextFile(filePath, text);
  };
}
