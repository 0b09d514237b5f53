import { getCurrentFuseWire, FuseState, FuseV1Options } from '@electron/fuses';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { t } from '../../src/words/words.ts';
import { electronExecutable } from '../support/app.ts';
import { type PersonDesktop, startPersonDesktop } from '../support/desktop.ts';
import { leastDifference } from '../support/main-job.ts';
import { openH264 } from '../support/openh264.ts';
import { hasLoaded, isRunning, utilityProcesses } from '../support/process-tree.ts';
import { startPackagedApp } from '../support/packaged-app.ts';
import { needs, run, until } from '../support/programs.ts';
import { connect, meetOnMessenger, windowsNamed } from '../support/scenario.ts';

const root = join(import.meta.dirname, '../..');
/** All that is ours and of the libraries, beside Electron: 15 MB, and room for what comes. */
const MOST_BYTES = 20_000_000;
/** Size of the JSON in an archive's header, and where that begins: two Chromium pickles. */
const HEADER_SIZE_AT = 12;
const HEADER_AT = 16;

interface ArchiveFolder {
  readonly files: Readonly<Record<string, ArchiveFolder | ArchiveFile>>;
}

interface ArchiveFile {
  readonly size: number;
  /** Beside the archive, where its integrity does not reach. */
  readonly unpacked?: boolean;
}

/** Files by path, unpacked ones among them, as the archive's header says. */
function contents(archive: string): Map<string, ArchiveFile> {
  const bytes = readFileSync(archive);
  const header: ArchiveFolder = JSON.parse(bytes.toString('utf8', HEADER_AT, HEADER_AT + bytes.readUInt32LE(HEADER_SIZE_AT)));
  const found = new Map<string, ArchiveFile>();
  const walk = ({ files }: ArchiveFolder, at: string): void => {
    for (const [name, entry] of Object.entries(files)) {
      if ('files' in entry) walk(entry, `${at}${name}/`);
      else found.set(`${at}${name}`, entry);
    }
  };
  walk(header, '');
  return found;
}

