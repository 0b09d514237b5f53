import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { App } from './app.ts';
import type { PersonDesktop } from './desktop.ts';
import { until } from './programs.ts';
import { languageSwitch } from './surroundings.ts';

/**
 * Starts a packaged Ringback. Its fuses keep Node's inspector out, so it is looked at through Chromium's own debugging port.
 */
export async function startPackagedApp(desktop: PersonDesktop, executable: string): Promise<App> {
  const data = join(desktop.home, 'ringback');
  mkdirSync(data, { recursive: true });
  const program = desktop.start(
    executable,
    [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), languageSwitch(desktop.surroundings), '--remote-debugging-port=0'],
    {
      RINGBACK_DATA_DIR: data,
      RINGBACK_LISTEN_HOST: '127.0.0.1',
      RINGBACK_WITHOUT_SANDBOX: '1',
    },
  );
  const endpoint = await until(
    () => /DevTools listening on (ws:\S+)/.exec(program.output())?.[1],
    `the packaged app: ${program.output()}`,
    30_000,
  );
  // Playwright that attaches while the first window is still being made may wait for an answer of it that never comes.
  await until(() => showsWindow(endpoint), `the main window: ${program.output()}`, 30_000);
  const browser = await chromium.connectOverCDP(endpoint);
  const page = (file: string) =>
    until(
      () =>
        browser
          .contexts()
          .flatMap((context) => context.pages())
          .find((candidate) => candidate.url().includes(file)),
      `the window ${file}`,
      30_000,
    );
  return {
    desktop,
    pid: program.pid,
    main: await page('index.html'),
    session: () => page('session.html'),
    log: () => program.output(),
    close: async () => {
      await browser.close().catch(() => undefined);
      await program.stop();
    },
  };
}

/** Whether the debugging port lists the main window with its page. */
async function showsWindow(endpoint: string): Promise<boolean> {
  const answer = await fetch(`http://${new URL(endpoint).host}/json/list`, { signal: AbortSignal.timeout(5_000) });
  const targets = (await answer.json()) as readonly { readonly type: string; readonly url: string }[];
  return targets.some(({ type, url }) => type === 'page' && url.includes('index.html'));
}
