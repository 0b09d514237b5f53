import { app, protocol } from 'electron';
import { systemClock as clock } from '../../src/main/clock.ts';
import { DEFAULT_SETTINGS } from '../../src/main/settings/settings-store.ts';
import { type AppWindows, createAppWindows } from '../../src/main/shell/app-windows.ts';
import { APP_SCHEME, SCHEME_PRIVILEGES } from '../../src/main/shell/web-security.ts';

/* For a small Electron application of a test. The scheme must be registered before the application is ready, so this is loaded first. */
protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: { ...SCHEME_PRIVILEGES } }]);
app.disableHardwareAcceleration();
app.on('window-all-closed', () => undefined);

/** The real windows and pages that lie in `folder`, once the application is ready. It does not end with the last of them. */
export async function appPages(folder: string): Promise<AppWindows> {
  await app.whenReady();
  return createAppWindows({
    clock,
    settings: { value: DEFAULT_SETTINGS, set: async () => undefined } as never,
    log: { write: () => undefined },
    outDir: folder,
    iconsDir: folder,
    quit: () => app.quit(),
  });
}
