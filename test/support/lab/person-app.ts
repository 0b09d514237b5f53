/* A person of the laboratory in Electron: every way, ICE with its real page. Who it is comes in the environment, because the app is built once. */
import { app, protocol } from 'electron';
import { systemClock as clock } from '../../../src/main/clock.ts';
import { waysWith } from '../../../src/main/connection/ways/ways.ts';
import { DEFAULT_SETTINGS } from '../../../src/main/settings/settings-store.ts';
import { createAppWindows } from '../../../src/main/shell/app-windows.ts';
import { createIcePages } from '../../../src/main/shell/ice-page.ts';
import { APP_SCHEME, SCHEME_PRIVILEGES } from '../../../src/main/shell/web-security.ts';
import { type LabPersonSetup, live } from './person.ts';

const folder = process.env['RINGBACK_TEST_FOLDER'] ?? '';
const setup = JSON.parse(process.env['RINGBACK_LAB_PERSON'] ?? '') as LabPersonSetup;

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
  await live(setup, waysWith({ openPage: createIcePages(windows, clock) }));
  app.exit(0);
}

void main();
