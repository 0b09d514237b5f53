import { afterEach, describe, expect, it } from 'vitest';
import { type Display, startDisplay } from '../support/display.ts';
import { needs, type Program, run, startProgram, until } from '../support/programs.ts';
import { paint, scroll, untilSame } from './pictures.ts';
import { HOST, type Sharing, share, temporaryHome } from './sharing.ts';

const WIDTH = 800;
const HEIGHT = 600;
const SMALLER = { width: 640, height: 480 };

const freerdp = needs('Xvfb', 'import', 'display', 'xterm', 'xdotool', 'xrandr', 'xsetroot', 'xfreerdp');

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function screen(): Promise<Display> {
  const display = await startDisplay({ width: WIDTH, height: HEIGHT });
  closing.push(() => display.close());
  return display;
}

async function shareWith(source: Display, viewer: Display): Promise<Sharing> {
  const sharing = await share(source);
  closing.push(() => sharing.close());
  const home = await temporaryHome();
  closing.push(() => home.remove());
  const program: Program = startProgram(
    'xfreerdp',
    [
      `/v:${HOST}:${sharing.port}`,
      '/cert:ignore',
      '/u:expert',
      '/p:unused',
      `/size:${WIDTH}x${HEIGHT}`,
      '/bpp:32',
      '-decorations',
      '-grab-keyboard',
      '/log-level:WARN',
      `/shell-dir:${sharing.sessionId}`,
      '/gfx',
    ],
    { env: { ...viewer.env, ...home.env } },
  );
  closing.push(() => program.stop());
  return sharing;
}

describe.skipIf(freerdp.skip)(freerdp.title('xfreerdp on the graphics channel'), () => {
  it('shows the novice’s screen pixel for pixel, also where it scrolls or windows move, and one of another size', async () => {
    const [source, viewer] = [await screen(), await screen()];
    await paint(source, WIDTH, HEIGHT);
    const sharing = await shareWith(source, viewer);
    const same = (): Promise<void> =>
      untilSame(
        () => source.screenshot(),
        () => viewer.screenshot(),
      );
    await same();
    const active = sharing.linkEvents.filter(({ tag }) => tag === 'active');
    expect(active).toMatchObject([{ graphics: { encoder: { name: 'channel' }, acknowledgement: 'channel' } }]);
    const terminal = await scroll(source);
    await until(() => sharing.linkEvents.filter(({ tag }) => tag === 'frameAcknowledged').length > 30, 'frames that are acknowledged');
    await terminal.still();
    await same();
    await terminal.drag();
    await same();
    await terminal.stop();
    const mode = `${SMALLER.width}x${SMALLER.height}`;
    const timings = ['0', `${SMALLER.width}`, '0', '0', `${SMALLER.width}`, `${SMALLER.height}`, '0', '0', `${SMALLER.height}`];
    await run('xrandr', ['--newmode', mode, ...timings], { env: source.env });
    await run('xrandr', ['--addmode', 'screen', mode], { env: source.env });
    await run('xrandr', ['--output', 'screen', '--mode', mode, '--fb', mode], { env: source.env });
    await untilSame(
      () => source.screenshot(),
      async () => {
        const { width, rgb } = await viewer.screenshot();
        // What is outside of its window is of no interest.
        const rows = Array.from({ length: SMALLER.height }, (_, y) => rgb.subarray(3 * y * width, 3 * (y * width + SMALLER.width)));
        return { ...SMALLER, rgb: new Uint8Array(Buffer.concat(rows)) };
      },
    );
    expect(sharing.linkEvents.filter(({ tag }) => tag === 'active')).toHaveLength(2);
    expect(sharing.linkEvents.some(({ tag }) => tag === 'ended')).toBe(false);
  });

  it('is sent a whole screen of one colour in less than a kilobyte', async () => {
    const [source, viewer] = [await screen(), await screen()];
    await run('xsetroot', ['-solid', '#336699'], { env: source.env });
    const sharing = await shareWith(source, viewer);
    const same = (): Promise<void> =>
      untilSame(
        () => source.screenshot(),
        () => viewer.screenshot(),
      );
    await same();
    const first = sharing.graphicsBytes();
    expect(first).toBeLessThan(1_000);
    await run('xsetroot', ['-solid', '#993366'], { env: source.env });
    await same();
    expect(sharing.graphicsBytes() - first).toBeLessThan(1_000);
  });
});
