import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SeenWindow } from '../../../src/main/desktop/contract.ts';
import { connectX11, type X11Connection } from '../../../src/main/desktop/x11/x11-connection.ts';
import { LOOK_REST_MS, X11SeenWindow } from '../../../src/main/desktop/x11/x11-seen-window.ts';
import { markedId } from '../../../src/main/desktop/x11/x11-window-mark.ts';
import { type Display, startDisplay } from '../../support/display.ts';
import { type DrawnWindow, openDrawnWindow } from '../../support/drawn-window.ts';
import { needs, run, until } from '../../support/programs.ts';

const programs = needs('Xvfb', 'openbox', 'xdotool', 'xprop');

describe.skipIf(programs.skip)(programs.title('what lies in front of a window that is shown'), () => {
  let display: Display;
  let connection: X11Connection;
  const opened: { close(): unknown }[] = [];

  beforeAll(async () => {
    display = await startDisplay({ width: 800, height: 600, windowManager: true });
    connection = await connectX11({ display: display.name }, false);
  });
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close();
  });
  afterAll(async () => {
    connection.close();
    await display.close();
  });

  const window = async (title: string, [x, y, width, height]: readonly [number, number, number, number]): Promise<DrawnWindow> => {
    const made = await openDrawnWindow(display.name, { x: 0, y: 0, width, height, colour: 0x20_80_40, title });
    opened.push(made);
    made.map();
    await until(() => made.drawn() > 0, 'drawn');
    await display.xdotool('windowmove', '--sync', String(made.id), String(x), String(y));
    return made;
  };
  const followed = async (of: DrawnWindow, ignored: readonly number[] = []) => {
    const told: (SeenWindow | undefined)[] = [];
    const mine = await connectX11({ display: display.name }, false);
    opened.push(new X11SeenWindow(mine, await markedId(connection, of.id), ignored, (seen) => told.push(seen)));
    await until(() => told.length > 0, 'where it is');
    return told;
  };
  const raise = (of: DrawnWindow): Promise<string> => display.xdotool('windowactivate', '--sync', String(of.id));
  /** Of the frame that the window manager has put around it. */
  const frame = async (of: DrawnWindow) => {
    const told = (await run('xprop', ['-id', String(of.id), '_NET_FRAME_EXTENTS'], { env: display.env })).toString();
    const [left = 0, right = 0, top = 0, bottom = 0] = (/= (.*)/.exec(told)?.[1] ?? '').split(', ').map(Number);
    return { left, right, top, bottom };
  };

  it('is told with its place, follows windows as they are raised and moved, and leaves out what does not count', async () => {
    const shown = await window('shown', [100, 100, 300, 200]);
    const front = await window('front', [250, 150, 300, 200]);
    const own = await window('own', [120, 250, 50, 20]);
    const told = await followed(shown, [own.id]);
    const covers = (): number | undefined => told.at(-1)?.covers.length;
    await raise(shown);
    await until(() => covers() === 0, 'nothing in front');
    expect(told.at(-1)?.area).toMatchObject({ width: 300, height: 200 });
    await raise(front);
    await until(() => covers() === 1, 'one in front');
    const { left, right, top, bottom } = await frame(front);
    expect(told.at(-1)?.covers[0]).toMatchObject({ width: 300 + left + right, height: 200 + top + bottom });
    const before = told.at(-1)?.covers[0]?.x ?? 0;
    await display.xdotool('windowmove', '--sync', String(front.id), '300', '180');
    await until(() => covers() === 1 && told.at(-1)?.covers[0]?.x !== before, 'it moved');
    // Beside it, nothing of it is covered.
    await display.xdotool('windowmove', '--sync', String(front.id), '450', '320');
    await until(() => covers() === 0, 'it moved away');
    const { x } = told.at(-1)?.area ?? { x: 0 };
    await display.xdotool('windowmove', '--sync', String(shown.id), '40', '60');
    await until(() => told.at(-1)?.area.x !== x, 'the window itself moved');
  });

  it('is looked at no more often than people see when a window moves without end, and is right at last', async () => {
    const shown = await window('shown', [100, 100, 300, 200]);
    const told = await followed(shown);
    const before = told.length;
    const beganMs = performance.now();
    for (let at = 0; at < 300; at += 1) {
      shown.move(100 + (at % 50), 120);
      await shown.settled();
    }
    shown.move(170, 190);
    const { left, top } = await frame(shown);
    // A window manager puts the frame where the window was asked to.
    await until(
      () => told.at(-1)?.area.x === 170 + left && told.at(-1)?.area.y === 190 + top,
      () => JSON.stringify(told.at(-1)),
    );
    expect(told.length - before).toBeLessThanOrEqual(3 + (performance.now() - beganMs) / LOOK_REST_MS);
  });

  it('is nothing while the window is not to be seen, or is another one with its number', async () => {
    const shown = await window('shown', [100, 100, 300, 200]);
    const told = await followed(shown);
    expect(told.at(-1)?.area).toMatchObject({ width: 300, height: 200 });
    await display.xdotool('windowminimize', '--sync', String(shown.id));
    await until(() => told.at(-1) === undefined, 'minimised');
    await raise(shown);
    await until(() => told.at(-1) !== undefined, 'there again');
    shown.close();
    await until(() => told.at(-1) === undefined, 'gone');
    // A server gives the lowest number that is free, and those of clients that were going when this one came are free as well by now.
    let other = await window('other', [100, 100, 300, 200]);
    for (let tries = 0; tries < 8 && other.id !== shown.id; tries += 1) other = await window('other', [100, 100, 300, 200]);
    expect(other.id).toBe(shown.id);
    await display.xdotool('windowmove', '--sync', String(other.id), '140', '160');
    expect(told.at(-1)).toBeUndefined();
  });
});
