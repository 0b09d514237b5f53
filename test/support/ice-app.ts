import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'vite';
import type { IceOrder } from '../main/connection/ice/ice-app.ts';
import { type Display, startDisplay } from './display.ts';
import { type Program, needs, startProgram, until } from './programs.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const electron = process.env['RINGBACK_TEST_ELECTRON'];

/** The address of this machine that others have for it; Chromium gathers none of loopback. */
function ownNetworkAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flat();
  return all.find((address) => address?.family === 'IPv4' && !address.internal)?.address;
}

/** Title and condition, like `needs(…)`, for what runs pages over ICE. */
export function needsIce(): { readonly skip: boolean; title(text: string): string } {
  const programs = needs('Xvfb');
  const absent = [
    ...(electron === undefined ? ['RINGBACK_TEST_ELECTRON, which npm test sets'] : []),
    ...(ownNetworkAddress() === undefined ? ['an address that is not loopback'] : []),
  ];
  if (absent.length === 0) return programs;
  return { skip: true, title: (text) => programs.title(`${text} [skipped: needs ${absent.join(', ')}]`) };
}

/** What the application has seen; every order has its own. */
export type Seen = { readonly [what: string]: unknown };

export interface IceAppOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

export interface IceApp {
  tell(order: IceOrder, timeoutMs?: number): Promise<Seen>;
  output(): string;
  close(): Promise<void>;
}

/** Builds the real pages and a small application around them, and starts it on a display of its own. `args`: Chromium's. */
export async function startIceApp({ env = {}, args = [] }: IceAppOptions = {}): Promise<IceApp> {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-ice-'));
  await buildInto(folder);
  const display: Display = await startDisplay({ width: 640, height: 480, windowManager: false });
  const program: Program = startProgram(electron ?? '', [folder, '--no-sandbox', '--disable-logging', ...args], {
    env: { ...display.env, ...env, RINGBACK_TEST_FOLDER: folder, XDG_CONFIG_HOME: folder },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said: Seen[] = [];
  if (program.process.stdout !== null)
    createInterface({ input: program.process.stdout }).on('line', (line) => {
      if (line.startsWith('@{')) said.push(JSON.parse(line.slice(1)) as Seen);
    });
  await until(
    () => said.length > 0,
    () => `the application: ${program.output()}`,
    30_000,
  );
  return {
    tell: async (order, timeoutMs = 40_000) => {
      const before = said.length;
      program.process.stdin?.write(`${JSON.stringify(order)}\n`);
      return until(
        () => said[before],
        () => `${order.do}: ${program.output()}`,
        timeoutMs,
      );
    },
    output: () => program.output(),
    close: async () => {
      await program.stop();
      await display.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An application of `main` with one hidden page, in `folder`: that of ICE, or another one whose page and preload have the same name. */
export async function buildInto(folder: string, main = 'test/main/connection/ice/ice-app.ts', page = 'ice'): Promise<void> {
  const quiet = { configFile: false, logLevel: 'error' } as const;
  await build({
    ...quiet,
    root: join(ROOT, 'src/renderer'),
    base: './',
    build: {
      outDir: join(folder, 'renderer'),
      target: 'chrome130',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: { [page]: join(ROOT, `src/renderer/${page}.html`) } },
    },
  });
  const node = (input: Record<string, string>, outDir: string, format: 'es' | 'cjs', extension: string) =>
    build({
      ...quiet,
      root: ROOT,
      build: {
        ssr: true,
        outDir,
        emptyOutDir: false,
        target: 'node20.18',
        rolldownOptions: {
          external: ['electron', 'koffi', 'x11'],
          input,
          output: { format, entryFileNames: `[name].${extension}`, chunkFileNames: `[name]-[hash].${extension}` },
        },
      },
    });
  await node({ main: join(ROOT, main) }, join(folder, 'main'), 'es', 'js');
  await node({ [page]: join(ROOT, `src/preload/${page}.ts`) }, join(folder, 'preload'), 'cjs', 'cjs');
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: `${page}-test`, version: '1.0.0', type: 'module', main: 'main/main.js' }),
  );
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}
