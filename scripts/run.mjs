// Entry of every npm script: needs nothing but Node >= 20 and npm. Installs the locked dependencies when they are missing or stale,
// then runs scripts/<command>.ts under the project's own Node (24), which runs TypeScript as it is.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [command, ...args] = process.argv.slice(2);
const stamp = join(root, 'node_modules', '.ringback-installed');
const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';

if (installed !== wanted || !existsSync(node)) {
  console.log('Installing what Ringback needs (once) …');
  // ELECTRON_SKIP_BINARY_DOWNLOAD: the runtime is looked after by scripts/electron-runtime.ts, which has a second way to get one.
  // A fresh folder gets exactly the lock file; one that is in use is only brought up to date, not emptied first.
  const how = existsSync(join(root, 'node_modules')) ? ['install', '--no-save'] : ['ci'];
  const npm = (args) =>
    spawnSync('npm', [...args, '--loglevel=error'], {
      cwd: root,
      stdio: 'inherit',
      shell: process.platform === 'win32',
      env: { ...process.env, ELECTRON_SKIP_BINARY_DOWNLOAD: '1' },
    }).status;
  // No version of npm runs an install script here (.npmrc) but those of the packages that package.json allows.
  const { allowScripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name]);
  const status = npm([...how, '--ignore-scripts', '--no-audit', '--no-fund']) || npm(['rebuild', '--ignore-scripts=false', ...allowed]);
  if (status !== 0 || !existsSync(node)) {
    console.error('npm could not install the dependencies (see above). Ringback needs the npm registry once.');
    process.exit(status || 1);
  }
  // A new file: another checkout may share the old one.
  rmSync(stamp, { force: true });
  writeFileSync(stamp, wanted);
}

const child = spawn(node, [join(root, 'scripts', `${command}.ts`), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}` },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
