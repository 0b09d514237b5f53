import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { resolve } from 'node:path';
import { designFirst } from './scripts/design-first.ts';

const at = (path: string) => resolve(import.meta.dirname, path);

// The oldest runtime that must run the bundle is Electron 33: Chromium 130, Node 20.18.
export default defineConfig({
  main: {
    build: {
      target: 'node20.18',
      externalizeDeps: true,
      sourcemap: true,
      rolldownOptions: {
        input: {
          index: at('src/main/index.ts'),
          'x11-capture-worker': at('src/main/desktop/x11/x11-capture-worker.ts'),
          'x11-capture-process': at('src/main/desktop/x11/x11-capture-process.ts'),
          'classic-process': at('src/main/connection/classic-process.ts'),
          'hosted-messenger-worker': at('src/main/messenger/msnp-server/hosted-messenger-worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: 'node20.18',
      sourcemap: true,
      // Sandboxed preloads are CommonJS and load nothing beside themselves.
      externalizeDeps: false,
      rolldownOptions: {
        input: {
          index: at('src/preload/index.ts'),
          capture: at('src/preload/capture.ts'),
          question: at('src/preload/question.ts'),
          ice: at('src/preload/ice.ts'),
          film: at('src/preload/film.ts'),
          sound: at('src/preload/sound.ts'),
        },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('src/renderer'),
    base: './',
    plugins: [react(), designFirst()],
    worker: { format: 'es' },
    build: {
      target: 'chrome130',
      sourcemap: true,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: {
          index: at('src/renderer/index.html'),
          session: at('src/renderer/session.html'),
          capture: at('src/renderer/capture.html'),
          question: at('src/renderer/question.html'),
          ice: at('src/renderer/ice.html'),
          film: at('src/renderer/film.html'),
          sound: at('src/renderer/sound.html'),
        },
      },
    },
  },
});
