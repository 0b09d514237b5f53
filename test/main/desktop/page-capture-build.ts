import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = resolve(import.meta.dirname, '../../..');

/** Builds `page-capture-app.ts` with our pages; the folder that Electron starts, which is the caller's to remove. */
export async function buildPageCaptureApp(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-page-'));
  const quiet = { configFile: false, logLevel: 'error' } as const;
  await build({
    ...quiet,
    root: join(ROOT, 'src/renderer'),
    base: './',
    worker: { format: 'es' },
    build: {
      outDir: join(folder, 'renderer'),
      target: 'chrome130',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: { capture: join(ROOT, 'src/renderer/capture.html') } },
    },
  });
  await build({
    ...quiet,
    root: ROOT,
    build: {
      ssr: true,
      outDir: join(folder, 'main'),
      target: 'node20.18',
      rolldownOptions: {
        external: ['electron', 'koffi', 'x11'],
        input: { main: fileURLToPath(new URL('./page-capture-app.ts', import.meta.url)) },
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  });
  await build({
    ...quiet,
    root: ROOT,
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: {
        external: ['electron'],
        input: { preload: join(ROOT, 'src/preload/capture.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  });
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'page-capture-test', version: '1.0.0', type: 'module', main: 'main/main.js' }),
  );
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
