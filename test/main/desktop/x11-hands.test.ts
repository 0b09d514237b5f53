import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { createDesktop } from '../../../src/main/desktop/desktop.ts';
import type { InjectorEvent, InputInjector } from '../../../src/main/desktop/contract.ts';
import { openX11Input } from '../../../src/main/desktop/x11/x11-input.ts';
import type { InputEvent, PointerButton } from '../../../src/protocol/rdp/input/events.ts';
import { keyEvents } from '../../../src/protocol/rdp/input/scancodes.ts';
import { type Display, startDisplay } from '../../support/display.ts';
import { openOwnKeyboard, type OwnKeyboard } from '../../support/own-keyboard.ts';
import { openOwnWindow, type OwnWindow } from '../../support/own-window.ts';
import { needs, type Program, run, until } from '../../support/programs.ts';

/* X keycodes of a PC keyboard. */
const B = 56;

const tap = (...codes: readonly string[]): InputEvent[] => codes.flatMap((code) => [...keyEvents(code, true), ...keyEvents(code, false)]);
const move = (x: number, y: number): InputEvent => ({ tag: 'pointerMove', x, y });
const button = (down: boolean, x: number, y: number, name: PointerButton = 'left'): InputEvent => ({
  tag: 'pointerButton',
  button: name,
  down,
  x,
  y,
});
const click = (x: number, y: number): InputEvent[] => [button(true, x, y), button(false, x, y)];
const wheel: InputEvent = { tag: 'wheel', axis: 'vertical', delta: -120, x: 0, y: 0 };

const programs = needs('Xvfb', 'xev', 'xterm', 'stdbuf', 'xdotool', 'setxkbmap');

