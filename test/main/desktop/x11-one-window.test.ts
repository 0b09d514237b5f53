import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import type { CaptureEvent, ScreenCapture } from '../../../src/main/desktop/contract.ts';
import { connectX11 } from '../../../src/main/desktop/x11/x11-connection.ts';
import { openX11Input } from '../../../src/main/desktop/x11/x11-input.ts';
import { markedId } from '../../../src/main/desktop/x11/x11-window-mark.ts';
import type { GraphicsSettings } from '../../../src/protocol/rdp/graphics/contract.ts';
import type { SharedPart } from '../../../src/protocol/rdp/shared-part.ts';
import { type Display, type Picture, startDisplay } from '../../support/display.ts';
import { crop, differingPixels } from '../../support/picture.ts';
import { needs, type Program, run, until } from '../../support/programs.ts';
import { openPartCapture } from './part-capture.ts';
import { ViewedScreen } from './viewed-screen.ts';

const SETTINGS: GraphicsSettings = {
  encoder: { name: 'planar', scrollCopies: false, skipAlpha: true, maxPduBytes: 16_000 },
  acknowledgement: 'marked',
};
const programs = needs('Xvfb', 'xterm', 'xdotool', 'xwininfo', 'import', 'openbox');
const SHOWN = '00ff00';
const FRONT = 'ff0000';
const BLACK = '000000';
const MENU = '0000ff';

