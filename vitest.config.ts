import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { environmentOf, USUAL_SURROUNDINGS } from './test/support/surroundings.ts';

// No test is in the zone and the locale of the machine that it runs on. Set before the processes that tests run in are started: a running
// Node does not take another locale.
Object.assign(process.env, environmentOf(USUAL_SURROUNDINGS));

// Three projects of `npm test`, one after the other: units, real programs two files at a time, and what measures how long something takes, which
// has the machine to itself. What takes long is the fourth, `npm run lab`.
const ALONE = [
  'test/e2e/film.test.ts',
  'test/interop/{film,servers,graphics-channel}.test.ts',
  'test/main/connection/lines.test.ts',
  'test/main/connection/ice/ice-{pages,servers}.test.ts',
  'test/main/desktop/x11-capture.test.ts',
];

const REAL = [
  'test/interop/**/*.test.ts',
  'test/e2e/**/*.test.ts',
  'test/packaging/**/*.test.ts',
  'test/main/desktop/**/*.test.ts',
  'test/main/messenger/xmpp-servers.test.ts',
  'test/scripts/**/*.test.ts',
];

const LAB = 'test/lab/**/*.test.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: [...REAL, ...ALONE, LAB],
          testTimeout: 20_000,
          pool: 'forks',
          // Most of a file's time is its process's start; by default a machine of two cores would use one of them.
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        test: {
          name: 'real',
          include: REAL,
          exclude: ALONE,
          setupFiles: 'test/support/evidence-of-failures.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          pool: 'forks',
          // A real program waits for most of its time: two files at once keep a small machine busy, and each other from nothing.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'alone',
          include: ALONE,
          setupFiles: 'test/support/evidence-of-failures.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          pool: 'forks',
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'lab',
          include: [LAB],
          setupFiles: 'test/support/evidence-of-failures.ts',
          testTimeout: 240_000,
          hookTimeout: 240_000,
          pool: 'forks',
          fileParallelism: false,
        },
      },
    ],
  },
});