/** Statements that import or export, and calls, of a package; not a text that has the word in it. */
const IMPORTS = /^(?:import|export)\b[^"'`;]*"([^".][^"]*)"|\bimport\("([^".][^"]*)"\)/gm;

const programs = needs('Xvfb', 'openbox', 'dbus-daemon', 'dunst', 'xdotool', 'import');

describe.skipIf(programs.skip || !electronExecutable)(programs.title('the packaged app'), () => {
  let folder: string;
  let executable: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ringback-package-'));
    // The runtime that is here anyway, so that nothing is downloaded; without the loader that the fallback runtime has.
    const runtime = join(folder, 'runtime');
    cpSync(dirname(electronExecutable ?? ''), runtime, { recursive: true });
    rmSync(join(runtime, 'resources/app'), { recursive: true, force: true });
    const version = readFileSync(join(runtime, 'version'), 'utf8').trim().replace(/^v/, '');
    const builder = spawn(
      'electron-builder',
      ['--linux', 'dir', `-c.electronDist=${runtime}`, `-c.electronVersion=${version}`, `-c.directories.output=${join(folder, 'out')}`],
      { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    for (const stream of [builder.stdout, builder.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise((resolve) => builder.on('close', resolve));
    if (code !== 0) throw new Error(output);
    executable = join(folder, 'out/linux-unpacked/ringback');
  }, 240_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has its fuses as electron-builder.yml says', async () => {
    const wire = await getCurrentFuseWire(executable);
    expect(wire[FuseV1Options.RunAsNode]).toBe(FuseState.DISABLE);
    expect(wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable]).toBe(FuseState.DISABLE);
    expect(wire[FuseV1Options.EnableNodeCliInspectArguments]).toBe(FuseState.DISABLE);
    expect(wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]).toBe(FuseState.ENABLE);
    expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(FuseState.ENABLE);
    expect(wire[FuseV1Options.EnableCookieEncryption]).toBe(FuseState.ENABLE);
    expect(wire[FuseV1Options.GrantFileProtocolExtraPrivileges]).toBe(FuseState.DISABLE);
  });

  it('carries the app in one archive, without sources', () => {
    const resources = readdirSync(join(dirname(executable), 'resources'));
    expect(resources).toContain('app.asar');
    expect(resources).not.toContain('app');
  });

  it('carries what runs, once, and for this system only', () => {
    const files = contents(join(dirname(executable), 'resources/app.asar'));
    const names = [...files.keys()];
    const modules = new Set(names.flatMap((name) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? []));
    // Bundled into the pages, and what bunyan does without.
    for (const name of ['react', 'react-dom', 'lucide-react', 'zustand', 'moment', 'dtrace-provider']) expect(modules).not.toContain(name);
    expect(names.filter((name) => /sqlite.*\.node$/.test(name))).toEqual([
      `node_modules/@photostructure/sqlite/prebuilds/linux-${process.arch}/@photostructure+sqlite.glibc.node`,
    ]);
    expect(names.filter((name) => /\.(?:d\.[cm]?ts|map|tsx|cc|h)$/.test(name))).toEqual([]);
    for (const name of ['react', 'lucide-react', 'zustand']) expect(names).toContain(`licences/${name}/LICENSE`);
    const bytes = [...files.values()].reduce((sum, { size }) => sum + size, 0);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });

  it('has nothing but native libraries outside the archive, whose integrity is checked', () => {
    const outside = [...contents(join(dirname(executable), 'resources/app.asar'))].flatMap(([name, { unpacked }]) =>
      unpacked === true ? [name] : [],
    );
    expect(outside).not.toEqual([]);
    expect(outside.filter((name) => !name.endsWith('.node'))).toEqual([]);
  });

  it('says so where it would run without its sandbox, and stops', { timeout: 60_000 }, async () => {
    const desktop = await startPersonDesktop({ called: 'nobody', width: 1024, height: 700 });
    try {
      const program = desktop.start(executable, ['--no-sandbox'], { RINGBACK_DATA_DIR: join(desktop.home, 'ringback') });
      await until(() => program.output().includes(t('shell.startFailed.NO_SANDBOX')), 'the sentence in the terminal', 30_000);
      // Electron's box has the title inside; its window is called so in every language.
      const window = await until(async () => (await windowsNamed(desktop, '--name', '^Error$'))[0], 'the box', 30_000);
      await desktop.xdotool('windowactivate', '--sync', window, 'key', 'Return');
      expect(await program.exited).toBe(2);
      expect(existsSync(join(desktop.home, 'ringback'))).toBe(false);
    } finally {
      await desktop.close();
    }
  });

  it('carries all that its libraries load', async () => {
    const place = join(folder, 'libraries');
    const loaded = new Set<string>();
    for (const name of contents(join(dirname(executable), 'resources/app.asar')).keys()) {
      if (name.startsWith('node_modules/')) cpSync(join(root, name), join(place, name));
      if (!/^out\/main\/.*\.js$/.test(name)) continue;
      for (const [, stated, called] of readFileSync(join(root, name), 'utf8').matchAll(IMPORTS)) {
        const from = stated ?? called ?? '';
        if (from !== 'electron' && !from.startsWith('node:')) loaded.add(from);
      }
    }
    expect([...loaded]).toEqual(expect.arrayContaining(['node-rdpjs', 'koffi', '@photostructure/sqlite', 'x11', 'zod']));
    const script = join(place, 'load.mjs');
    writeFileSync(script, [...loaded].map((name) => `await import(${JSON.stringify(name)});`).join('\n'));
    await run(process.execPath, [script]);
  });

  it('does the main job, with either engine', { timeout: 240_000 }, async () => {
    const desktops: PersonDesktop[] = [];
    const apps: { close(): Promise<void> }[] = [];
    try {
      const noviceDesktop = await startPersonDesktop({ called: 'novice', width: 1024, height: 700 });
      desktops.push(noviceDesktop);
      const expertDesktop = await startPersonDesktop({ called: 'expert', width: 1500, height: 940 });
      desktops.push(expertDesktop);
      const expert = await startPackagedApp(expertDesktop, executable);
      apps.push(expert);
      const novice = await startPackagedApp(noviceDesktop, executable);
      apps.push(novice);
      await meetOnMessenger(expert, novice);
      await connect(novice, expert);
      expect(await leastDifference(noviceDesktop, expert)).toEqual({ pixels: 0 });
      const [capture = 0] = await utilityProcesses(noviceDesktop.home);
      if (!openH264.skip) {
        // The process that captures is started out of the archive, and has the native library that lies beside it.
        const film = join(root, 'test/bench/film.mjs');
        const playing = noviceDesktop.start(process.execPath, [film, noviceDesktop.name, '300', '200', '480', '320']);
        await until(() => hasLoaded(capture, 'libopenh264.so'), 'the encoder of the system to be loaded', 30_000);
        await playing.stop();
      }
      expect(isRunning(capture)).toBe(true);
      // Once more with the engine that has a process of its own, started out of the archive.
      await (await expert.session()).getByRole('button', { name: t('session.end'), exact: true }).click();
      for (const { main } of [novice, expert]) await main.getByRole('button', { name: t('ended.close'), exact: true }).click();
      await expert.main.getByRole('button', { name: t('nav.settings'), exact: true }).click();
      await expert.main.getByRole('radio', { name: t('settings.engineClassic'), exact: true }).check();
      await expert.main.getByRole('button', { name: t('nav.home'), exact: true }).click();
      await connect(novice, expert);
      expect(await leastDifference(noviceDesktop, expert)).toEqual({ pixels: 0 });
    } catch (error) {
      const output = process.env['RINGBACK_TEST_OUTPUT'];
      if (output) for (const [index, desktop] of desktops.entries()) await desktop.saveScreenshot(join(output, `packaged-${index}.png`));
      throw error;
    } finally {
      for (const app of apps) await app.close();
      for (const desktop of desktops) await desktop.close();
    }
  });
});
