import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DesktopScreen } from '../../../src/main/desktop/contract.ts';
import type { Rect } from '../../../src/protocol/rdp/geometry.ts';
import { startDisplay, type Display } from '../../support/display.ts';
import { needs, run, startProgram, until, type Program } from '../../support/programs.ts';
import { buildPageCaptureApp } from './page-capture-build.ts';

const electron = process.env['RINGBACK_TEST_ELECTRON'];
const programs = needs('Xvfb', 'import', 'xsetroot', 'openbox', 'xprop', 'xdotool', 'xterm', 'xrandr');
const title =
  electron === undefined
    ? 'one of several screens, captured by the page [skipped: needs RINGBACK_TEST_ELECTRON, which npm test sets]'
    : programs.title('one of several screens, captured by the page');

/** What Electron calls the display that the X server's one output is on; the other monitor has none. */
const SHOWN = '60';
const screen = (id: string, area: Rect): DesktopScreen => ({ id, name: id, primary: id === SHOWN, area });
const LEFT = screen('left', { x: 0, y: 0, width: 300, height: 480 });
const RIGHT = screen(SHOWN, { x: 300, y: 40, width: 340, height: 420 });

describe.skipIf(programs.skip || electron === undefined)(title, () => {
  let display: Display;
  let folder: string;
  let application: Program;

  const said = () =>
    [...application.output().matchAll(/^@(\{.*\})$/gm)].map(
      (match) => JSON.parse(match[1] ?? '') as { tag: string; state?: string; size?: unknown },
    );
  const states = () => said().flatMap(({ tag, state = '' }) => (tag === 'shared' ? [state] : []));
  const pull = async (): Promise<void> => {
    const before = said().filter(({ tag }) => tag === 'pulled').length;
    application.process.stdin?.write('\n');
    await until(
      () => said().filter(({ tag }) => tag === 'pulled').length > before,
      `an answer of the application: ${application.output()}`,
    );
  };
  const become = (...screens: readonly DesktopScreen[]) => application.process.stdin?.write(`${JSON.stringify(screens)}\n`);
  const setMonitor = ({ id, area }: DesktopScreen) =>
    run('xrandr', ['--setmonitor', id, `${area.width}/100x${area.height}/100+${area.x}+${area.y}`, id === SHOWN ? 'screen' : 'none'], {
      env: display.env,
    });
  const deleteMonitor = ({ id }: DesktopScreen) => run('xrandr', ['--delmonitor', id], { env: display.env });

  /** Until the client's picture is this area of the screen; chroma has half the pixels on this way, so that edges of colours are not quite the same. */
  const untilShown = async ({ x: left, y: top, width, height }: Rect): Promise<void> => {
    let share = 1;
    await until(
      async () => {
        await pull();
        const seen = await readFile(join(folder, 'picture.rgb'));
        const real = await display.screenshot();
        if (seen.length !== width * height * 3) return false;
        let others = 0;
        for (let y = 0; y < height; y += 1)
          for (let at = 0; at < width * 3; at += 1)
            if (Math.abs((seen[y * width * 3 + at] ?? 0) - (real.rgb[((top + y) * real.width + left) * 3 + at] ?? 0)) > 8) others += 1;
        share = others / seen.length;
        return share < 0.02;
      },
      () => `the screen's colours, of which ${Math.round(share * 100)} % are others`,
      30_000,
    );
  };

  beforeAll(async () => {
    folder = await buildPageCaptureApp();
    display = await startDisplay({ width: 640, height: 480, windowManager: true });
    await setMonitor(LEFT);
    await setMonitor(RIGHT);
    await display.xdotool('mousemove', '10', '470');
    await run('xsetroot', ['-solid', '#306090'], { env: display.env });
    // Across the edge between the two, so that nothing but the right place gives the right picture.
    display.start('xterm', ['-bg', '#d02020', '+sb', '-geometry', '30x5+220+200', '-e', 'sleep 600']);
    display.start('xterm', ['-bg', '#20d020', '+sb', '-geometry', '12x5+500+350', '-e', 'sleep 600']);
    const terminals = async () => (await display.xdotool('search', '--onlyvisible', '--class', 'xterm').catch(() => '')).split('\n').length;
    await until(async () => (await terminals()) === 2, 'two windows');
    application = startProgram(electron ?? '', [folder, '--no-sandbox'], {
      env: {
        ...display.env,
        RINGBACK_TEST_FOLDER: folder,
        RINGBACK_TEST_SCREEN: SHOWN,
        RINGBACK_TEST_SCREENS: JSON.stringify([LEFT, RIGHT]),
        XDG_CONFIG_HOME: folder,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await until(
      () => said().find(({ tag }) => tag === 'opened' || tag === 'error'),
      () => `the application: ${application.output()}`,
      30_000,
    );
  }, 90_000);

  afterAll(async () => {
    await application?.stop();
    await display?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('is seen alone, every pixel of it', async () => {
    expect(said()[0]).toEqual({ tag: 'opened', size: { width: 340, height: 420 } });
    await untilShown(RIGHT.area);
  });

  it('is blank while it is gone, though the other one is there, and shown when it is back', async () => {
    await deleteMonitor(RIGHT);
    become(LEFT);
    await until(() => states().at(-1) === 'gone', 'that it is gone');
    await pull();
    const seen = await readFile(join(folder, 'picture.rgb'));
    expect(seen.length).toBe(340 * 420 * 3);
    expect(seen.every((value) => value === 0)).toBe(true);
    await setMonitor(RIGHT);
    become(LEFT, RIGHT);
    await untilShown(RIGHT.area);
    expect(states()).toEqual(['gone', 'shown']);
  });

  it('has another size and place within the session', async () => {
    const turned = screen(SHOWN, { x: 320, y: 0, width: 200, height: 480 });
    await deleteMonitor(RIGHT);
    await setMonitor(turned);
    become(LEFT, turned);
    await untilShown(turned.area);
    expect(said().findLast(({ tag }) => tag === 'resized')).toEqual({ tag: 'resized', size: { width: 200, height: 480 } });
  });
});
