import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import type { InputInjector } from '../../../src/main/desktop/contract.ts';
import { openX11Input } from '../../../src/main/desktop/x11/x11-input.ts';
import type { InputEvent, LockKeys, PointerButton } from '../../../src/protocol/rdp/input/events.ts';
import { keyEvents } from '../../../src/protocol/rdp/input/scancodes.ts';
import { startDisplay, type Display } from '../../support/display.ts';
import { needs, run, until, type Program } from '../../support/programs.ts';

const NO_LOCKS: LockKeys = { scrollLock: false, numLock: false, capsLock: false, kanaLock: false };

const tap = (...codes: readonly string[]): InputEvent[] => codes.flatMap((code) => [...keyEvents(code, true), ...keyEvents(code, false)]);
const chord = (...codes: readonly string[]): InputEvent[] => [
  ...codes.flatMap((code) => keyEvents(code, true)),
  ...codes.toReversed().flatMap((code) => keyEvents(code, false)),
];
const typed = (text: string): InputEvent[] =>
  Array.from({ length: text.length }, (_, index) => text.charCodeAt(index)).flatMap((codeUnit) => [
    { tag: 'unicode', codeUnit, down: true } as const,
    { tag: 'unicode', codeUnit, down: false } as const,
  ]);
const button = (name: PointerButton, down: boolean, x = 200, y = 150): InputEvent => ({ tag: 'pointerButton', button: name, down, x, y });

const programs = needs('Xvfb', 'xterm', 'xev', 'stdbuf', 'xset', 'xdotool', 'xmodmap', 'setxkbmap');

