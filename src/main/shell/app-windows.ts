import { join } from 'node:path';
import { app, session as electronSession, type Session } from 'electron';
import type { SettingsStore } from '../settings/settings-store.ts';
import { serveApp } from './app-protocol.ts';
import type { Clock } from '../clock.ts';
import type { ErrorLog } from './error-log.ts';
import { guardPermissions } from './permissions.ts';
import { iconFrom } from './tray.ts';
import { APP_PARTITION, BARE_RESPONSE_HEADERS } from './web-security.ts';
import { createWindows, type Windows } from './windows.ts';

export interface AppWindowsDeps {
  readonly clock: Clock;
  readonly settings: SettingsStore;
  readonly log: Pick<ErrorLog, 'write'>;
  /** Folder of the built app: `renderer/` and `preload/` below it. */
  readonly outDir: string;
  readonly iconsDir: string;
  readonly quit: () => void;
}

export interface AppWindows extends Windows {
  /** A session for hidden pages that know nothing, by its partition: it serves them and lets them do nothing. */
  bareSession(partition: string): Session;
}

/** The windows of the app with the pages that are shown in them, none of them open. After `app` is ready. */
export function createAppWindows({ clock, settings, log, outDir, iconsDir, quit }: AppWindowsDeps): AppWindows {
  const devTools = !app.isPackaged;
  const windows = createWindows({
    clock,
    preloadDir: join(outDir, 'preload'),
    icon: iconFrom(iconsDir, '256x256.png'),
    devTools,
    mainBounds: settings.value.windowBounds,
    keepMainBounds: (windowBounds) => {
      settings.set({ ...settings.value, windowBounds }).catch((error: unknown) => log.write('window bounds', error));
    },
    quit,
  });
  const electron = electronSession.fromPartition(APP_PARTITION);
  serveApp(electron, join(outDir, 'renderer'), devTools);
  guardPermissions(electron, windows);
  const bareSessions = new Map<string, Session>();
  return Object.assign(windows, {
    bareSession: (partition: string): Session => {
      const known = bareSessions.get(partition);
      if (known !== undefined) return known;
      const session = electronSession.fromPartition(partition);
      serveApp(session, join(outDir, 'renderer'), false, () => BARE_RESPONSE_HEADERS);
      guardPermissions(session, windows);
      bareSessions.set(partition, session);
      return session;
    },
  });
}
