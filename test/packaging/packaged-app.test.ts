import { getCurrentFuseWire, FuseState, FuseV1Options } from '@electron/fuses';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { electronExecutable } from '../support/app.ts';
import { type PersonDesktop, startPersonDesktop } from '../support/desktop.ts';
import { leastDifference } from '../support/main-job.ts';
import { startPackagedApp } from '../support/packaged-app.ts';
import { needs } from '../support/programs.ts';
import { connect, meetOnMessenger } from '../support/scenario.ts';

const root = join(import.meta.dirname, '../..');
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

  it('does the main job', { timeout: 90_000 }, async () => {
    const desktops: PersonDesktop[] = [];
    const apps: { close(): Promise<void> }[] = [];
    try {
      const noviceDesktop = await startPersonDesktop({ width: 1024, height: 700 });
      desktops.push(noviceDesktop);
      const expertDesktop = await startPersonDesktop({ width: 1500, height: 940 });
      desktops.push(expertDesktop);
      const expert = await startPackagedApp(expertDesktop, executable);
      apps.push(expert);
      const novice = await startPackagedApp(noviceDesktop, executable);
      apps.push(novice);
      await meetOnMessenger(expert, novice);
      expect(await leastDifference(noviceDesktop, expertDesktop, await connect(novice, expert))).toEqual({ pixels: 0 });
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