/** Without a window manager: what a window lies in is the screen itself, which is where its first pixels would come from. */
describe.skipIf(programs.skip)(programs.title('one window of an X desktop'), () => {
  let display: Display;
  const closing: (() => Promise<unknown>)[] = [];

  const script = (name: string, ...args: readonly string[]): Program =>
    display.start(process.execPath, [join(import.meta.dirname, '../../support', name), display.name, ...args]);
  const bare = async (colour: string): Promise<{ readonly window: number; readonly program: Program }> => {
    const program = script('bare-window.mjs', colour);
    closing.push(() => program.stop());
    const window = Number(await until(() => /^\d+$/m.exec(program.output())?.[0], 'the window'));
    return { window, program };
  };
  const capture = async (window: number) => {
    const connection = await connectX11({ display: display.name }, false);
    closing.push(async () => connection.close());
    const part: SharedPart = { tag: 'window', id: await markedId(connection, window) };
    const made = await openPartCapture(display, part);
    closing.push(() => made.close());
    const events: CaptureEvent[] = [];
    made.onEvent((event) => events.push(event));
    made.configure(SETTINGS);
    return { made, events, part };
  };
  const colourAt = ({ rgb, width }: Picture, x: number, y: number): string =>
    Buffer.from(rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)).toString('hex');
  /** All colours that there are in it. */
  const colours = (picture: Picture): string[] => {
    const found = new Set<string>();
    for (let y = 0; y < picture.height; y += 1) for (let x = 0; x < picture.width; x += 1) found.add(colourAt(picture, x, y));
    return [...found].toSorted();
  };
  /** Takes frames until the picture is like this; no picture on the way has the colour of what lies in front. */
  const showing = async (from: ScreenCapture, viewed: ViewedScreen, is: (picture: Picture) => boolean): Promise<void> => {
    const signal = AbortSignal.timeout(20_000);
    do {
      viewed.show((await from.nextFrame(signal)).updates);
      expect(colours(viewed.picture())).not.toContain(FRONT);
    } while (!is(viewed.picture()));
  };
  /** A window in front of a part of the other one, and beside it. */
  const front = async (): Promise<void> => {
    const look = ['-bg', `#${FRONT}`, '-fg', `#${FRONT}`, '-cr', `#${FRONT}`, '-bw', '0', '-b', '0', '+sb'];
    const program = display.start('xterm', ['-T', 'front', ...look, '-geometry', '20x8+100+100', '-e', 'sleep', '600']);
    closing.push(() => program.stop());
    await display.xdotool('search', '--sync', '--onlyvisible', '--name', '^front$');
    await until(async () => colourAt(await display.screenshot(), 130, 130) === FRONT, 'a window in front');
  };

  // One for all: atoms are those of one server.
  beforeAll(async () => {
    display = await startDisplay({ width: 600, height: 400 });
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  afterAll(() => display.close());

  it('never has a pixel of what lies in front, also where its program draws no more', async () => {
    const { window, program } = await bare(SHOWN);
    await front();
    const { made } = await capture(window);
    const viewed = new ViewedScreen(made.size);
    await showing(made, viewed, (picture) => colours(picture).includes(SHOWN));
    expect(colours(viewed.picture())).toEqual([BLACK, SHOWN]);
    expect(colourAt(viewed.picture(), 110, 110)).toBe(BLACK);
    program.process.kill('SIGHUP');
    await showing(made, viewed, (picture) => colours(picture).join() === SHOWN);
  });

  describe.each([
    ['by what they are transient for', ['transient', 'several'], true],
    ['by their type, where their client has no other window', ['type'], true],
    ['by nothing that is sure', ['type', 'several'], false],
  ] as const)('its menus, known %s', (_, how, known) => {
    it(known ? 'are in its picture where they lie in it, and take input' : 'are left out, and take no input', async () => {
      const program = script('menu-window.mjs', ...how);
      closing.push(() => program.stop());
      const window = Number(await until(() => /^\d+$/m.exec(program.output())?.[0], 'the window'));
      await until(async () => colourAt(await display.screenshot(), 200, 80) === MENU, 'its menu on the screen');
      const { made, part } = await capture(window);
      expect(made.size).toEqual({ width: 200, height: 200 });
      const viewed = new ViewedScreen(made.size);
      const inMenu = (picture: Picture): string => colourAt(picture, 150, 50);
      await showing(made, viewed, (picture) => colourAt(picture, 10, 10) === SHOWN && inMenu(picture) === (known ? MENU : SHOWN));
      // Neither another window's menu, nor another program's window, nor anything outside of it.
      expect(colours(viewed.picture())).toEqual(known ? [MENU, SHOWN] : [SHOWN]);
      const input = await openX11Input({ address: { display: display.name }, clock: systemClock, part });
      closing.push(() => input.close());
      const pointer = async (): Promise<string | undefined> => /x:\d+ y:\d+/.exec(await display.xdotool('getmouselocation'))?.[0];
      // In front of the window, at 40,40, is what is not its menu.
      input.inject([{ tag: 'pointerMove', x: 5, y: 5 }]);
      await until(async () => (await pointer()) === 'x:25 y:25', 'the pointer in the window');
      input.inject([{ tag: 'pointerMove', x: 30, y: 30 }]);
      input.inject([{ tag: 'pointerMove', x: 150, y: 50 }]);
      input.inject([{ tag: 'pointerMove', x: 30, y: 120 }]);
      input.inject([{ tag: 'pointerMove', x: 150, y: 150 }]);
      const seen = new Set<string | undefined>();
      await until(async () => {
        const at = await pointer();
        seen.add(at);
        return at === 'x:170 y:170';
      }, 'the pointer in the window again');
      expect([...seen]).not.toContain('x:50 y:50');
      input.inject([{ tag: 'pointerMove', x: 150, y: 50 }]);
      if (known) await until(async () => (await pointer()) === 'x:170 y:70', 'the pointer in the menu');
      else expect(await pointer()).toBe('x:170 y:170');
      if (!known) return;
      program.process.kill('SIGUSR2');
      await showing(made, viewed, (picture) => inMenu(picture) === 'ffffff');
      program.process.kill('SIGHUP');
      await showing(made, viewed, (picture) => inMenu(picture) === SHOWN);
      expect(colours(viewed.picture())).toEqual([SHOWN]);
    });
  });

  const electron = process.env['RINGBACK_TEST_ELECTRON'];
  it.skipIf(electron === undefined)(
    `a menu that Chromium opens is in it${electron === undefined ? ' [skipped: needs RINGBACK_TEST_ELECTRON, which npm test sets]' : ''}`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'ringback-menu-'));
      closing.push(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
      await copyFile(join(import.meta.dirname, '../../support/menu-app.cjs'), join(folder, 'main.cjs'));
      await writeFile(join(folder, 'package.json'), '{"name":"menu","productName":"menu","version":"1.0.0","main":"main.cjs"}');
      const manager = display.start('openbox', ['--config-file', join(import.meta.dirname, '../../support/openbox.xml')]);
      closing.push(() => manager.stop());
      const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
      const env = { HOME: folder, XDG_CONFIG_HOME: join(folder, 'config') };
      const program = display.start(electron ?? '', [...root, '--disable-gpu', folder], { ...display.env, ...env });
      closing.push(() => program.stop());
      // A window that goes while the tree is walked ends the walk.
      const menus = async (): Promise<string> => {
        const tree = await run('xwininfo', ['-root', '-tree'], { env: display.env }).catch(() => '');
        return tree.toString();
      };
      const [id = ''] = await until(async () => {
        const found = await display.xdotool('search', '--onlyvisible', '--name', '^menu-owner$').catch(() => '');
        return found !== '' && found.split('\n');
      }, 'its window');
      const client = Number(id) & ~0x1f_ffff;
      const isOwn = (window: string): boolean => (Number(window) & ~0x1f_ffff) === client;
      await until(
        async () =>
          [...(await menus()).matchAll(/^ {5}(0x[0-9a-f]+) .* (\d+)x(\d+)\+/gm)].some(
            ([, window = '', width]) => isOwn(window) && Number(width) > 60 && Number(width) < 300,
          ),
        'its menu',
      );
      const { made } = await capture(Number(id));
      const viewed = new ViewedScreen(made.size);
      const about = (await run('xwininfo', ['-id', id], { env: display.env })).toString();
      const at = (name: string): number => Number(new RegExp(`${name}:\\s+(-?\\d+)`).exec(about)?.[1]);
      const area = { x: at('Absolute upper-left X'), y: at('Absolute upper-left Y'), ...made.size };
      // Nothing lies in front but the menu: the screen shows what is to be seen.
      let most = 0;
      const stop = AbortSignal.timeout(20_000);
      do {
        viewed.show((await made.nextFrame(stop)).updates);
        most = differingPixels(crop(await display.screenshot(), area), viewed.picture());
      } while (most > 0);
    },
  );

  it('that becomes larger has nothing of what was there before', async () => {
    const { window, program } = await bare(SHOWN);
    const { made, events } = await capture(window);
    await showing(made, new ViewedScreen(made.size), (picture) => colours(picture).join() === SHOWN);
    await front();
    program.process.kill('SIGUSR2');
    const waiting = made.nextFrame(AbortSignal.timeout(20_000)).catch(() => undefined);
    await until(() => events.some((event) => event.tag === 'resized' && event.size.width === 300), 'another size');
    made.configure(SETTINGS);
    await waiting;
    made.refresh([{ x: 0, y: 0, width: 300, height: 260 }]);
    const viewed = new ViewedScreen(made.size);
    await showing(made, viewed, () => true);
    program.process.kill('SIGHUP');
    await showing(made, viewed, (picture) => colours(picture).join() === SHOWN);
  });
});
