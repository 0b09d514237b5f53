import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { environmentOf, USUAL_SURROUNDINGS } from './test/support/surroundings.ts';

// No test is in the zone and the locale of the machine that it runs on. Set before the processes that tests run in are started: a running
// Node does not take another locale.
Object.assign(process.env, environmentOf(USUAL_SURROUNDINGS));

// Pages and programs are made to crash, and the core of an Electron takes 17 GB where cores have no limit. Every process of a test inherits this one.
spawnSync('prlimit', [`--pid=${process.pid}`, '--core=0']);

// Three projects of `npm test`, one after the other: units, real programs three files at a time, and what measures how long something takes, which
// has the machine to itself, as has what connects over ICE: beside others, a connection by a server over TLS once came to nothing, and why is not known.
// So has sound, of which nothing is sent that would come late: beside others all of it once came late for over a minute.
// What takes long is the fourth, `npm run lab`.
const ALONE = [
  'test/e2e/film.test.ts',
  'test/e2e/hearing{,-page}.test.ts',
  'test/interop/film.test.ts',
  'test/main/connection/lines.test.ts',
  'test/main/connection/ice/ice-{pages,servers}.test.ts',
  'test/main/desktop/sound-page.test.ts',
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

// Files of more than half a minute on two cores, about the longest first: whichever is begun last is waited for by workers with nothing to do.
// Where Vitest has not run before it goes by a file's size, which says nothing of its time. Beside the first of the real ones, which waits and
// then measures, comes one that works and one that waits.
const LONGEST = [
  'structure/checks',
  'fuzz/fuzz',
  'e2e/forward-connect',
  'e2e/every-state',
  'main/messenger/xmpp-servers',
  'e2e/kills',
  'interop/invitation-file',
  'e2e/shell',
  'interop/novice',
  'e2e/main-job',
  'e2e/sessions',
  'main/connection/ice/ice-servers',
  'main/connection/ice/ice-pages',
  'interop/two-homes',
  'e2e/screens',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((file) => moduleId.endsWith(`/test/${file}.test.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
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
          // A real program waits for most of its time: three files at once keep two cores busy, and each other from nothing.
          maxWorkers: 3,
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
