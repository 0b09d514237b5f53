import { app, dialog } from 'electron';
import type { AppModel } from './app-model.ts';
import { createQuit } from './quit-question.ts';

/** Quits this app, after the question where there is one, in a dialog of the system. */
export function createAppQuit(model: Pick<AppModel, 'state'>): () => void {
  return createQuit({
    state: () => model.state,
    show: async (question) => (await dialog.showMessageBox({ ...question, buttons: [...question.buttons] })).response,
    quit: () => app.quit(),
  });
}