describe.skipIf(programs.skip)(programs.title('X11 input on a real display'), () => {
  let display: Display;
  let input: InputInjector;
  let folder: string;
  let positions: string[];

  beforeAll(async () => {
    // No window manager: each change of the keyboard map makes one grab its keys again, which takes longer than the typing.
    display = await startDisplay({ width: 640, height: 480 });
    await run('setxkbmap', ['us'], { env: display.env });
    folder = await mkdtemp(join(tmpdir(), 'ringback-input-'));
  });
  afterAll(async () => {
    await display?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    positions = [];
    input = await openX11Input({ address: { display: display.name }, clock: systemClock, onMoved: (x, y) => positions.push(`${x},${y}`) });
  });
  afterEach(async () => {
    await input.close();
  });

  /** An xterm whose raw bytes are written to a file, focused. `text` is what has been typed since it was last looked at with `expectText`. */
  interface Terminal {
    text(): Promise<string>;
    looked(length: number): void;
    stop(): Promise<void>;
  }

  async function terminal(name: string): Promise<Terminal> {
    const file = join(folder, name);
    const program = display.start(
      'xterm',
      ['-u8', '-title', name, '-geometry', '40x10+0+0', '-e', 'sh', '-c', 'stty raw -echo; printf x > "$0"; cat >> "$0"', file],
      { LC_ALL: 'C.UTF-8' },
    );
    await focused(name);
    await until(async () => (await readFile(file, 'utf8').catch(() => '')) === 'x', 'the terminal');
    let begin = 1;
    return {
      text: async () => (await readFile(file, 'utf8')).slice(begin),
      looked: (length) => (begin += length),
      stop: () => program.stop(),
    };
  }

  async function focused(title: string): Promise<void> {
    await until(async () => {
      const window = await display.xdotool('search', '--name', `^${title}$`).catch(() => '');
      if (window === '') return false;
      // Fails until the window is shown.
      await display.xdotool('windowfocus', window.split('\n')[0] ?? '').catch(() => '');
      return (await display.xdotool('getwindowfocus', 'getwindowname').catch(() => '')) === title;
    }, `${title} to have the focus`);
  }

  /** `xev`, focused and under the pointer, with what it has printed. */
  async function eventViewer(): Promise<Program> {
    const program = display.start('stdbuf', ['-oL', 'xev', '-name', 'xev-test', '-geometry', '400x300+100+60']);
    await focused('xev-test');
    await display.xdotool('mousemove', '300', '250');
    await until(() => program.output().includes('EnterNotify') || program.output().includes('MotionNotify'), 'the pointer over xev');
    return program;
  }

  /** Exactly this, and nothing more: a key that is pressed afterwards comes right behind it. */
  const expectText = async (window: Terminal, wanted: string) => {
    const last = `${wanted}q`;
    input.inject(tap('KeyQ'));
    await until(async () => (await window.text()).length >= last.length, `“${wanted}”`).catch(() => undefined);
    expect(await window.text()).toBe(last);
    window.looked(last.length);
  };

  it('types with scancodes: letters, Shift, digits, arrows, Home and Delete, Ctrl, keypad Enter', async () => {
    const window = await terminal('keys');
    input.inject([
      ...tap('KeyH'),
      ...chord('ShiftLeft', 'KeyI'),
      ...tap('Digit1', 'Space'),
      ...chord('ShiftRight', 'Digit1'),
      ...tap('ArrowUp', 'ArrowLeft', 'Home', 'Delete', 'PageUp'),
      ...chord('ControlLeft', 'KeyA'),
      ...tap('NumpadEnter', 'Escape', 'Backspace'),
    ]);
    await expectText(window, 'hI1 !\x1b[A\x1b[D\x1b[H\x1b[3~\x1b[5~\x01\r\x1b\x7f');
    await window.stop();
  });

  it('types AltGr levels of another layout', async () => {
    await run('setxkbmap', ['de'], { env: display.env });
    const window = await terminal('altgr');
    try {
      // AltGr+E is €, AltGr+Q is @, the key of Y types Z.
      input.inject([...chord('AltRight', 'KeyE'), ...chord('AltRight', 'KeyQ'), ...tap('KeyY', 'Semicolon')]);
      await expectText(window, '€@zö');
    } finally {
      await window.stop();
      await run('setxkbmap', ['us'], { env: display.env });
    }
  });

  it('types Unicode the layout does not have, and gives the spare keys back', async () => {
    const before = (await run('xmodmap', ['-pke'], { env: display.env })).toString();
    const window = await terminal('unicode');
    const many = Array.from({ length: 60 }, (_, index) => String.fromCharCode(0x4e00 + index)).join('');
    const text = `Aé€漢😀 zß${many}é`;
    input.inject(typed(text));
    await expectText(window, text);
    await window.stop();
    await input.close();
    const after = (await run('xmodmap', ['-pke'], { env: display.env })).toString();
    expect(after).toBe(before);
  });

  it('types Unicode after the layout was changed, which takes the spare keys back', async () => {
    const window = await terminal('relayout');
    try {
      input.inject(typed('漢é'));
      await expectText(window, '漢é');
      await run('setxkbmap', ['de'], { env: display.env });
      input.inject(typed('漢字é'));
      await expectText(window, '漢字é');
    } finally {
      await window.stop();
      await run('setxkbmap', ['us'], { env: display.env });
    }
  });

  it('types in turn with a single spare key', async () => {
    await input.close();
    const keys = (await run('xmodmap', ['-pke'], { env: display.env })).toString();
    const spare = [...keys.matchAll(/^keycode\s+(\d+) =\s*$/gm)].map((match) => match[1]);
    expect(spare.length).toBeGreaterThan(1);
    await run(
      'xmodmap',
      spare.slice(1).flatMap((keycode) => ['-e', `keycode ${keycode} = F35`]),
      { env: display.env },
    );
    try {
      const window = await terminal('single');
      input = await openX11Input({ address: { display: display.name }, clock: systemClock });
      input.inject(typed('漢字éß漢Ω'));
      await expectText(window, '漢字éß漢Ω');
      await window.stop();
    } finally {
      await input.close();
      await run(
        'xmodmap',
        spare.slice(1).flatMap((keycode) => ['-e', `keycode ${keycode} =`]),
        { env: display.env },
      );
    }
  });

  it('types the same Unicode with Caps Lock on and with Shift held', async () => {
    const window = await terminal('caps');
    input.inject([{ tag: 'locks', locks: { ...NO_LOCKS, capsLock: true } }, ...typed('aAéÉ'), { tag: 'locks', locks: NO_LOCKS }]);
    await expectText(window, 'aAéÉ');
    input.inject([...keyEvents('ShiftLeft', true), ...typed('bBé'), ...keyEvents('ShiftLeft', false)]);
    await expectText(window, 'bBé');
    await window.stop();
  });

  it('keeps the order of characters and keys', async () => {
    const window = await terminal('order');
    input.inject([...typed('漢'), ...tap('KeyA'), ...typed('字'), ...tap('KeyB')]);
    await expectText(window, '漢a字b');
    await window.stop();
  });

  it('moves, presses all five buttons, and turns the wheel both ways where the pointer is', async () => {
    const viewer = await eventViewer();
    const pressed = () =>
      [...viewer.output().matchAll(/Button(Press|Release) event[\s\S]*?root:\((\d+),(\d+)\),[\s\S]*?button (\d+)/g)].map(
        (match) => `${match[1]} ${match[4]} ${match[2]},${match[3]}`,
      );
    for (const [index, name] of (['left', 'middle', 'right', 'x1', 'x2'] as const).entries()) {
      input.inject([button(name, true)]);
      await until(() => pressed().length === index * 2 + 1, `${name} down`);
      input.inject([button(name, false)]);
      await until(() => pressed().length === index * 2 + 2, `${name} up`);
    }
    input.inject([
      { tag: 'wheel', axis: 'vertical', delta: 120, x: 0, y: 0 },
      { tag: 'wheel', axis: 'vertical', delta: -60, x: 0, y: 0 },
      { tag: 'wheel', axis: 'vertical', delta: -60, x: 0, y: 0 },
      { tag: 'wheel', axis: 'horizontal', delta: 240, x: 0, y: 0 },
      { tag: 'wheel', axis: 'horizontal', delta: -120, x: 0, y: 0 },
    ]);
    const at = (number: number, place: string) => [`Press ${number} ${place}`, `Release ${number} ${place}`];
    const wanted = [1, 2, 3, 8, 9]
      .flatMap((number) => at(number, '200,150'))
      .concat([4, 5, 7, 7, 6].flatMap((number) => at(number, '200,150')));
    await until(() => pressed().length >= wanted.length, `${wanted.length} button events, but ${pressed().join('; ')}`).catch(
      () => undefined,
    );
    expect(pressed()).toEqual(wanted);
    expect(new Set(positions)).toEqual(new Set(['200,150']));
    await viewer.stop();
  });

  it('reports Pause as one key and never as Num Lock', async () => {
    const viewer = await eventViewer();
    input.inject(tap('Pause', 'NumLock', 'KeyQ'));
    await until(() => /KeyRelease[\s\S]*keysym 0x71, q/.test(viewer.output()), 'the last key');
    const keys = [...viewer.output().matchAll(/Key(?:Press) event[\s\S]*?keysym 0x[0-9a-f]+, (\w+)\)/g)].map((match) => match[1]);
    expect(keys).toEqual(['Pause', 'Num_Lock', 'q']);
    input.inject(tap('NumLock'));
    await viewer.stop();
  });

  it('switches lock keys to what is wished, whatever they were', async () => {
    const read = async () => {
      const text = (await run('xset', ['q'], { env: display.env })).toString();
      return `${/Caps Lock:\s+(on|off)/.exec(text)?.[1]} ${/Num Lock:\s+(on|off)/.exec(text)?.[1]}`;
    };
    for (const [locks, wanted] of [
      [{ ...NO_LOCKS, capsLock: true }, 'on off'],
      [{ ...NO_LOCKS, capsLock: true, numLock: true }, 'on on'],
      [{ ...NO_LOCKS, numLock: true }, 'off on'],
      [NO_LOCKS, 'off off'],
      [NO_LOCKS, 'off off'],
    ] as const) {
      input.inject([{ tag: 'locks', locks }]);
      await until(async () => (await read()) === wanted, `locks ${wanted}`).catch(() => undefined);
      expect(await read()).toBe(wanted);
    }
  });

  it('lets go of everything held, and of nothing twice', async () => {
    const viewer = await eventViewer();
    input.inject([...keyEvents('KeyJ', true), ...keyEvents('ShiftLeft', true), button('left', true)]);
    await until(() => /ButtonPress/.test(viewer.output()), 'the button');
    input.releaseAll();
    await until(() => /ButtonRelease/.test(viewer.output()), 'the release');
    const state = await run('xdotool', ['getmouselocation'], { env: display.env });
    expect(state.toString()).toContain('x:200 y:150');
    const count = (pattern: RegExp) => [...viewer.output().matchAll(pattern)].length;
    expect(count(/KeyRelease event[\s\S]*?keysym 0x[0-9a-f]+, [jJ]\)/g)).toBe(1);
    expect(count(/KeyRelease event[\s\S]*?keysym 0xffe1/g)).toBeGreaterThan(0);
    const before = viewer.output().length;
    input.releaseAll();
    input.inject([...keyEvents('KeyJ', false), button('left', false), ...keyEvents('KeyQ', true)]);
    const since = await until(() => {
      const output = viewer.output().slice(before);
      return /KeyPress event[\s\S]*?keysym 0x71, q/.test(output) && output;
    }, 'the key that comes after');
    expect(since).not.toMatch(/KeyRelease|ButtonRelease/);
    await viewer.stop();
  });

  it('what waits for an answer of the server is not injected once everything was let go', async () => {
    const viewer = await eventViewer();
    const locks: InputEvent = { tag: 'locks', locks: { ...NO_LOCKS, capsLock: true } };
    for (const [events, next, keysym] of [
      [typed('k'), 'KeyQ', '0x71, q'],
      [typed('漢'), 'KeyW', '0x77, w'],
      [[locks], 'KeyE', '0x65, e'],
    ] as const) {
      input.inject(events);
      input.releaseAll();
      input.inject(tap(next));
      await until(() => new RegExp(`KeyRelease[\\s\\S]*keysym ${keysym}`).test(viewer.output()), next);
    }
    const pressed = [...viewer.output().matchAll(/KeyPress event[\s\S]*?keysym (0x[0-9a-f]+)/g)].map((match) => match[1]);
    expect(pressed).toEqual(['0x71', '0x77', '0x65']);
    await viewer.stop();
  });

  it('close releases what is held, and nothing is injected afterwards', async () => {
    const viewer = await eventViewer();
    input.inject(keyEvents('KeyK', true));
    await until(() => /KeyPress[\s\S]*keysym 0x6b, k/.test(viewer.output()), 'the press');
    await input.close();
    await until(() => /KeyRelease[\s\S]*keysym 0x6b, k/.test(viewer.output()), 'the release');
    input.inject(tap('KeyL'));
    await display.xdotool('key', 'm');
    await until(() => /KeyRelease[\s\S]*keysym 0x6d, m/.test(viewer.output()), 'a key that somebody else presses afterwards');
    expect(viewer.output()).not.toContain('keysym 0x6c');
    await viewer.stop();
  });

  it('survives the X server going away', async () => {
    const own = await startDisplay({ width: 320, height: 240 });
    const lost = await openX11Input({ address: { display: own.name }, clock: systemClock });
    lost.inject(keyEvents('KeyA', true));
    await own.close();
    lost.inject([...tap('KeyB'), ...typed('é')]);
    lost.releaseAll();
    await lost.close();
    await expect(openX11Input({ address: { display: own.name }, clock: systemClock })).rejects.toMatchObject({ code: 'NO_DISPLAY' });
  });
});