describe.skipIf(programs.skip)(programs.title('whose hands are on mouse and keyboard'), () => {
  let display: Display;
  let input: InputInjector;
  let events: InjectorEvent[];

  beforeAll(async () => {
    display = await startDisplay({ width: 640, height: 480 });
    await run('setxkbmap', ['us'], { env: display.env });
  });
  afterAll(async () => {
    await display?.close();
  });
  beforeEach(async () => {
    events = [];
    input = await openX11Input({ address: { display: display.name }, clock: systemClock });
    input.onEvent((event) => events.push(event));
  });
  afterEach(async () => {
    await input.close();
  });

  /** A window of another program, at 300,0 with the pointer and the keyboard, and what it has heard. */
  async function otherProgram(name: string): Promise<Program> {
    const program = display.start('stdbuf', ['-oL', 'xev', '-name', name, '-geometry', '300x300+300+0']);
    await until(async () => {
      const window = await display.xdotool('search', '--name', `^${name}$`).catch(() => '');
      await display.xdotool('windowfocus', window.split('\n')[0] ?? '').catch(() => '');
      return window !== '' && (await display.xdotool('getwindowfocus', 'getwindowname').catch(() => '')) === name;
    }, `${name} to have the focus`);
    return program;
  }
  const heard = (program: Program, pattern: RegExp) => until(() => pattern.test(program.output()), String(pattern));

  it('is the layout of the keyboard in use, by name and code', async () => {
    const desktop = createDesktop({
      platform: 'linux',
      env: { DISPLAY: display.name },
      workerUrl: new URL('file:///none'),
      openCapturePage: () => Promise.reject(new Error('no page')),
      clock: systemClock,
    });
    const layouts = [];
    for (const layout of [['de', 'nodeadkeys'], ['us']]) {
      await run('setxkbmap', layout, { env: display.env });
      layouts.push(await desktop.keyboardLayout());
    }
    expect(layouts).toEqual([
      { code: 'de, nodeadkeys', name: 'German (no dead keys)' },
      { code: 'us', name: 'English (US)' },
    ]);
  });

  describe('own input', () => {
    let own: OwnKeyboard;
    beforeEach(async () => {
      own = await openOwnKeyboard(display.name);
    });
    afterEach(() => own.close());

    it('is none of what is injected, however fast', async () => {
      const other = await otherProgram('injected');
      const at = Array.from({ length: 200 }, (_, step) => move(310 + step, 10 + step));
      input.inject([...at, ...click(400, 100), wheel, ...tap('KeyA', 'ShiftLeft', 'CapsLock', 'CapsLock'), ...keyEvents('KeyB', true)]);
      // Repetitions, a character that the layout does not have, and what is let go of.
      input.inject([...keyEvents('KeyB', true), { tag: 'unicode', codeUnit: 0x6f22, down: true }, ...keyEvents('KeyQ', true)]);
      await heard(other, /KeyPress[\s\S]*keysym 0x71, q/);
      input.releaseAll();
      await heard(other, /KeyRelease[\s\S]*keysym 0x71, q/);
      expect(events).toEqual([]);
      await other.stop();
    });

    it('is what the keyboard of this computer types, also while keys are injected', async () => {
      const other = await otherProgram('typed');
      own.press(B);
      await own.settled();
      await until(() => events.length === 1, 'the press');
      expect(events).toEqual([{ tag: 'ownInput', holding: true }]);
      input.inject([...tap('KeyA'), ...tap('KeyB')]);
      await heard(other, /KeyRelease[\s\S]*keysym 0x61, a/);
      own.release(B);
      await until(() => events.length === 2, 'the release');
      expect(events[1]).toEqual({ tag: 'ownInput', holding: false });
      await other.stop();
    });

    it('is what another program injects: XTEST speaks for screen keyboards as well', async () => {
      await display.xdotool('key', 'm');
      await until(() => events.length === 2, 'press and release');
      events.length = 0;
      await display.xdotool('mousemove_relative', '3', '3');
      await until(() => events.length > 0, 'the movement');
      expect(events[0]).toEqual({ tag: 'ownInput', holding: false });
    });
  });

  describe('windows of this program', () => {
    let window: OwnWindow;
    beforeEach(async () => {
      window = await openOwnWindow(display.name, { x: 0, y: 0, width: 200, height: 200 });
    });
    afterEach(() => window.close());

    it('get no click, no wheel and no movement; what is elsewhere does', async () => {
      const other = await otherProgram('elsewhere');
      input.inject([move(400, 100), move(100, 100), ...click(100, 100), ...click(410, 110)]);
      await heard(other, /ButtonRelease[\s\S]*root:\(410,110\)/);
      await display.xdotool('mousemove', '50', '50');
      input.inject([wheel, ...click(420, 120)]);
      await heard(other, /ButtonRelease[\s\S]*root:\(420,120\)/);
      expect(events.filter(({ tag }) => tag === 'keptAway')).toEqual([
        { tag: 'keptAway', what: 'pointer' },
        { tag: 'keptAway', what: 'pointer' },
      ]);
      // Where xdotool has put the pointer, and nothing else.
      expect((await window.heard()).filter((name) => name !== 'EnterNotify' && name !== 'LeaveNotify')).toEqual(['MotionNotify']);
      await other.stop();
    });

    it('get no key while they have the keyboard, and a key held before comes up', async () => {
      const other = await otherProgram('keys');
      input.inject(keyEvents('KeyA', true));
      await heard(other, /KeyPress[\s\S]*keysym 0x61, a/);
      await window.focus();
      input.inject([...keyEvents('KeyA', false), ...tap('KeyC'), { tag: 'unicode', codeUnit: 0x64, down: true }]);
      await until(() => events.length >= 2, 'both to be told');
      expect(events).toEqual([
        { tag: 'keptAway', what: 'keys' },
        { tag: 'keptAway', what: 'keys' },
      ]);
      expect(await window.heard()).toEqual(['KeyRelease']);
      await other.stop();
    });

    it('get no drop: a drag that ends there is let go of where it was last outside', async () => {
      const other = await otherProgram('drag');
      input.inject([move(310, 50), button(true, 310, 50), move(301, 60), move(120, 60), button(false, 100, 60)]);
      await heard(other, /ButtonRelease[\s\S]*root:\(301,60\)/);
      expect(events).toEqual([]);
      expect(await window.heard()).toEqual([]);
      await other.stop();
    });

    it('have a frame that is ours as well, and an icon in a panel does not make the panel ours', async () => {
      const other = display.start('xterm', ['-title', 'frame', '-geometry', '40x20+300+0']);
      const id = await until(
        async () => (await display.xdotool('search', '--onlyvisible', '--name', '^frame$').catch(() => '')).split('\n')[0] || undefined,
        'the other window',
      );
      // As a panel does with an icon: what it is in is somebody else's.
      await display.xdotool('windowreparent', String(window.id), id);
      await display.xdotool('windowsize', String(window.id), '60', '60', 'windowmap', String(window.id));
      const pointer = () => display.xdotool('getmouselocation');
      input.inject([...click(330, 30), ...click(420, 120)]);
      await until(async () => (await pointer()).startsWith('x:420 y:120'), 'the click beside it');
      expect(events).toEqual([{ tag: 'keptAway', what: 'pointer' }]);
      // As a window manager does: the title bar moves and closes our window.
      await window.manage();
      const again = await openX11Input({ address: { display: display.name }, clock: systemClock });
      again.onEvent((event) => events.push(event));
      again.inject(click(410, 110));
      await until(() => events.length > 1, 'the click on the title to be kept away');
      expect(events[1]).toEqual({ tag: 'keptAway', what: 'pointer' });
      await again.close();
      await other.stop();
    });

    it('are told apart cheaply, for each movement of the mouse', async () => {
      const moves = 2_000;
      const other = await otherProgram('cheap');
      const startedMs = performance.now();
      input.inject([...Array.from({ length: moves }, (_, step) => move(310 + (step % 200), 20)), ...click(500, 200)]);
      await heard(other, /ButtonRelease[\s\S]*root:\(500,200\)/);
      // A mouse moves 125 times a second; a tenth of a second would be a lot for them. Measured: 10 ms.
      expect(((performance.now() - startedMs) * 125) / moves).toBeLessThan(500);
      await other.stop();
    });
  });
});
