import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { keyEvents } from '../../../src/protocol/rdp/input/scancodes.ts';
import type { CaptureEvent, InputInjector, ScreenCapture } from '../../../src/main/desktop/contract.ts';
import { connectX11 } from '../../../src/main/desktop/x11/x11-connection.ts';
import { markedId } from '../../../src/main/desktop/x11/x11-window-mark.ts';
import { X11SharedPart } from '../../../src/main/desktop/x11/x11-shared-part.ts';
import { openX11Input } from '../../../src/main/desktop/x11/x11-input.ts';
import type { GraphicsSettings } from '../../../src/protocol/rdp/graphics/contract.ts';
import type { PointerShape } from '../../../src/protocol/rdp/pointer-shape.ts';
import type { SharedPart } from '../../../src/protocol/rdp/shared-part.ts';
import { type Display, type Picture, startDisplay } from '../../support/display.ts';
import { openDrawnWindow, type DrawnWindow } from '../../support/drawn-window.ts';
import { needs, run, until } from '../../support/programs.ts';
import { openPartCapture } from './part-capture.ts';
import { ViewedScreen } from './viewed-screen.ts';

const SETTINGS: GraphicsSettings = {
  encoder: { name: 'planar', scrollCopies: false, skipAlpha: true, maxPduBytes: 16_000 },
  acknowledgement: 'marked',
};
/** What is shown, and what lies on the screen beside, below and in front of it. */
const SHOWN = 0x20_80_40;
const SECRET = 0xd0_20_20;
const OTHER = 0x30_50_a0;
const programs = needs('Xvfb', 'openbox', 'xprop', 'xterm', 'xdotool', 'xset');

