import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import type { CaptureEvent, ScreenCapture } from '../../../src/main/desktop/contract.ts';
import { connectX11, type X11Connection } from '../../../src/main/desktop/x11/x11-connection.ts';
import { openX11Input } from '../../../src/main/desktop/x11/x11-input.ts';
import { x11Parts } from '../../../src/main/desktop/x11/x11-parts.ts';
import type { GraphicsSettings } from '../../../src/protocol/rdp/graphics/contract.ts';
import type { SharedPart } from '../../../src/protocol/rdp/shared-part.ts';
import { type Display, type Picture, startDisplay } from '../../support/display.ts';
import { needs, run, until } from '../../support/programs.ts';
import { openPartCapture } from './part-capture.ts';
import { ViewedScreen } from './viewed-screen.ts';

const SETTINGS: GraphicsSettings = {
  encoder: { name: 'planar', scrollCopies: false, skipAlpha: true, maxPduBytes: 16_000 },
  acknowledgement: 'marked',
};
const LEFT: SharedPart = { tag: 'screen', id: 'left' };
const RIGHT: SharedPart = { tag: 'screen', id: 'right' };
const programs = needs('Xvfb', 'xrandr', 'xdotool', 'xsetroot', 'xterm', 'openbox');

/** Two monitors on one Xvfb: 400 and 500 pixels wide, the right one 50 pixels lower; between them and above the right one is nothing. */
describe.skipIf(programs.skip)(programs.title('the screens of an X desktop'), () => {
  let display: Display;
  let connection: X11Connection;
  const opened: ScreenCapture[] = [];

  /** A monitor has a place for good: one that is moved is taken away first. */
  const remove = (name: string) => run('xrandr', ['--delmonitor', name], { env: display.env });
  const put = (name: string, geometry: string) =>
    run('xrandr', ['--setmonitor', name, geometry, name === 'left' ? 'screen' : 'none'], { env: display.env });
  const atFirst = async (): Promise<void> => {
    await put('left', '400/100x300/100+0+0');
    await put('right', '500/100x400/100+450+50');
  };
  const capture = async (part: SharedPart): Promise<{ readonly capture: ScreenCapture; readonly events: CaptureEvent[] }> => {
    const made = await openPartCapture(display, part);
    opened.push(made);
    const events: CaptureEvent[] = [];
    made.onEvent((event) => events.push(event));
    made.configure(SETTINGS);
    return { capture: made, events };
  };
  /** Takes frames until the picture is like this. */
  const showing = async (from: ScreenCapture, viewed: ViewedScreen, is: (picture: Picture) => boolean): Promise<void> => {
    const signal = AbortSignal.timeout(20_000);
    while (!is(viewed.picture())) viewed.show((await from.nextFrame(signal)).updates);
  };
  /** Waits for what is told while somebody waits for frames, which are shown where they still can be. */
  const told = async (from: ScreenCapture, is: () => boolean, what: string, viewed?: ViewedScreen): Promise<void> => {
    const enough = new AbortController();
    const pull = async (): Promise<void> => {
      for (;;) {
        const frame = await from.nextFrame(enough.signal).catch(() => undefined);
        if (frame === undefined) return;
        viewed?.show(frame.updates);
      }
    };
    const pulled = pull();
    await until(is, what);
    enough.abort();
    await pulled;
  };
  const colourAt = ({ rgb, width }: Picture, x: number, y: number): string =>
    Buffer.from(rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)).toString('hex');
  const all = (picture: Picture, colour: string): boolean => {
    for (let y = 0; y < picture.height; y += 7)
      for (let x = 0; x < picture.width; x += 7) if (colourAt(picture, x, y) !== colour) return false;
    return true;
  };
  const paint = (colour: string) => run('xsetroot', ['-solid', `#${colour}`], { env: display.env });
  /** A window of one colour, without a frame around it. */
  const window = async (title: string, colour: string, geometry: string): Promise<string> => {
    display.start('xterm', [
      '-T',
      title,
      '-bg',
      `#${colour}`,
      '-fg',
      `#${colour}`,
      '-cr',
      `#${colour}`,
      '-bw',
      '0',
      '-geometry',
      geometry,
      '-e',
      'sleep',
      '600',
    ]);
    return (await display.xdotool('search', '--sync', '--onlyvisible', '--name', `^${title}$`)).trim();
  };

  beforeAll(async () => {
    display = await startDisplay({ width: 1000, height: 500, windowManager: true });
    await atFirst();
    connection = await connectX11({ display: display.name }, false);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
    await remove('left');
    await remove('right');
    await atFirst();
  });
  afterAll(async () => {
    connection.close();
    await display.close();
  });

  it('are told with where they are, and the one with the pointer', async () => {
    await display.xdotool('mousemove', '600', '100');
    const { screens, here } = await x11Parts(connection);
    expect(screens).toEqual([
      { id: 'left', name: 'left', primary: expect.any(Boolean), area: { x: 0, y: 0, width: 400, height: 300 } },
      { id: 'right', name: 'right', primary: expect.any(Boolean), area: { x: 450, y: 50, width: 500, height: 400 } },
    ]);
    expect(here).toBe('right');
    await display.xdotool('mousemove', '420', '400');
    expect((await x11Parts(connection)).here).toBeUndefined();
  });

  it('are captured one by one: nothing beside them is in the picture, and the pointer is theirs while it is on them', async () => {
    await paint('204060');
    const hand = await openX11Input({ address: { display: display.name }, clock: systemClock });
    const move = (x: number, y: number): void => hand.inject([{ tag: 'pointerMove', x, y }]);
    move(10, 20);
    const { capture: right, events } = await capture(RIGHT);
    expect(right.size).toEqual({ width: 500, height: 400 });
    const viewed = new ViewedScreen(right.size);
    await showing(right, viewed, (picture) => all(picture, '204060'));
    await until(() => events.some((event) => event.tag === 'pointerShape' && event.shape === null), 'no pointer');
    move(460, 80);
    await until(() => events.some((event) => event.tag === 'pointerMoved' && event.x === 10 && event.y === 30), 'its position');
    await until(() => events.some((event) => event.tag === 'pointerShape' && event.shape !== null), 'its shape');
    events.length = 0;
    move(10, 20);
    await until(() => events.some((event) => event.tag === 'pointerShape' && event.shape === null), 'no pointer again');
    expect(events.some(({ tag }) => tag === 'pointerMoved')).toBe(false);
    // A window across both: only its right half comes.
    const across = await window('across', 'c08040', '10x10+0+0');
    await display.xdotool('windowsize', across, '400', '100', 'windowmove', across, '300', '150');
    await showing(right, viewed, (picture) => colourAt(picture, 100, 150) === 'c08040');
    expect(colourAt(viewed.picture(), 499, 399)).toBe('204060');
    await display.xdotool('windowkill', across);
    await hand.close();
  });

  it('are followed: moved, turned, gone, and there again; nothing is shown while one is gone', async () => {
    await paint('103050');
    const { capture: left, events } = await capture(LEFT);
    let viewed = new ViewedScreen(left.size);
    await showing(left, viewed, (picture) => all(picture, '103050'));
    await remove('left');
    await put('left', '300/100x400/100+500+0');
    await told(
      left,
      () => events.some((event) => event.tag === 'resized' && event.size.width === 300 && event.size.height === 400),
      'turned',
    );
    viewed = new ViewedScreen(left.size);
    left.configure(SETTINGS);
    await showing(left, viewed, (picture) => all(picture, '103050'));
    await remove('left');
    await told(left, () => events.some((event) => event.tag === 'shared' && event.state === 'gone'), 'gone', viewed);
    await showing(left, viewed, (picture) => all(picture, '000000'));
    expect(left.size).toEqual({ width: 300, height: 400 });
    events.length = 0;
    await put('left', '300/100x400/100+0+0');
    await told(left, () => events.some((event) => event.tag === 'shared' && event.state === 'shown'), 'there again', viewed);
    await showing(left, viewed, (picture) => all(picture, '103050'));
  });

  it('are told of where all are shown, with where they are in the picture, as they change', async () => {
    const { capture: whole, events } = await capture({ tag: 'all' });
    const left = { area: { x: 0, y: 0, width: 400, height: 300 }, primary: expect.any(Boolean) };
    const right = { area: { x: 450, y: 50, width: 500, height: 400 }, primary: expect.any(Boolean) };
    expect(whole.size).toEqual({ width: 1000, height: 500, monitors: [left, right] });
    expect(whole.size.monitors?.filter(({ primary }) => primary)).toHaveLength(1);
    const viewed = new ViewedScreen(whole.size);
    await paint('305070');
    await showing(whole, viewed, (picture) => all(picture, '305070'));
    await remove('right');
    await told(whole, () => events.some((event) => event.tag === 'resized' && event.size.monitors === undefined), 'one', viewed);
    expect(whole.size).toEqual({ width: 1000, height: 500 });
    await put('right', '450/100x400/100+500+0');
    const moved = { area: { x: 500, y: 0, width: 450, height: 400 }, primary: expect.any(Boolean) };
    await told(whole, () => events.some((event) => event.tag === 'resized' && event.size.monitors !== undefined), 'two again', viewed);
    expect(whole.size).toEqual({ width: 1000, height: 500, monitors: [left, moved] });
  });

  it('that is not there is a blank picture, and says so', async () => {
    const { capture: none, events } = await capture({ tag: 'screen', id: 'nowhere' });
    await until(() => events.some((event) => event.tag === 'shared' && event.state === 'gone'), 'gone');
    await showing(none, new ViewedScreen(none.size), (picture) => all(picture, '000000'));
  });

  it('one window is shown whatever lies in front of it, as long as it is there', async () => {
    const below = await window('below', '208040', '20x10+40+40');
    const id = (await x11Parts(connection)).windows.find(({ title }) => title === 'below')?.id ?? 'none';
    expect(id).toMatch(new RegExp(`^${below}\\.`));
    const above = await window('above', 'd02020', '40x20+20+20');
    const { capture: one, events } = await capture({ tag: 'window', id });
    let viewed = new ViewedScreen(one.size);
    await showing(one, viewed, (picture) => all(picture, '208040'));
    const { area } = (await x11Parts(connection)).windows.find((one) => one.id === id) ?? {};
    expect(one.size).toEqual({ width: area?.width, height: area?.height });
    // Where the other lies in front nothing arrives.
    const input = await openX11Input({ address: { display: display.name }, clock: systemClock, part: { tag: 'window', id } });
    await display.xdotool('mousemove', '900', '450');
    const kept: string[] = [];
    input.onEvent((event) => event.tag === 'keptAway' && kept.push(event.what));
    input.inject([{ tag: 'pointerMove', x: 5, y: 5 }]);
    input.inject([{ tag: 'pointerButton', x: 5, y: 5, button: 'left', down: true }]);
    await until(() => kept.length > 0, 'what was dropped to be told');
    expect(kept).toEqual(['pointerOutside']);
    expect(await display.xdotool('getmouselocation')).toMatch(/^x:900 y:450 /);
    await display.xdotool('windowkill', above);
    await until(async () => (await x11Parts(connection)).windows.every(({ title }) => title !== 'above'), 'nothing in front');
    const there = `x:${(area?.x ?? 0) + 6} y:${(area?.y ?? 0) + 7} `;
    await until(async () => {
      // The other one's frame goes a moment after it.
      input.inject([{ tag: 'pointerMove', x: 6, y: 7 }]);
      return (await display.xdotool('getmouselocation')).startsWith(there);
    }, 'the pointer in the window');
    await input.close();
    await display.xdotool('windowsize', below, '200', '100');
    await told(one, () => events.some((event) => event.tag === 'resized' && event.size.width < 210), 'another size');
    viewed = new ViewedScreen(one.size);
    one.configure(SETTINGS);
    await showing(one, viewed, (picture) => all(picture, '208040'));
    await display.xdotool('windowminimize', below);
    await told(one, () => events.some((event) => event.tag === 'shared' && event.state === 'hidden'), 'hidden', viewed);
    expect(all(viewed.picture(), '208040')).toBe(true);
    await display.xdotool('windowmap', below);
    await told(
      one,
      () => events.at(-1)?.tag === 'shared' || events.some((event) => event.tag === 'shared' && event.state === 'shown'),
      'there',
    );
    await display.xdotool('windowkill', below);
    await told(one, () => events.some((event) => event.tag === 'shared' && event.state === 'gone'), 'gone', viewed);
    await showing(one, viewed, (picture) => all(picture, '000000'));
  });

  it('take input where they are, and none beside them', async () => {
    const at = async (): Promise<string> =>
      /x:(\d+) y:(\d+)/
        .exec(await display.xdotool('getmouselocation'))
        ?.slice(1)
        .join() ?? '';
    const input = await openX11Input({ address: { display: display.name }, clock: systemClock, part: RIGHT });
    try {
      input.inject([{ tag: 'pointerMove', x: 30, y: 40 }]);
      await until(async () => (await at()) === '480,90', 'there');
      // One beyond the edge, then one that is inside again.
      input.inject([
        { tag: 'pointerMove', x: 500, y: 40 },
        { tag: 'pointerMove', x: 31, y: 400 },
      ]);
      input.inject([{ tag: 'pointerButton', x: 600, y: 40, button: 'left', down: true }]);
      input.aim(LEFT);
      input.inject([{ tag: 'pointerMove', x: 5, y: 6 }]);
      await until(async () => (await at()) === '5,6', 'on the other one');
      await remove('left');
      await put('left', '400/100x300/100+500+100');
      await until(async () => {
        input.inject([{ tag: 'pointerMove', x: 5, y: 7 }]);
        return (await at()) === '505,107';
      }, 'where it is now');
      input.aim(RIGHT);
      input.inject([{ tag: 'pointerMove', x: 1, y: 1 }]);
      await until(async () => (await at()) === '451,51', 'back');
    } finally {
      await input.close();
    }
  });
});
