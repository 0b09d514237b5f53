/* Calls that Electron takes only before it is ready. */
import { mkdirSync, statSync } from 'node:fs';
import { app, dialog, protocol } from 'electron';
import { t } from '../../words/words.ts';
import { LaunchError, parseLaunch, type LaunchOptions } from './command-line.ts';
import { failedStartText } from './failed-start.ts';
import { hearOpenings, type Openings } from './openings.ts';
import { requireSandbox } from './runtime.ts';
import { APP_SCHEME, SCHEME_PRIVILEGES } from './web-security.ts';

/** How this program was started, and what it is asked to open while it starts and later. */
export interface Beginning {
  readonly launch: LaunchOptions;
  readonly openings: Openings;
}

/**
 * Sets the data directory, asks for the single-instance lock, declares our scheme, and listens for files and links to open.
 * Undefined when this process must go away again.
 */
export function prepareElectron(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Beginning | undefined {
  let launch: LaunchOptions;
  try {
    requireSandbox(app.isPackaged, (name) => app.commandLine.hasSwitch(name), env);
    launch = parseLaunch(argv, env);
    if (launch.dataDir !== undefined) {
      useDirectory(launch.dataDir);
      app.setPath('userData', launch.dataDir);
      app.setPath('sessionData', launch.dataDir);
    }
  } catch (error) {
    void refuseToStart(error);
    return undefined;
  }
  const openings = hearOpenings(app, launch.opening);
  app.setAppUserModelId('org.ringback.Ringback');
  // `--no-sandbox` is what a test machine without user namespaces starts with; Chromium refuses to do both.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  // One process a data directory: two would overwrite each other's files. The first one comes to the front.
  if (!app.requestSingleInstanceLock()) {
    app.exit(0);
    return undefined;
  }
  // On Linux the package's desktop entry says so, and asking would wait for `xdg-settings`. Only what is installed may take the system's links.
  if (app.isPackaged && process.platform !== 'linux') app.setAsDefaultProtocolClient(APP_SCHEME);
  protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: { ...SCHEME_PRIVILEGES } }]);
  return { launch, openings };
}

/** On Linux a box is shown only once Electron is ready, and until then its words go to a terminal that may not be there. */
async function refuseToStart(error: unknown): Promise<void> {
  const text = failedStartText(error);
  process.stderr.write(`${text}\n`);
  await app.whenReady();
  dialog.showErrorBox(t('shell.startFailed.title'), text);
  app.exit(2);
}

/** Shows why nothing could be built, and ends this process. */
export function reportFailedStart(error: unknown): void {
  dialog.showErrorBox(t('shell.startFailed.title'), failedStartText(error));
  app.exit(1);
}

function useDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (!statSync(path).isDirectory()) throw new LaunchError('BAD_DATA_DIR', 'not a folder');
  } catch (error) {
    throw error instanceof LaunchError ? error : new LaunchError('BAD_DATA_DIR', error instanceof Error ? error.message : String(error));
  }
}
