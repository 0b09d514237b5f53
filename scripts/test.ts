/**
 * Everything that must hold, in one run: `npm test`. Arguments are passed on to Vitest (a path, `-t name` …).
 * Ends with the line `N passed, N failed, N skipped`.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.ts';
import { ensureElectron } from './electron-runtime.ts';
import { root, runTool } from './project.ts';
import { ensureSystemPackages, howToInstall } from './system-packages.ts';
import { ensureServers } from './unpacked-servers.ts';
import { ensureSound } from './unpacked-sound.ts';

interface VitestReport {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
}

const output = join(root, 'test-output');
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });

const missing = ensureSystemPackages('runtime', 'display', 'peers', 'recommended');
if (missing.length > 0) console.log(`Tests that need these are skipped: ${missing.join(', ')}. ${howToInstall(missing)}`);
const servers = ensureServers();
if (servers !== undefined) console.log(`Tests with XMPP servers are skipped: they need ${servers}.`);
const sound = ensureSound();
if (sound !== undefined) console.log(`Tests with a sound server are skipped: they need ${sound}.`);

const env: Record<string, string> = { RINGBACK_TEST_OUTPUT: output };
try {
  const electron = await ensureElectron();
  console.log(`Electron ${electron.version} (${electron.source})`);
  env['RINGBACK_TEST_ELECTRON'] = electron.executable;
} catch (error) {
  console.log(`Tests in real Electron are skipped: ${error instanceof Error ? error.message : String(error)}`);
}

let passed = 0;
let failed = 0;
let skipped = 0;
let broken = false;
try {
  await build();
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
  failed += 1;
}
for (const project of ['unit', 'real', 'alone']) {
  const file = join(output, `${project}.json`);
  const started = Date.now();
  const done = await runTool(
    'vitest',
    [
      'run',
      '--project',
      project,
      '--passWithNoTests',
      '--reporter=dot',
      '--reporter=json',
      `--outputFile.json=${file}`,
      ...process.argv.slice(2),
    ],
    { show: true, env },
  );
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests + report.numTodoTests;
  // A file that does not even load, or an error outside a test, is a failure without a test's name.
  if (done.status !== 0 && report.numFailedTests === 0) {
    failed += Math.max(1, report.numFailedTestSuites);
  }
  broken ||= done.status !== 0;
  console.log(`${project}: ${Math.round((Date.now() - started) / 1000)} s`);
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(broken || failed > 0 || passed === 0 ? 1 : 0);
