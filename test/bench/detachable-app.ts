import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Page, chromium } from 'playwright-core';
import { type App, electronExecutable } from '../support/app.ts';
import type { PersonDesktop } from '../support/desktop.ts';
import type { Network } from '../support/network.ts';
import { until } from '../support/programs.ts';
import { startedIn } from './processes.ts';
import { languageSwitch } from '../support/surroundings.ts';

const root = join(import.meta.dirname, '../..');

/** A running Ringback that nothing is attached to once it has been set up: a debugger slows what it watches. */
export interface DetachableApp extends Pick<App, 'desktop' | 'main' | 'session' | 'pid'> {
  /** The windows cannot be driven any more; the app runs on until its desktop closes. */
  detach(): Promise<void>;
}

export interface DetachableAppOptions {
  /** The network its computer is in; the machine's own when left out. */
  readonly network?: Network | undefined;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts the built app on a person's desktop with a data folder of its own, and drives it through Chromium's own port until `detach`. */
export async function startDetachableApp(desktop: PersonDesktop, { network, env = {} }: DetachableAppOptions = {}): Promise<DetachableApp> {
  if (!electronExecutable) throw new Error('RINGBACK_TEST_ELECTRON is not set: run through npm run bench');
  const data = join(desktop.home, 'ringback');
  mkdirSync(data, { recursive: true });
  const program = desktop.start(
    network?.executable(electronExecutable) ?? electronExecutable,
    [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), languageSwitch(desktop.surroundings), '--remote-debugging-port=0', root],
    { RINGBACK_DATA_DIR: data, ...(network === undefined ? { RINGBACK_LISTEN_HOST: '127.0.0.1' } : {}), ...env },
  );
  const endpoint = await until(() => /DevTools listening on (ws:\S+)/.exec(program.output())?.[1], 'the app to start', 30_000);
  const browser = await chromium.connectOverCDP(endpoint);
  const named = (file: string) =>
    until(
      () =>
        browser
          .contexts()
          .flatMap((context) => context.pages())
          .find((page: Page) => page.url().includes(file)),
      `the window ${file}\n${program.output()}`,
      30_000,
    );
  const main = await named('index.html');
  await main.waitForLoadState('domcontentloaded');
  return {
    desktop,
    pid: network === undefined ? program.pid : startedIn(program.pid, electronExecutable),
    main,
    session: async () => {
      const page = await named('session.html');
      await page.waitForLoadState('domcontentloaded');
      return page;
    },
    detach: () => browser.close(),
  };
}
