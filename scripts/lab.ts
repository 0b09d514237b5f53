/**
 * What takes too long for `npm test`: lines as people have them under two real apps, programs killed at random points of the demo, and
 * every pairing of two homes behind routers.
 * Options: --times N (programs that are killed, default 100), --seed N (repeats a run), -t NAME and a path as Vitest has them.
 * Pictures and logs go to `lab-output`. Ends with 0 only if everything held.
 */
import { randomInt } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.ts';
import { ensureElectron } from './electron-runtime.ts';
import { root, runTool } from './project.ts';
import { ensureSystemPackages, howToInstall } from './system-packages.ts';
import { ensureServers } from './unpacked-servers.ts';

const { values, positionals } = parseArgs({
  options: { times: { type: 'string', default: '100' }, seed: { type: 'string' }, testNamePattern: { type: 'string', short: 't' } },
  allowPositionals: true,
});
const times = Number(values.times);
if (!Number.isInteger(times) || times < 1 || times > 10_000) throw new Error('--times takes 1 to 10000');
const seed = values.seed === undefined ? randomInt(2 ** 32 - 1) : Number(values.seed);
if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed takes a whole number');

const output = join(root, 'lab-output');
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const missing = ensureSystemPackages('runtime', 'display', 'peers', 'recommended');
if (missing.length > 0) console.log(`What needs these is skipped: ${missing.join(', ')}. ${howToInstall(missing)}`);
const servers = ensureServers();
if (servers !== undefined) console.log(`Tests with XMPP servers are skipped: they need ${servers}.`);
const electron = await ensureElectron();
await build();
console.log(`Electron ${electron.version} (${electron.source}), ${times} kills, seed ${seed}`);
const { status } = await runTool(
  'vitest',
  [
    'run',
    '--project',
    'lab',
    '--reporter=verbose',
    ...(values.testNamePattern === undefined ? [] : ['-t', values.testNamePattern]),
    ...positionals,
  ],
  {
    show: true,
    env: {
      RINGBACK_TEST_ELECTRON: electron.executable,
      RINGBACK_TEST_OUTPUT: output,
      RINGBACK_LAB_TIMES: `${times}`,
      RINGBACK_LAB_SEED: `${seed}`,
    },
  },
);
console.log(`seed ${seed}`);
process.exit(status === 0 ? 0 : 1);
