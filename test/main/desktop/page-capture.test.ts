import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDisplay, type Display } from '../../support/display.ts';
import { buildPageCaptureApp } from './page-capture-build.ts';
import { needs, run, startProgram, until, type Program } from '../../support/programs.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const electron = process.env['RINGBACK_TEST_ELECTRON'];
const programs = needs('Xvfb', 'import', 'xsetroot', 'openbox', 'xprop', 'xdotool', 'xterm');
const title =
  electron === undefined
    ? 'capture in the page [skipped: needs RINGBACK_TEST_ELECTRON, which npm test sets]'
    : programs.title('capture in the page');

interface Said {
  readonly tag: string;
  readonly frames?: number;
  readonly changedPixels?: number;
  readonly windows?: number;
  readonly size?: unknown;
  readonly regions?: readonly unknown[];
}

describe.skipIf(programs.skip || electron === undefined)(title, () => {
  let display: Display;
  let folder: string;
  let application: Program;

  const said = (): Said[] => [...application.output().matchAll(/^@(\{.*\})$/gm)].map((match) => JSON.parse(match[1] ?? '') as Said);
  const pull = async (): Promise<Said> => {
    const before = said().length;
    application.process.stdin?.write('\n');
    return until(() => said()[before], `an answer of the application: ${application.output()}`);
  };

  /** Largest difference of any channel between the client's picture and the screen, leaving out where the pointer is drawn. */
  const worst = async (): Promise<number> => {
    const seen = await readFile(join(folder, 'picture.rgb'));
    const real = await display.screenshot();
    expect(seen.length).toBe(real.rgb.length);
    let most = 0;
    for (let y = 0; y < real.height; y += 1) {
      for (let x = 0; x < real.width; x += 1) {
        if (x > 560 && y > 420) continue;
        for (let channel = 0; channel < 3; channel += 1) {
          const at = (y * real.width + x) * 3 + channel;
          most = Math.max(most, Math.abs((seen[at] ?? 0) - (real.rgb[at] ?? 0)));
        }
      }
    }
    return most;
  };

  /** Until what came so far is what the screen shows, by a few steps of colour. */
  const untilShown = async (): Promise<void> => {
    let most = 255;
    await until(
      async () => {
        await pull();
        most = await worst();
        return most <= 4;
      },
      () => `the screen's colours, from which some are ${most} away`,
      30_000,
    );
  };

  beforeAll(async () => {
    folder = await buildPageCaptureApp();
    display = await startDisplay({ width: 640, height: 480, windowManager: true });
    await display.xdotool('mousemove', '600', '450');
    await run('xsetroot', ['-solid', '#306090'], { env: display.env });
    application = startProgram(electron ?? '', [folder, '--no-sandbox'], {
      env: { ...display.env, RINGBACK_TEST_FOLDER: folder, XDG_CONFIG_HOME: folder },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  });

  afterAll(async () => {
    await application?.stop();
    await display?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('shows the whole screen, then sends nothing while it is still, then only what changed', async () => {
    await until(() => said().find(({ tag }) => tag === 'opened' || tag === 'error'), `the application: ${application.output()}`, 30_000);
    expect(said()[0]).toEqual({ tag: 'opened', size: { width: 640, height: 480 } });

    // A pull ends where nothing comes for a second; a busy machine may need longer than that for something.
    let pulled = 0;
    await until(async () => (pulled += (await pull()).changedPixels ?? 0) >= 640 * 480, 'the whole screen');
    // The way through I420 halves the chroma and rounds; areas of one colour stay within a few steps.
    await untilShown();
    await until(async () => (await pull()).frames === 0, 'a still screen to give nothing');

    const xterm = display.start('xterm', ['-geometry', '20x5+40+40', '-e', 'sleep 60']);
    const window = await until(async () => {
      const now = await pull();
      return now.frames !== 0 && now;
    }, 'the window');
    expect((window.changedPixels ?? 0) / (window.frames ?? 1)).toBeLessThan((640 * 480) / 3);
    await xterm.stop();

    await run('xsetroot', ['-solid', '#c08040'], { env: display.env });
    await untilShown();
  });

  it('works in the kernels, which its worker alone may compile', async () => {
    const before = said().length;
    application.process.stdin?.write('kernels\n');
    const kernels = await until(() => said()[before], `an answer of the application: ${application.output()}`);
    expect(kernels).toEqual({ tag: 'kernels', workers: 1, inWorker: 1, inPage: 0 });
  });

  it('encodes a film by itself', async () => {
    const place = ['80', '60', '320', '240'];
    const film = display.start(process.execPath, [join(ROOT, 'test/bench/film.mjs'), display.name, ...place]);
    const before = said().length;
    application.process.stdin?.write('film\n');
    const { regions } = await until(() => said()[before], `a film: ${application.output()}`, 30_000);
    // The page takes pictures whenever it likes, also of a window that is half painted: the film may be found some rows short.
    expect(regions).toEqual([expect.objectContaining({ x: 0, y: 0 })]);
    await film.stop();
  });

  it('leaves no window behind when it is closed', async () => {
    application.process.stdin?.end();
    await until(() => said().find(({ tag }) => tag === 'closed'), `closed: ${application.output()}`);
    expect(said().at(-1)).toEqual({ tag: 'closed', windows: 0 });
    expect(await application.exited).toBe(0);
  });
});
