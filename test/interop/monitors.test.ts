import { afterEach, describe, expect, it } from 'vitest';
import { type Display, startDisplay } from '../support/display.ts';
import { needs, type Program, run, startProgram, until } from '../support/programs.ts';
import { paint, untilSame } from './pictures.ts';
import { HOST, type Sharing, share, temporaryHome } from './sharing.ts';

const SIZE = { width: 800, height: 480 };
const programs = needs('Xvfb', 'import', 'display', 'xrandr', 'xsetroot', 'xfreerdp', 'stdbuf');

/** What xfreerdp logs of the PDU, and how long that is with so many monitors. */
const TOLD = /recv Monitor Layout Data PDU \(0x37\), length: (\d+)/g;
const bytesFor = (monitors: number): string => `${8 + 20 * monitors}`;

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A desktop of two monitors, the right one of them the primary one. */
async function twoMonitors(): Promise<Display> {
  const display = await startDisplay(SIZE);
  closing.push(() => display.close());
  await put(display, '*right', '480/100x480/100+320+0', 'screen');
  await put(display, 'left', '320/100x480/100+0+0', 'none');
  return display;
}

const put = (display: Display, name: string, geometry: string, output: string) =>
  run('xrandr', ['--setmonitor', name, geometry, output], { env: display.env });

async function join(sharing: Sharing, viewer: Display, ...options: readonly string[]): Promise<Program> {
  const home = await temporaryHome();
  closing.push(() => home.remove());
  const program = startProgram(
    'stdbuf',
    [
      // Its log comes as it is written.
      '-oL',
      'xfreerdp',
      `/v:${HOST}:${sharing.port}`,
      '/cert:ignore',
      '/u:expert',
      '/p:unused',
      '/bpp:32',
      '-grab-keyboard',
      '/log-level:DEBUG',
      `/shell-dir:${sharing.sessionId}`,
      // Announces the Monitor Layout PDU, because there are two monitors here.
      '/multimon',
      ...options,
    ],
    { env: { ...viewer.env, ...home.env } },
  );
  closing.push(() => program.stop());
  return program;
}

describe.skipIf(programs.skip)(programs.title('xfreerdp on two monitors, of a novice with two'), () => {
  it.each([
    ['on the graphics channel', ['/gfx'], 'channel'],
    ['in updates', [], 'planar'],
  ] as const)('is told of them %s, also when they change, and shows the whole', async (_, options, encoder) => {
    const [source, viewer] = [await twoMonitors(), await twoMonitors()];
    await paint(source, SIZE.width, SIZE.height);
    const sharing = await share(source);
    closing.push(() => sharing.close());
    const program = await join(sharing, viewer, ...options);
    const same = (): Promise<void> =>
      untilSame(
        () => source.screenshot(),
        () => viewer.screenshot(),
      );
    await same();
    const active = () => sharing.linkEvents.flatMap((event) => (event.tag === 'active' ? [event] : []));
    const area = (x: number, width: number) => ({ x, y: 0, width, height: SIZE.height });
    const two = [
      { area: area(320, 480), primary: true },
      { area: area(0, 320), primary: false },
    ];
    expect(active()).toMatchObject([{ graphics: { encoder: { name: encoder } }, desktop: { ...SIZE, monitors: two } }]);
    expect(sharing.layouts()).toMatchObject(encoder === 'channel' ? [{ ...SIZE, monitors: two }] : []);
    const told = (): readonly string[] => [...program.output().matchAll(TOLD)].map(([, bytes]) => bytes ?? '');
    expect(told()).toEqual([bytesFor(2)]);
    await run('xrandr', ['--delmonitor', 'left'], { env: source.env });
    await put(source, 'upper', '320/100x240/100+0+0', 'none');
    await put(source, 'lower', '320/100x240/100+0+240', 'none');
    await until(() => active().at(-1)?.desktop.monitors?.length === 3, 'three');
    await run('xsetroot', ['-solid', '#336699'], { env: source.env });
    await same();
    // On the channel the picture says it; else the session is activated anew, with the PDU.
    if (encoder === 'channel') {
      expect(sharing.layouts().at(-1)?.monitors).toHaveLength(3);
      expect(told()).toEqual([bytesFor(2)]);
    } else expect(told().at(-1)).toBe(bytesFor(3));
    expect(sharing.linkEvents.some(({ tag }) => tag === 'ended')).toBe(false);
  });
});
