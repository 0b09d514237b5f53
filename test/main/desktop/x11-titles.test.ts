import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectX11, type X11Connection } from '../../../src/main/desktop/x11/x11-connection.ts';
import { x11Parts } from '../../../src/main/desktop/x11/x11-parts.ts';
import { type Display, startDisplay } from '../../support/display.ts';
import { needs, run, until } from '../../support/programs.ts';

const programs = needs('Xvfb', 'xterm', 'xdotool', 'xprop', 'openbox');

describe.skipIf(programs.skip)(programs.title('the titles of windows on an X desktop'), () => {
  let display: Display;
  let connection: X11Connection;
  const opened: { stop(): Promise<unknown> }[] = [];

  const terminal = async (...args: readonly string[]): Promise<string> => {
    const program = display.start('xterm', [...args, '-e', 'sleep', '600']);
    opened.push(program);
    const id = (await display.xdotool('search', '--sync', '--onlyvisible', '--class', 'xterm')).split('\n')[0] ?? '';
    await until(async () => (await x11Parts(connection)).windows.length > 0, 'the window in the list');
    return id;
  };
  const titles = async (): Promise<readonly string[]> => (await x11Parts(connection)).windows.map(({ title }) => title);

  beforeAll(async () => {
    display = await startDisplay({ width: 640, height: 400, windowManager: true });
    connection = await connectX11({ display: display.name }, false);
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.stop();
    await until(async () => (await x11Parts(connection)).windows.length === 0, 'no window left');
  });
  afterAll(async () => {
    connection.close();
    await display.close();
  });

  // A terminal writes WM_NAME alone: as STRING where Latin-1 has all of it, and as COMPOUND_TEXT where not.
  it.each(['Letter', 'Grüße', 'A – B', 'Письмо 日本語 😀'])('are read as a terminal has written them: %s', async (title) => {
    await terminal('-T', title);
    expect(await titles()).toEqual([title]);
  });

  it('are what _NET_WM_NAME says where that is UTF-8, and WM_NAME in UTF-8 is read, too', async () => {
    const id = await terminal('-T', 'A – B');
    const set = (name: string, type: string, text: string) =>
      run('xprop', ['-id', id, '-format', name, type, '-set', name, text], { env: display.env });
    await set('_NET_WM_NAME', '8s', 'not UTF-8');
    expect(await titles()).toEqual(['A – B']);
    await set('_NET_WM_NAME', '8u', 'Письмо');
    expect(await titles()).toEqual(['Письмо']);
    await run('xprop', ['-id', id, '-remove', '_NET_WM_NAME'], { env: display.env });
    await set('WM_NAME', '8u', 'Straße €');
    expect(await titles()).toEqual(['Straße €']);
    // Of which nobody knows how it is written.
    await set('WM_NAME', '32c', '1633837924');
    expect(await titles()).toEqual(['']);
  });
});
