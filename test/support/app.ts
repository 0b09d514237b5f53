import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Page, _electron } from 'playwright-core';
import type { PersonDesktop } from './desktop.ts';
import { isWitness } from './evidence.ts';
import type { Network } from './network.ts';
import { until } from './programs.ts';
import { formatsOf, languageSwitch } from './surroundings.ts';

const root = join(import.meta.dirname, '../..');

/** The Electron to test in (`npm test` looks after it), or undefined: then such tests are skipped. */
export const electronExecutable = process.env['RINGBACK_TEST_ELECTRON'];

/** What a start of the app takes, on the machine's own network. */
export function appCommand(desktop: PersonDesktop): { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv } {
  return {
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), languageSwitch(desktop.surroundings), root],
    env: { ...desktop.env, RINGBACK_DATA_DIR: join(desktop.home, 'ringback'), RINGBACK_LISTEN_HOST: '127.0.0.1' },
  };
}

/** A running Ringback with what a person sees of it. */
export interface App {
  readonly desktop: PersonDesktop;
  readonly pid: number;
  /** The main window. */
  readonly main: Page;
  /** The session window once it is open. */
  session(): Promise<Page>;
  /** What main and the windows wrote to their consoles. */
  log(): string;
  close(): Promise<void>;
}

export type PageFile = 'index.html' | 'session.html' | 'question.html' | 'film.html' | 'sound.html';

/** One whose main process can be asked, and whose system dialogs answer themselves. */
export interface SteeredApp extends App {
  /** The process behind a window's page, while it has one. */
  pageProcess(page: PageFile): Promise<number | undefined>;
  /** The window of a question that main asks, once it is there. */
  question(): Promise<Page>;
  /** What the person will choose in the dialogs for saving and opening. */
  chooseFile(path: string): Promise<void>;
}

export interface AppOptions {
  /** The network its computer is in; the machine's own when left out. */
  readonly network?: Network | undefined;
}

/** Starts the built app on a person's desktop with a data folder of its own. */
export async function startApp(desktop: PersonDesktop, args: readonly string[] = [], { network }: AppOptions = {}): Promise<SteeredApp> {
  if (!electronExecutable) throw new Error('RINGBACK_TEST_ELECTRON is not set: run through npm test');
  const data = join(desktop.home, 'ringback');
  mkdirSync(data, { recursive: true });
  const environment: Record<string, string> = {
    ...formatsOf(desktop.surroundings),
    RINGBACK_DATA_DIR: data,
    ...(network ? {} : { RINGBACK_LISTEN_HOST: '127.0.0.1' }),
  };
  for (const [name, value] of Object.entries(desktop.env)) if (value !== undefined) environment[name] ??= value;
  let log = '';
  const electron = await _electron.launch({
    executablePath: network?.executable(electronExecutable) ?? electronExecutable,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), languageSwitch(desktop.surroundings), root, ...args],
    env: environment,
    cwd: desktop.home,
    timeout: 60_000,
  });
  const child = electron.process();
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-200_000)));
  electron.on('window', (page) => page.on('console', (message) => (log += `[page] ${message.text()}\n`)));
  const forget = isWitness({
    file: `${desktop.called}.log`,
    lastWords: () => withoutNoise(log).slice(-LAST_WORDS),
    save: (path) => writeFile(path, log),
  });
  const named = (file: PageFile, timeoutMs: number) =>
    until(() => electron.windows().find((page) => page.url().includes(file)), `the window ${file}\n${log}`, timeoutMs);
  const main = await named('index.html', 30_000);
  await main.waitForLoadState('domcontentloaded');
  return {
    desktop,
    pid: child.pid ?? -1,
    main,
    session: async () => {
      const page = await named('session.html', 20_000);
      await page.waitForLoadState('domcontentloaded');
      return page;
    },
    pageProcess: (page) =>
      electron.evaluate(({ BrowserWindow }, file) => {
        const contents = BrowserWindow.getAllWindows().find(({ webContents }) => webContents.getURL().includes(file))?.webContents;
        return contents === undefined || contents.isCrashed() ? undefined : contents.getOSProcessId();
      }, page),
    question: async () => {
      const page = await named('question.html', 20_000);
      await page.locator('[data-answer=yes]').waitFor();
      return page;
    },
    chooseFile: (path) =>
      electron.evaluate(({ dialog }, filePath) => {
        dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
      }, path),
    log: () => log,
    close: async () => {
      forget();
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      const hard = setTimeout(() => killGroup(child.pid), 8_000);
      await electron.close().catch(() => undefined);
      if (child.exitCode === null && child.signalCode === null) await gone;
      clearTimeout(hard);
    },
  };
}

const LAST_WORDS = 4_000;

/** Without what Chromium says where there is no sound card. */
function withoutNoise(log: string): string {
  return log.replaceAll(/^(?:ALSA lib |.*alsa_util\.cc).*\n?/gm, '');
}

/** Playwright makes the app the leader of its process group: what it has started goes too. */
function killGroup(pid: number | undefined): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}
