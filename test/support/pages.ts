/* Our pages in a real Electron, with a test in place of main: what a person sees in a state, without the programs that lead to it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { _electron, type Page } from 'playwright-core';
import { build } from 'vite';
import type { AppState } from '../../src/preload/contract.ts';
import type { QuestionView } from '../../src/preload/question-contract.ts';
import { designFirst } from '../../scripts/design-first.ts';
import { electronExecutable } from './app.ts';
import { type Display, startDisplay } from './display.ts';

const RENDERER = resolve(import.meta.dirname, '../../src/renderer');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** `window.ringback` and `window.question`: the state comes from this test, and every command is done. */
const BRIDGE = `window.ringback = new Proxy({}, { get: (_, name) => {
  if (name === 'onState') return (listener) => { window.tellState = listener; return () => undefined; };
  if (name === 'getState') return async () => ({ ok: true, value: await (await fetch('/state')).json() });
  return async () => ({ ok: true, value: undefined });
} });
window.question = {
  read: async () => ({ view: await (await fetch('/state')).json(), armed: false }),
  onArmed: (listener) => { window.arm = listener; },
};`;

/** The window is opened from outside, when Playwright sees what happens. */
const MAIN = `require('electron').app.on('window-all-closed', () => undefined);`;

export interface Pages {
  readonly page: Page;
  /** The window's page begins in its upper left corner. */
  readonly display: Display;
  /** Opens one of our pages anew, in this state. */
  show(window: 'index' | 'session', state: AppState): Promise<Page>;
  /** The same for a question, before yes counts or after. */
  ask(view: QuestionView, armed: boolean): Promise<Page>;
  /** What the window has for its page, in CSS pixels; at twice the size a person sees everything twice as large. */
  size(width: number, height: number, zoom?: number): Promise<void>;
  close(): Promise<void>;
}

/** `nowMs`: the moment that the pages are in. */
export async function openPages(nowMs: number): Promise<Pages> {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-pages-'));
  await build({
    configFile: false,
    logLevel: 'error',
    root: RENDERER,
    base: './',
    plugins: [react(), designFirst()],
    worker: { format: 'es' },
    build: {
      outDir: join(folder, 'pages'),
      target: 'chrome130',
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: {
          index: join(RENDERER, 'index.html'),
          session: join(RENDERER, 'session.html'),
          question: join(RENDERER, 'question.html'),
        },
      },
    },
  });
  await writeFile(join(folder, 'main.cjs'), MAIN);
  let state: AppState | QuestionView | undefined;
  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    const body = await readFile(join(folder, 'pages', normalize(path))).catch(() => undefined);
    if (body === undefined) response.writeHead(404).end();
    else {
      response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
      response.end(extname(path) === '.html' ? body.toString().replace('<head>', `<head><script>${BRIDGE}</script>`) : body);
    }
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path === '/state') {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(state ?? null));
      return;
    }
    void answer(path, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const display: Display = await startDisplay({ width: 1400, height: 1000 });
  const electron = await _electron.launch({
    executablePath: electronExecutable ?? '',
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), join(folder, 'main.cjs')],
    env: Object.fromEntries(Object.entries(display.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    timeout: 60_000,
  });
  const opened = electron.waitForEvent('window');
  await electron.evaluate(async ({ BrowserWindow }, url) => {
    const window = new BrowserWindow({ x: 0, y: 0, width: 980, height: 720, useContentSize: true, webPreferences: { sandbox: true } });
    window.removeMenu();
    await window.loadURL(url);
  }, `http://127.0.0.1:${port}/index.html`);
  const page = await opened;
  await page.clock.setFixedTime(nowMs);
  return {
    page,
    display,
    async show(window, next) {
      state = next;
      await page.goto(`http://127.0.0.1:${port}/${window}.html`);
      // Until the state has come the window says that it opens.
      await page.locator('#root > *:not(.opening:has(> [role=status]))').first().waitFor();
      return page;
    },
    async ask(view, armed) {
      state = view;
      await page.goto(`http://127.0.0.1:${port}/question.html`);
      await page.locator('#root > *').first().waitFor();
      await page.evaluate((on) => (globalThis as unknown as { arm: (armed: boolean) => void }).arm(on), armed);
      return page;
    },
    async size(width, height, zoom = 1) {
      await electron.evaluate(
        ({ BrowserWindow }, [w, h, factor]) => {
          const [open] = BrowserWindow.getAllWindows();
          open?.setContentSize(w, h);
          open?.webContents.setZoomFactor(factor);
        },
        [width, height, zoom] as const,
      );
    },
    async close() {
      await electron.close().catch(() => undefined);
      await display.close();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