describe.skipIf(programs.skip)(programs.title('of one window that is shown'), () => {
  let display: Display;
  const opened: { close(): unknown }[] = [];

  beforeAll(async () => {
    display = await startDisplay({ width: 800, height: 600 });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });
  afterAll(() => display.close());

  const window = async (
    colour: number,
    [x, y, width, height]: readonly [number, number, number, number],
    title?: string,
  ): Promise<DrawnWindow> => {
    const made = await openDrawnWindow(display.name, {
      x,
      y,
      width,
      height,
      colour,
      ...(title === undefined ? {} : { title }),
      bitGravity: 1,
    });
    opened.push(made);
    // A window manager that has just been started misses some.
    await until(() => {
      made.map();
      return made.drawn() > 0;
    }, 'drawn');
    return made;
  };

  /** A window of another program: what the injector in this process types into its own is kept away. */
  const terminal = async (title: string, place: string): Promise<{ readonly id: number; readonly close: () => Promise<void> }> => {
    const program = display.start('xterm', ['-T', title, '-geometry', `30x12${place}`, '-e', 'sleep', '600']);
    const made = {
      id: Number((await display.xdotool('search', '--sync', '--onlyvisible', '--name', `^${title}$`)).split('\n')[0]),
      close: async () => void (await program.stop()),
    };
    opened.push(made);
    return made;
  };

  const partOf = async ({ id }: { readonly id: number }): Promise<SharedPart> => {
    const connection = await connectX11({ display: display.name }, false);
    opened.push(connection);
    return { tag: 'window', id: await markedId(connection, id) };
  };

  /** Every picture that whoever sees the window would have had, looked through for what is not the window's. */
  const watched = async (part: SharedPart) => {
    const capture: ScreenCapture = await openPartCapture(display, part);
    opened.push(capture);
    const events: CaptureEvent[] = [];
    let viewed = new ViewedScreen(capture.size);
    const end = new AbortController();
    let frames = 0;
    const seen = new Set<string>();
    capture.onEvent((event) => {
      events.push(event);
      if (event.tag !== 'resized') return;
      viewed = new ViewedScreen(event.size);
      capture.configure(SETTINGS);
    });
    capture.configure(SETTINGS);
    const pulling = (async () => {
      while (!end.signal.aborted) {
        const { updates } = await capture.nextFrame(end.signal);
        viewed.show(updates);
        frames += 1;
        for (const colour of coloursOf(viewed.picture())) seen.add(colour);
      }
    })().catch((error: unknown) => {
      if (!end.signal.aborted) throw error;
    });
    return {
      events,
      seen,
      get frames() {
        return frames;
      },
      now: () => coloursOf(viewed.picture()),
      end: async () => {
        end.abort();
        await pulling;
      },
    };
  };

  it('another one is not shown that has its number once it is gone', async () => {
    const shown = await window(SHOWN, [100, 100, 300, 200], 'shown');
    const part = await partOf(shown);
    shown.close();
    const other = await window(SECRET, [100, 100, 300, 200], 'other');
    expect(other.id).toBe(shown.id);
    const seen = await watched(part);
    await until(() => seen.events.some((event) => event.tag === 'shared' && event.state === 'gone'), 'gone');
    await until(() => seen.frames > 0, 'a picture');
    await seen.end();
    expect([...seen.seen]).toEqual(['000000']);
  });

  it('it is there as long as the server does not say otherwise', async () => {
    const shown = await window(SHOWN, [100, 100, 300, 200]);
    const seen = await watched(await partOf(shown));
    await until(() => seen.frames > 0, 'a picture');
    shown.pretendToBeGone();
    await shown.settled();
    await drawnAnew(shown, seen);
    expect(seen.events.filter(({ tag }) => tag === 'shared')).toEqual([]);
  });

  it('it is shown, though it is larger than pictures are', async () => {
    const shown = await window(SHOWN, [100, 100, 300, 200]);
    const seen = await watched(await partOf(shown));
    await until(() => seen.frames > 0, 'a picture');
    shown.resize(20_000, 100);
    await until(() => seen.events.some((event) => event.tag === 'resized' && event.size.width === 16_384), 'what pictures have of it');
    shown.resize(320, 100);
    await until(() => seen.events.some((event) => event.tag === 'resized' && event.size.width === 320), 'all of it');
    await drawnAnew(shown, seen);
  });

  it('that it is moved says nothing of its picture, that its size changes does', async () => {
    const shown = await window(SHOWN, [100, 100, 300, 200]);
    const connection = await connectX11({ display: display.name }, true);
    opened.push(connection);
    const unsure: boolean[] = [];
    const shared = await X11SharedPart.open(connection, await partOf(shown), () => unsure.push(shared.unsure), true);
    shown.move(120, 100);
    await until(() => unsure.length === 1, 'its move');
    shown.resize(310, 200);
    await until(() => unsure.length === 2, 'its size');
    expect(unsure).toEqual([false, true]);
  });

  it('the pointer is seen while it is on the window, and never as it is elsewhere', async () => {
    await window(SECRET, [0, 0, 800, 600]);
    const shown = await window(SHOWN, [100, 100, 300, 200]);
    await window(SECRET, [300, 50, 300, 400]);
    await display.xdotool('mousemove', '150', '150');
    const { events, end } = await watched(await partOf(shown));
    const told = (): readonly string[] =>
      events.flatMap((event) => (event.tag !== 'pointerShape' ? [] : [event.shape === null ? 'hidden' : colourOf(event.shape)]));
    await until(() => told().at(-1) === hex(SHOWN), 'its pointer');
    // In front of it, and beside it, as quickly as a hand and slowly.
    for (const [x, y] of [
      [350, 150],
      [500, 400],
      [50, 50],
    ] as const)
      for (let time = 0; time < 4; time += 1) {
        await display.xdotool('mousemove', `${x}`, `${y}`);
        if (time > 0) await until(() => told().at(-1) === 'hidden', 'no pointer');
        await display.xdotool('mousemove', '150', '150');
        if (time > 1) await until(() => told().at(-1) === hex(SHOWN), 'its pointer again');
        expect([...told()]).not.toContain(hex(SECRET));
        expect(events.filter((event) => event.tag === 'pointerMoved' && event.x >= 200)).toEqual([]);
      }
    await end();
  });

  it('the locks change only while what is typed arrives there', async () => {
    const shown = await terminal('shown', '+100+100');
    const other = await terminal('other', '+450+100');
    const input = await openX11Input({ address: { display: display.name }, clock: systemClock, part: await partOf(shown) });
    opened.push(input);
    const capsLock = async (): Promise<boolean> => /Caps Lock:\s+on/.test((await run('xset', ['q'], { env: display.env })).toString());
    const typed = (capsLock: boolean): void =>
      input.inject([
        { tag: 'locks', locks: { capsLock, numLock: false, scrollLock: false, kanaLock: false } },
        ...keyEvents('KeyA', true),
        ...keyEvents('KeyA', false),
      ]);
    await display.xdotool('windowfocus', '--sync', `${other.id}`);
    typed(true);
    // It is done by the time that the pointer has moved.
    input.inject([{ tag: 'pointerMove', x: 5, y: 5 }]);
    await until(async () => (await display.xdotool('getmouselocation')).startsWith('x:10'), 'the pointer');
    expect(await capsLock()).toBe(false);
    await display.xdotool('windowfocus', '--sync', `${shown.id}`);
    input.inject([...keyEvents('KeyA', true), ...keyEvents('KeyA', false)]);
    await until(capsLock, 'Caps Lock, as it is wished for');
    typed(false);
    await until(async () => !(await capsLock()), 'no Caps Lock');
  });

  // The window manager comes later: atoms are those of one server.
  describe.each([[false], [true]])('(window manager: %s)', (windowManager) => {
    beforeAll(async () => {
      if (!windowManager) return;
      display.start('openbox', ['--config-file', join(import.meta.dirname, '../../support/openbox.xml')]);
      await until(
        async () => (await run('xprop', ['-root', '_NET_SUPPORTING_WM_CHECK'], { env: display.env })).toString().includes('window id'),
        'openbox',
      );
    });
    const start = async (): Promise<void> => {
      await window(SECRET, [0, 0, 800, 600], 'below');
    };

    it('nothing is sent that lies in front of it, though its program draws nothing, wherever it goes', async () => {
      await start();
      const shown = await window(SHOWN, [100, 100, 300, 200], 'shown');
      shown.hang();
      await window(SECRET, [250, 50, 300, 400], 'front');
      const seen = await watched(await partOf(shown));
      await until(() => seen.frames > 0, 'a picture');
      expect([...seen.now()].toSorted()).toEqual(['000000', hex(SHOWN)]);
      // What the server keeps of it is copied, and so would be what it should not have kept.
      shown.move(120, 130);
      await shown.settled();
      for (const width of [320, 340]) {
        shown.resize(width, 210);
        await until(() => seen.events.some((event) => event.tag === 'resized' && event.size.width === width), 'another size');
      }
      await drawnAnew(shown, seen);
    });

    it.skipIf(!windowManager)('no shortcut of the desktop is pressed', async () => {
      await start();
      await terminal('other', '+450+100');
      const shown = await terminal('shown', '+100+100');
      const active = (): Promise<string> => display.xdotool('getactivewindow');
      await display.xdotool('windowactivate', '--sync', `${shown.id}`);
      const press = (input: InputInjector, key: string): void =>
        input.inject([
          ...keyEvents('AltLeft', true),
          ...keyEvents(key, true),
          ...keyEvents(key, false),
          ...keyEvents('AltLeft', false),
          { tag: 'pointerMove', x: 50, y: 40 },
        ]);
      const input = await openX11Input({ address: { display: display.name }, clock: systemClock, part: await partOf(shown) });
      opened.push(input);
      await display.xdotool('mousemove', '0', '0');
      press(input, 'Tab');
      await until(async () => !(await display.xdotool('getmouselocation')).startsWith('x:0 y:0 '), 'all of it');
      expect(await active()).toBe(`${shown.id}`);
      // It still is one.
      await input.close();
      await display.xdotool('keydown', 'alt', 'key', 'Tab', 'keyup', 'alt');
      await until(async () => (await active()) !== `${shown.id}`, 'another window');
    });

    it('nothing is sent that was on the screen where it comes up again', async () => {
      await start();
      const shown = await window(SHOWN, [100, 100, 300, 200], 'shown');
      const seen = await watched(await partOf(shown));
      await until(() => seen.frames > 0, 'a picture');
      shown.unmap();
      await until(() => seen.events.some((event) => event.tag === 'shared' && event.state === 'hidden'), 'hidden');
      shown.hang();
      shown.map();
      await until(() => seen.events.some((event) => event.tag === 'shared' && event.state === 'shown'), 'there');
      await drawnAnew(shown, seen);
    });

    it('what it shows now is sent, whatever becomes of its border', async () => {
      await start();
      const shown = await window(SHOWN, [100, 100, 300, 200], 'shown');
      const seen = await watched(await partOf(shown));
      await until(() => seen.frames > 0, 'a picture');
      for (const width of [20, 3, 0]) {
        shown.border(width);
        await shown.settled();
        shown.draw(width === 0 ? OTHER : SHOWN);
      }
      await drawnAnew(shown, seen);
    });

    it('what it shows now is sent, after it had another size for a moment', async () => {
      await start();
      const shown = await window(SHOWN, [100, 100, 300, 200], 'shown');
      const seen = await watched(await partOf(shown));
      await until(() => seen.frames > 0, 'a picture');
      for (let time = 0; time < 5; time += 1) {
        shown.resize(310, 200);
        shown.resize(300, 200);
        await shown.settled();
        shown.resize(320, 210);
        await shown.settled();
        shown.resize(300, 200);
      }
      await drawnAnew(shown, seen);
    });
  });
});

type Watched = { readonly seen: ReadonlySet<string>; now(): ReadonlySet<string>; end(): Promise<void> };

/** Its program draws it again, and that is seen; nothing else was on the way. */
async function drawnAnew(shown: DrawnWindow, seen: Watched): Promise<void> {
  shown.draw(OTHER);
  await until(() => [...seen.now()].join() === hex(OTHER), 'what its program has drawn');
  await seen.end();
  expect([...seen.seen]).not.toContain(hex(SECRET));
}

const hex = (colour: number): string => colour.toString(16).padStart(6, '0');

function colourOf({ pixels }: PointerShape): string {
  for (let at = 0; at < pixels.length; at += 4)
    if ((pixels[at + 3] ?? 0) > 0) return hex(((pixels[at + 2] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at] ?? 0));
  return 'empty';
}

function coloursOf({ rgb }: Picture): ReadonlySet<string> {
  const found = new Set<string>();
  for (let at = 0; at < rgb.length; at += 3) found.add(hex(((rgb[at] ?? 0) << 16) | ((rgb[at + 1] ?? 0) << 8) | (rgb[at + 2] ?? 0)));
  return found;
}
