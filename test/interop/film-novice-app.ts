import { app } from 'electron';
import { openFilmPage } from '../../src/main/shell/film-page.ts';
import { share } from './sharing.ts';
import { appPages } from '../support/app-pages.ts';

/* A small Electron application for film.test.ts: a novice without windows that shares its display, with the real page that encodes film. Ends with its input. */

const folder = process.env['RINGBACK_TEST_FOLDER'] ?? '';

export interface FilmNoviceSaid {
  readonly tag: 'sharing' | 'page' | 'error';
  readonly port?: number;
  readonly sessionId?: string;
  readonly message?: string;
}

async function main(): Promise<void> {
  const windows = await appPages(folder);
  const sharing = await share({ env: process.env }, [], {
    workerUrl: new URL(process.env['RINGBACK_TEST_WORKER'] ?? ''),
    openFilmPage: async () => {
      const page = await openFilmPage(windows);
      say({ tag: 'page' });
      return page;
    },
  });
  say({ tag: 'sharing', port: sharing.port, sessionId: sharing.sessionId });
  process.stdin.on('end', () => void sharing.close().then(() => app.exit(0))).resume();
}

function say(message: FilmNoviceSaid): void {
  process.stdout.write(`@${JSON.stringify(message)}\n`);
}

main().catch((error: unknown) => {
  say({ tag: 'error', message: String(error) });
  app.exit(1);
});
