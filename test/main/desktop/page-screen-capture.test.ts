import { beforeEach, describe, expect, it } from 'vitest';
import type { CaptureEvent, DesktopScreen, ScreenCapture, Screens } from '../../../src/main/desktop/contract.ts';
import { openPageScreenCapture } from '../../../src/main/desktop/page/page-screen-capture.ts';
import { Emitter } from '../../../src/main/emitter.ts';
import type { Size } from '../../../src/protocol/rdp/geometry.ts';
import type { ToCapturePage } from '../../../src/protocol/rdp/graphics/capture-messages.ts';
import { planarSettings } from '../../support/encode-frame.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const SETTINGS = planarSettings({ acknowledgement: 'unmarked' });
const screenAt = (id: string, x: number): DesktopScreen => ({
  id,
  name: id,
  primary: x === 0,
  area: { x, y: 0, width: 64, height: 32 },
});

class FakeScreens implements Screens {
  there = [screenAt('1', 0), screenAt('2', 64)];
  readonly changes = new Emitter();
  list(): readonly DesktopScreen[] {
    return this.there;
  }
  here(): string | undefined {
    return undefined;
  }
  stamp(): string {
    return JSON.stringify(this.there);
  }
  readonly onChange = this.changes.on;
  /** Without a word, as it is until the event has come. */
  become(...screens: DesktopScreen[]): void {
    this.there = screens;
  }
}

class FakePort {
  readonly told: ToCapturePage[] = [];
  closed = 0;
  private readonly messages = new Emitter<unknown>();
  postMessage(message: unknown): void {
    this.told.push(message as ToCapturePage);
  }
  on(event: 'message' | 'close', listener: (event: never) => void): void {
    if (event === 'message') this.messages.on((data) => listener({ data } as never));
  }
  start(): void {}
  close(): void {
    this.closed += 1;
  }
  says(message: unknown): void {
    this.messages.emit(message);
  }
  frame(frameId: number, generation: number): void {
    this.says({
      tag: 'frame',
      generation,
      frame: { frameId, updates: [{ route: 'fastPath', bytes: Uint8Array.of(frameId) }], changedPixels: 4, captureMs: 1, encodeMs: 1 },
    });
  }
  get asked(): string[] {
    return this.told.map(({ tag }) => tag).filter((tag) => tag === 'look' || tag === 'leave');
  }
}

let screens: FakeScreens;
let port: FakePort;
let clock: VirtualClock;
let capture: ScreenCapture;
let events: CaptureEvent[];
let given: (string | undefined)[];
let sizes: Size[];

async function open(id: string): Promise<void> {
  const opening = openPageScreenCapture({
    openCapturePage: async (screen) => {
      given.push(screen);
      return { port, close: () => undefined };
    },
    screens,
    id,
    sized: (size) => sizes.push(size),
    clock,
    signal: new AbortController().signal,
    framesBefore: 4,
  });
  await Promise.resolve();
  await Promise.resolve();
  port.says({ tag: 'opened', size: { width: 64, height: 32 }, way: 'page' });
  capture = await opening;
  events = [];
  capture.onEvent((event) => events.push(event));
}

beforeEach(() => {
  screens = new FakeScreens();
  port = new FakePort();
  clock = new VirtualClock();
  given = [];
  sizes = [];
});

const next = () => capture.nextFrame(new AbortController().signal);
const idle = async (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => false), new Promise<boolean>((resolve) => setImmediate(() => resolve(true)))]);

describe('one screen, captured by a page', () => {
  it('is the one that was asked for, and its frames are numbered after those before', async () => {
    await open('2');
    expect(given).toEqual(['2']);
    expect(port.told.slice(0, 2)).toEqual([{ tag: 'begin', framesBefore: 4, comesBack: true }, { tag: 'look' }]);
    capture.configure(SETTINGS);
    const frame = next();
    port.frame(5, 1);
    expect(await frame).toMatchObject({ frameId: 5 });
  });

  it('tells the size of its picture, which input goes by', async () => {
    await open('2');
    port.says({ tag: 'resized', size: { width: 32, height: 64 } });
    expect(sizes).toEqual([
      { width: 64, height: 32 },
      { width: 32, height: 64 },
    ]);
  });

  it('counts no picture that came when the monitors had changed, though nothing had been said of it yet', async () => {
    await open('2');
    capture.configure(SETTINGS);
    const frame = next();
    // Whatever has the number of the second screen now is another one.
    screens.become(screenAt('1', 0));
    port.frame(5, 1);
    expect(await idle(frame)).toBe(true);
    expect(port.asked).toEqual(['look', 'leave']);
    // The blank picture, and it alone.
    port.says({ tag: 'shared', state: 'gone' });
    port.frame(6, 1);
    expect(await idle(frame)).toBe(true);
    port.frame(7, 2);
    expect(await frame).toMatchObject({ frameId: 7 });
    // Which screens there are is to be looked up.
    expect(events).toEqual([{ tag: 'screensChanged' }, { tag: 'shared', state: 'gone' }]);
  });

  it('is looked for anew where any monitor is another, and again when it is back', async () => {
    await open('2');
    screens.become(screenAt('1', 0), screenAt('2', 100));
    screens.changes.emit();
    screens.changes.emit();
    expect(port.asked).toEqual(['look', 'look']);
    screens.become(screenAt('1', 0));
    screens.changes.emit();
    screens.become(screenAt('1', 0), screenAt('2', 64));
    screens.changes.emit();
    expect(port.asked).toEqual(['look', 'look', 'leave', 'look']);
  });

  it('is not looked for at all where it is gone from the beginning', async () => {
    screens.become(screenAt('1', 0));
    await open('2');
    expect(port.asked).toEqual(['leave']);
    // Of what is not there nothing more is asked.
    port.says({ tag: 'shared', state: 'gone' });
    await clock.advance(60_000);
    expect(port.asked).toEqual(['leave']);
  });

  it('is asked for again a few times where it is there and gives no picture, until something changes', async () => {
    await open('2');
    for (let second = 0; second < 20; second += 1) {
      port.says({ tag: 'shared', state: 'gone' });
      await clock.advance(1_000);
    }
    expect(port.asked).toHaveLength(6);
    screens.become(screenAt('1', 0), screenAt('2', 100));
    screens.changes.emit();
    port.says({ tag: 'shared', state: 'shown' });
    port.says({ tag: 'shared', state: 'gone' });
    await clock.advance(1_000);
    expect(port.asked).toHaveLength(8);
  });

  it('is not followed any more once it is closed', async () => {
    await open('2');
    port.says({ tag: 'shared', state: 'gone' });
    const closing = capture.close();
    port.says({ tag: 'closed' });
    await closing;
    screens.become();
    screens.changes.emit();
    await clock.advance(60_000);
    expect(port.asked).toEqual(['look']);
    expect(screens.changes.size).toBe(0);
    expect(clock.pendingTimers).toBe(0);
    expect(port.closed).toBe(1);
  });

  it('is not followed where it cannot be captured', async () => {
    const opening = openPageScreenCapture({
      openCapturePage: async () => ({ port, close: () => undefined }),
      screens,
      id: '2',
      clock,
      signal: new AbortController().signal,
    });
    await Promise.resolve();
    await Promise.resolve();
    port.says({ tag: 'failed', code: 'NOT_PERMITTED', message: 'no' });
    await expect(opening).rejects.toMatchObject({ code: 'NOT_PERMITTED' });
    expect(screens.changes.size).toBe(0);
  });
});
