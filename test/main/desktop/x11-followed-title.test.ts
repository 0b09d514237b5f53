import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CaptureEvent } from '../../../src/main/desktop/contract.ts';
import { connectX11, reply, type X11Connection } from '../../../src/main/desktop/x11/x11-connection.ts';
import { TITLE_REST_MS } from '../../../src/main/desktop/x11/x11-followed-title.ts';
import { markedId } from '../../../src/main/desktop/x11/x11-window-mark.ts';
import { type Display, startDisplay } from '../../support/display.ts';
import { openDrawnWindow } from '../../support/drawn-window.ts';
import { needs, until } from '../../support/programs.ts';
import { openPartCapture } from './part-capture.ts';

/* Core protocol: ChangeProperty's Replace, the atoms of STRING and WM_NAME, and PropertyChange among the event mask's bits. */
const REPLACE = 0;
const STRING = 31;
const WM_NAME = 39;
const PROPERTY_CHANGE = 0x40_0000;

const programs = needs('Xvfb');

describe.skipIf(programs.skip)(programs.title('the title of the window that is shown'), () => {
  let display: Display;
  let connection: X11Connection;
  const opened: { close(): unknown }[] = [];

  // Without a window manager, which listens to every window, too.
  beforeAll(async () => {
    display = await startDisplay({ width: 400, height: 300 });
    connection = await connectX11({ display: display.name }, false);
  });
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close();
  });
  afterAll(async () => {
    connection.close();
    await display.close();
  });

  const shown = async (title: string) => {
    const window = await openDrawnWindow(display.name, { x: 10, y: 10, width: 200, height: 100, colour: 0x20_80_40, title });
    opened.push(window);
    window.map();
    await until(() => window.drawn() > 0, 'drawn');
    const capture = await openPartCapture(display, { tag: 'window', id: await markedId(connection, window.id) });
    opened.push(capture);
    const told: string[] = [];
    const states: string[] = [];
    capture.onEvent((event: CaptureEvent) => {
      if (event.tag === 'titled') told.push(event.title);
      if (event.tag === 'shared') states.push(event.state);
    });
    const call = async (name: string): Promise<void> => {
      connection.client.ChangeProperty(REPLACE, window.id, WM_NAME, STRING, 8, Buffer.from(name, 'latin1'));
      await reply((done) => connection.client.GetInputFocus(done));
    };
    await until(() => told.length > 0, 'its title');
    return { window, told, states, call };
  };
  const isListenedTo = async (window: number): Promise<boolean> => {
    const { allEventMasks } = await reply<{ readonly allEventMasks: number }>((done) =>
      connection.client.GetWindowAttributes(window, done as never),
    );
    return (allEventMasks & PROPERTY_CHANGE) !== 0;
  };

  it('is told at first and whenever it is another one', async () => {
    const { told, call } = await shown('Letter');
    await call('Letter 2');
    await until(() => told.length === 2, 'the second title');
    await call('Letter 3');
    await until(() => told.length === 3, 'the third title');
    expect(told).toEqual(['Letter', 'Letter 2', 'Letter 3']);
  });

  it('is read no more often when it changes all the time, and nobody listens meanwhile', async () => {
    const { window, told, call } = await shown('Letter');
    const beganMs = performance.now();
    await call('0');
    await until(async () => !(await isListenedTo(window.id)), 'silence');
    for (let at = 1; at < 1_000; at += 1) await call(String(at));
    await call('last');
    await until(() => told.at(-1) === 'last', 'the last title');
    expect(told.length).toBeLessThanOrEqual(2 + (performance.now() - beganMs) / TITLE_REST_MS);
    await until(() => isListenedTo(window.id), 'listening again');
  });

  it('is not read while it is not to be seen', async () => {
    const { window, told, states, call } = await shown('Letter');
    window.unmap();
    await until(() => states.at(-1) === 'hidden', 'hidden');
    await until(async () => !(await isListenedTo(window.id)), 'silence');
    await call('what is done meanwhile');
    await call('back');
    window.map();
    await until(() => told.at(-1) === 'back', 'its title again');
    expect(told).toEqual(['Letter', 'back']);
  });
});
