import { app, protocol } from 'electron';
import { systemClock as clock } from '../../src/main/clock.ts';
import { createAppWindows } from '../../src/main/shell/app-windows.ts';
import { openFilmPage } from '../../src/main/shell/film-page.ts';
import { APP_SCHEME, SCHEME_PRIVILEGES } from '../../src/main/shell/web-security.ts';
import { DEFAULT_SETTINGS } from '../../src/main/settings/settings-store.ts';
import { share } from './sharing.ts';

/* A small Electron application for film.test.ts: a novice without windows that shares its display, with the real page that encodes film. Ends with its input. */

const folder = process.env['RINGBACK_TEST_FOLDER'] ?? '';

export interface FilmNoviceSaid {
  readonly tag: 'sharing' | 'page' | 'error';
  readonly port?: number;
  readonly sessionId?: string;
  readonly message?: string;
}

protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: { ...SCHEME_PRIVILEGES } }]);
app.disableHardwareAcceleration();
app.on('window-all-closed', () => undefined);

async function main(): Promise<void> {
  await app.whenReady();
  const windows = createAppWindows({
    clock,
    settings: { value: DEFAULT_SETTINGS, set: async () => undefined } as never,
    log: { write: () => undefined },
    outDir: folder,
    iconsDir: folder,
    quit: () => app.quit(),
  });
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
