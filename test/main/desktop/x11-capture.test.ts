import type { ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import type { CaptureEvent, ScreenCapture } from '../../../src/main/desktop/contract.ts';
import type { EncodedFrame } from '../../../src/protocol/rdp/graphics/capture-messages.ts';
import type { GrabWay } from '../../../src/main/desktop/x11/grabber.ts';
import { createDesktop } from '../../../src/main/desktop/desktop.ts';
import { openX11Capture } from '../../../src/main/desktop/x11/x11-capture.ts';
import { openX11Input } from '../../../src/main/desktop/x11/x11-input.ts';
import type { GraphicsSettings } from '../../../src/protocol/rdp/graphics/contract.ts';
import { startDisplay, type Display, type Picture } from '../../support/display.ts';
import { crop, differingPixels } from '../../support/picture.ts';
import { forkEngine } from '../../support/engine-process.ts';
import { isRunning } from '../../support/process-tree.ts';
import { needs, run, until } from '../../support/programs.ts';
import { ViewedScreen } from './viewed-screen.ts';

const SETTINGS: GraphicsSettings = {
  encoder: { name: 'planar', scrollCopies: false, skipAlpha: true, maxPduBytes: 16_000 },
  acknowledgement: 'marked',
};
const workerUrl = new URL('../../../src/main/desktop/x11/x11-capture-worker.ts', import.meta.url);

function open(display: Display, way: GrabWay | 'auto' = 'auto', useDamage = true): Promise<ScreenCapture> {
  return openX11Capture({
    address: { display: display.name },
    way,
    useDamage,
    workerUrl,
    clock: systemClock,
    signal: new AbortController().signal,
  });
}

const OWED_MS = 20_000;
/** Inside the two small terminals that are opened far apart. */
const WINDOWS = [
  { x: 615, y: 337, width: 100, height: 50 },
  { x: 7, y: 504, width: 100, height: 50 },
];

/** Pulls frames onto the screen: the first, which is owed, and then on until nothing has come for a while. */
async function settle(capture: ScreenCapture, viewed: ViewedScreen): Promise<EncodedFrame[]> {
  const frames: EncodedFrame[] = [];
  for (;;) {
    try {
      const frame = await capture.nextFrame(AbortSignal.timeout(frames.length === 0 ? OWED_MS : 300));
      viewed.show(frame.updates);
      frames.push(frame);
    } catch (error) {
      if (frames.length > 0 && error instanceof DOMException && error.name === 'TimeoutError') return frames;
      throw error;
    }
  }
}

/** Whether nothing changes for a tenth of a second. */
function idle(capture: ScreenCapture): Promise<boolean> {
  return capture.nextFrame(AbortSignal.timeout(100)).then(
    () => false,
    () => true,
  );
}

/** As `settle`, and on until the picture is what a screenshot shows: programs draw when they like. */
async function settleSame(capture: ScreenCapture, viewed: ViewedScreen, display: Display, levels = 0): Promise<EncodedFrame[]> {
  const frames = await settle(capture, viewed);
  while (different(viewed.picture(), await display.screenshot(), levels) > 0) frames.push(...(await settle(capture, viewed)));
  return frames;
}

/** How many pixels differ, by more than `levels` in a colour. */
function different(one: Picture, other: Picture, levels = 0): number {
  expect([one.width, one.height]).toEqual([other.width, other.height]);
  let count = 0;
  for (let at = 0; at < one.rgb.length; at += 3) {
    const differs = (place: number): boolean => Math.abs((one.rgb[place] ?? 0) - (other.rgb[place] ?? 0)) > levels;
    if (differs(at) || differs(at + 1) || differs(at + 2)) count += 1;
  }
  return count;
}

/** System V segments that this process has made and that are still there (Linux). */
function segmentsOf(pid: number): number {
  const [, ...lines] = readFileSync('/proc/sysvipc/shm', 'utf8').trim().split('\n');
  return lines.filter((line) => line.trim().split(/\s+/)[4] === `${pid}`).length;
}

const programs = needs('Xvfb', 'import', 'xdotool', 'xsetroot', 'xrandr', 'xterm');

describe.skipIf(programs.skip)(programs.title('X11 capture of a real screen'), () => {
  let display: Display;
  beforeAll(async () => {
    display = await startDisplay({ width: 800, height: 600 });
    // Text in many colours on a stipple: runs, noise and edges, none of them on a tile's border.
    await run('xsetroot', ['-mod', '5', '7', '-fg', '#fe8013', '-bg', '#0141c3'], { env: display.env });
    const colours =
      'i=0; while [ $i -lt 2000 ]; do printf "\\033[38;5;%dm%d\\033[48;5;%dmx" $((i % 256)) $i $((i * 7 % 256)); i=$((i + 1)); done; sleep 600';
    display.start('xterm', ['-geometry', '70x20+37+29', '-e', 'sh', '-c', colours], { TERM: 'xterm-256color' });
    await until(async () => (await display.xdotool('search', '--class', 'xterm').catch(() => '')) !== '', 'the xterm');
  });
  afterAll(() => display?.close());

  for (const way of ['shmPixmap', 'shmFd', 'shmSysV', 'getImage'] as const) {
    it(`${way}: the picture equals a screenshot pixel for pixel, and so do small changes`, async () => {
      const capture = await open(display, way);
      try {
        expect(capture.size).toEqual({ width: 800, height: 600 });
        const viewed = new ViewedScreen(capture.size);
        capture.configure(SETTINGS);
        const first = await settleSame(capture, viewed, display);
        expect(first[0]?.changedPixels).toBe(800 * 600);

        const before = await display.screenshot();
        // Nobody pulls while these appear, far apart: their damage is one frame's, in several areas.
        const window = display.start('xterm', ['-geometry', '20x5+611+333', '-e', 'sleep 60']);
        const other = display.start('xterm', ['-geometry', '20x5+3+500', '-e', 'sleep 60']);
        await until(async () => (await display.xdotool('search', '--class', 'xterm')).split('\n').length >= 3, 'both windows');
        await until(async () => {
          const now = await display.screenshot();
          return WINDOWS.every((area) => differingPixels(crop(before, area), crop(now, area)) > 1_000);
        }, 'both windows to be painted');
        const later = await settleSame(capture, viewed, display);
        await window.stop();
        await other.stop();
        later.push(...(await settleSame(capture, viewed, display)));
        for (const frame of later) expect(frame.changedPixels).toBeLessThan((800 * 600) / 4);
      } finally {
        await capture.close();
      }
    });
  }

  it('an idle screen gives no frame and takes no processor time', async () => {
    const capture = await open(display);
    try {
      const viewed = new ViewedScreen(capture.size);
      capture.configure(SETTINGS);
      await settle(capture, viewed);
      const before = process.cpuUsage();
      await expect(capture.nextFrame(AbortSignal.timeout(1_000))).rejects.toMatchObject({ name: 'TimeoutError' });
      const { user, system } = process.cpuUsage(before);
      // Worker threads count with their process; an idle second is well under a fifth of one.
      expect((user + system) / 1_000).toBeLessThan(200);

      // The frame stays owed while nobody waits, and loses nothing.
      await run('xsetroot', ['-solid', '#123456'], { env: display.env });
      const [frame] = await settle(capture, viewed);
      expect(frame).toBeDefined();
      expect(different(viewed.picture(), await display.screenshot())).toBe(0);
    } finally {
      await capture.close();
    }
  });

  it('a change after idleness is answered at once', async () => {
    const capture = await open(display);
    try {
      capture.configure(SETTINGS);
      await settle(capture, new ViewedScreen(capture.size));
      const latencies: number[] = [];
      for (let turn = 0; turn < 5; turn += 1) {
        while (!(await idle(capture)));
        const next = capture.nextFrame(AbortSignal.timeout(5_000));
        const drawn = run('xsetroot', ['-solid', `#00${turn}0ff`], { env: display.env }).then(() => performance.now());
        await next;
        latencies.push(performance.now() - (await drawn));
      }
      latencies.sort((a, b) => a - b);
      expect(latencies[2]).toBeLessThan(60);
    } finally {
      await capture.close();
    }
  });

  it('without DAMAGE it compares, and still sends only what changed', async () => {
    const capture = await open(display, 'auto', false);
    try {
      const viewed = new ViewedScreen(capture.size);
      capture.configure(SETTINGS);
      await settle(capture, viewed);
      const window = display.start('xterm', ['-geometry', '20x5+11+33', '-e', 'sleep 60']);
      const frames = await settleSame(capture, viewed, display);
      for (const frame of frames) expect(frame.changedPixels).toBeLessThan((800 * 600) / 4);
      await window.stop();
    } finally {
      await capture.close();
    }
  });

  it('refreshes only the areas asked for, and everything after configure', async () => {
    const capture = await open(display);
    try {
      const viewed = new ViewedScreen(capture.size);
      capture.configure(SETTINGS);
      await settle(capture, viewed);
      capture.refresh([{ x: 100, y: 100, width: 40, height: 20 }]);
      const [refreshed] = await settle(capture, viewed);
      expect(refreshed?.changedPixels).toBe(800);
      capture.configure({ ...SETTINGS, encoder: { ...SETTINGS.encoder, skipAlpha: false } });
      const [whole] = await settleSame(capture, viewed, display);
      expect(whole?.changedPixels).toBe(800 * 600);
    } finally {
      await capture.close();
    }
  });

  it('tells the cursor apart from the picture, and where it goes', async () => {
    const capture = await open(display);
    const events: CaptureEvent[] = [];
    capture.onEvent((event) => events.push(event));
    try {
      capture.configure(SETTINGS);
      const shapes = () => events.filter((event) => event.tag === 'pointerShape');
      await until(() => shapes().length > 0, 'the first shape');
      events.length = 0;
      await run('xsetroot', ['-cursor_name', 'crosshair'], { env: display.env });
      const input = await openX11Input({ address: { display: display.name }, clock: systemClock });
      input.inject([{ tag: 'pointerMove', x: 321, y: 123 }]);
      await until(() => events.some((event) => event.tag === 'pointerMoved' && event.x === 321 && event.y === 123), 'the position');
      await input.close();
      const last = await until(() => shapes().at(-1), 'the crosshair');
      if (last.tag !== 'pointerShape' || last.shape === null) throw new Error('no shape');
      const { width, height, hotX, hotY, pixels } = last.shape;
      // The core font's crosshair: 16 rows or so, its hot spot where the lines cross.
      expect(pixels.length).toBe(width * height * 4);
      expect(pixels[(hotY * width + hotX) * 4 + 3]).toBe(255);
      expect(hotX).toBeGreaterThan(3);
      expect(hotY).toBeGreaterThan(3);
    } finally {
      await capture.close();
    }
  });

  it('follows the screen when it changes size', async () => {
    const own = await startDisplay({ width: 1024, height: 768 });
    const capture = await open(own);
    const events: CaptureEvent[] = [];
    capture.onEvent((event) => events.push(event));
    try {
      capture.configure(SETTINGS);
      await settle(capture, new ViewedScreen(capture.size));
      for (const [width, height] of [
        [640, 480],
        [1024, 768],
      ] as const) {
        events.length = 0;
        const mode = `${width}x${height}`;
        if (width === 640) {
          await run('xrandr', ['--newmode', mode, '0', `${width}`, '0', '0', `${width}`, `${height}`, '0', '0', `${height}`], {
            env: own.env,
          });
          await run('xrandr', ['--addmode', 'screen', mode], { env: own.env });
        }
        await run('xrandr', ['--output', 'screen', '--mode', mode, '--fb', mode], { env: own.env });
        await until(
          () => events.some((event) => event.tag === 'resized' && event.size.width === width && event.size.height === height),
          'resized',
        );
        expect(capture.size).toEqual({ width, height });
        await run('xsetroot', ['-solid', '#80a0c0'], { env: own.env });
        const viewed = new ViewedScreen({ width, height });
        capture.configure(SETTINGS);
        await settleSame(capture, viewed, own);
      }
    } finally {
      await capture.close();
      await own.close();
    }
  });

  it('says LOST when the X server goes away', async () => {
    const own = await startDisplay({ width: 320, height: 240 });
    const capture = await open(own);
    const events: CaptureEvent[] = [];
    capture.onEvent((event) => events.push(event));
    capture.configure(SETTINGS);
    await settle(capture, new ViewedScreen(capture.size));
    const waiting = capture.nextFrame(AbortSignal.timeout(10_000));
    const refused = expect(waiting).rejects.toMatchObject({ name: 'DesktopError', code: 'LOST' });
    await own.close();
    await refused;
    await until(() => events.some((event) => event.tag === 'failed' && event.error.code === 'LOST'), 'failed');
    await expect(capture.nextFrame(new AbortController().signal)).rejects.toMatchObject({ code: 'LOST' });
    await capture.close();
  });

  it('says NO_DISPLAY where no X server listens, and stops opening when told to', async () => {
    await expect(open({ ...display, name: ':59533' })).rejects.toMatchObject({ name: 'DesktopError', code: 'NO_DISPLAY' });
    const signal = AbortSignal.abort(new Error('no longer wanted'));
    await expect(
      openX11Capture({ address: { display: display.name }, way: 'auto', useDamage: true, workerUrl, clock: systemClock, signal }),
    ).rejects.toThrow('no longer wanted');
  });

  it('goes on in a thread when its process is killed, with a whole picture, and leaves nothing of it', async () => {
    const children: ChildProcess[] = [];
    const capture = await openX11Capture({
      address: { display: display.name },
      way: 'shmSysV',
      useDamage: true,
      startProcess: () => forkEngine('x11-capture-process.ts', (child) => children.push(child)),
      workerUrl,
      clock: systemClock,
      signal: new AbortController().signal,
    });
    const events: CaptureEvent[] = [];
    capture.onEvent((event) => events.push(event));
    try {
      capture.configure(SETTINGS);
      const viewed = new ViewedScreen(capture.size);
      const frames = await settleSame(capture, viewed, display);
      const pid = children[0]?.pid ?? 0;
      expect(segmentsOf(pid)).toBe(1);
      const next = capture.nextFrame(AbortSignal.timeout(20_000));
      process.kill(pid, 'SIGKILL');
      const first = await next;
      expect(first.changedPixels).toBe(800 * 600);
      expect(first.frameId).toBe((frames.at(-1)?.frameId ?? 0) + 1);
      viewed.show(first.updates);
      expect(different(viewed.picture(), await display.screenshot())).toBe(0);
      expect(children).toHaveLength(1);
      expect(events.filter(({ tag }) => tag === 'failed')).toEqual([]);
      await until(() => segmentsOf(pid) === 0, 'its shared memory to go');
    } finally {
      await capture.close();
    }
  });

  it('goes on in a thread when its process hangs while a frame is owed, and not for an idle screen', async () => {
    const children: ChildProcess[] = [];
    const capture = await openX11Capture({
      address: { display: display.name },
      way: 'auto',
      useDamage: true,
      startProcess: () => forkEngine('x11-capture-process.ts', (child) => children.push(child)),
      workerUrl,
      clock: systemClock,
      signal: new AbortController().signal,
    });
    const events: CaptureEvent[] = [];
    capture.onEvent((event) => events.push(event));
    try {
      capture.configure(SETTINGS);
      const viewed = new ViewedScreen(capture.size);
      const frames = await settleSame(capture, viewed, display);
      const pid = children[0]?.pid ?? 0;
      // Longer than one that hangs is given.
      await expect(capture.nextFrame(AbortSignal.timeout(5_000))).rejects.toMatchObject({ name: 'TimeoutError' });
      expect(isRunning(pid)).toBe(true);
      const next = capture.nextFrame(AbortSignal.timeout(60_000));
      process.kill(pid, 'SIGSTOP');
      const first = await next;
      expect(first).toMatchObject({ changedPixels: 800 * 600, frameId: (frames.at(-1)?.frameId ?? 0) + 1 });
      viewed.show(first.updates);
      expect(different(viewed.picture(), await display.screenshot())).toBe(0);
      expect(events.filter(({ tag }) => tag === 'failed')).toEqual([]);
      await until(() => !isRunning(pid), 'the process to end');
    } finally {
      await capture.close();
    }
  });

  it('is closed at once, whatever its process is doing, and leaves nothing of it', async () => {
    let child: ChildProcess | undefined;
    const capture = await openX11Capture({
      address: { display: display.name },
      way: 'auto',
      useDamage: true,
      startProcess: () => forkEngine('x11-capture-process.ts', (started) => (child = started)),
      workerUrl,
      clock: systemClock,
      signal: new AbortController().signal,
    });
    capture.configure(SETTINGS);
    const pid = child?.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    const startMs = performance.now();
    await capture.close();
    expect(performance.now() - startMs).toBeLessThan(200);
    await until(() => !isRunning(pid), 'the process to end');
  });

  it('never makes more frames a second than it may', async () => {
    const capture = await open(display);
    const busy = display.start('xterm', ['-e', 'while :; do seq 1 50; done']);
    try {
      capture.configure(SETTINGS);
      await capture.nextFrame(AbortSignal.timeout(5_000));
      const startMs = performance.now();
      let frames = 0;
      while (performance.now() - startMs < 1_000) {
        await capture.nextFrame(AbortSignal.timeout(5_000));
        frames += 1;
      }
      expect(frames).toBeLessThanOrEqual(62);
      expect(frames).toBeGreaterThan(3);
    } finally {
      await busy.stop();
      await capture.close();
    }
  });
});

const screens = needs('Xvfb', 'import', 'xsetroot');
describe.skipIf(screens.skip)(screens.title('X11 capture of other screens'), () => {
  /** Colours that a screen of few bits cannot show exactly. */
  const paint = (display: Display) => run('xsetroot', ['-mod', '5', '7', '-fg', '#fd8113', '-bg', '#0141c3'], { env: display.env });

  async function supportOf(display: Display) {
    const desktop = createDesktop({
      platform: 'linux',
      env: { DISPLAY: display.name },
      workerUrl,
      openCapturePage: () => Promise.reject(new Error('X11 needs no page')),
      clock: systemClock,
    });
    return desktop.support();
  }

  // An odd width: rows of 16-bit pixels have a gap behind them.
  for (const depth of [15, 16, 30])
    for (const way of ['shmFd', 'getImage'] as const)
      it(`${depth} bits of colour, ${way}: as exact as eight bits a colour can be, and nothing is said`, async () => {
        const display = await startDisplay({ width: 321, height: 201, depth });
        try {
          expect(await supportOf(display)).toEqual({ capture: true, input: true });
          await paint(display);
          const capture = await open(display, way);
          const viewed = new ViewedScreen(capture.size);
          capture.configure(SETTINGS);
          // A screenshot rounds down, we to the nearest.
          await settleSame(capture, viewed, display, 1);
          await run('xsetroot', ['-solid', '#46a5dc'], { env: display.env });
          await settleSame(capture, viewed, display, 1);
          await capture.close();
        } finally {
          await display.close();
        }
      });

  it('8 bits from a palette are refused, and it is the colours that are spoken of', async () => {
    const display = await startDisplay({ width: 320, height: 240, depth: 8 });
    try {
      expect(await supportOf(display)).toEqual({ capture: false, input: false, reason: 'desktop.colours' });
      await expect(open(display)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    } finally {
      await display.close();
    }
  });

  it('a server without DAMAGE is shared, and nothing is said', async () => {
    const display = await startDisplay({ width: 320, height: 240, serverArguments: ['-extension', 'DAMAGE'] });
    try {
      expect(await supportOf(display)).toEqual({ capture: true, input: true });
      const capture = await open(display);
      const viewed = new ViewedScreen(capture.size);
      capture.configure(SETTINGS);
      await paint(display);
      await settleSame(capture, viewed, display);
      await capture.close();
    } finally {
      await display.close();
    }
  });

  it('what is drawn past DAMAGE is seen all the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringback-framebuffer-'));
    const display = await startDisplay({ width: 320, height: 240, serverArguments: ['-fbdir', folder] });
    try {
      const capture = await open(display);
      const viewed = new ViewedScreen(capture.size);
      capture.configure(SETTINGS);
      await settleSame(capture, viewed, display);
      // The last pixels of the server's own memory, which nobody tells it of.
      const framebuffer = openSync(join(folder, 'Xvfb_screen0'), 'r+');
      writeSync(framebuffer, Buffer.alloc(400, 0x5a), 0, 400, fstatSync(framebuffer).size - 400);
      closeSync(framebuffer);
      const [frame] = await settleSame(capture, viewed, display);
      expect(frame?.changedPixels).toBe(100);
      await capture.close();
    } finally {
      await display.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
