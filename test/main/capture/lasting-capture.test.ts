import { describe, expect, it } from 'vitest';
import { CaptureGoneError, DesktopError, type CaptureEvent, type ScreenCapture } from '../../../src/main/desktop/contract.ts';
import { openLastingCapture, type OpenCapture } from '../../../src/main/desktop/lasting-capture.ts';
import { Emitter } from '../../../src/main/emitter.ts';
import type { Size } from '../../../src/protocol/rdp/geometry.ts';
import type { EncodedFrame } from '../../../src/protocol/rdp/graphics/capture-messages.ts';
import type { FrameShare, GraphicsSettings } from '../../../src/protocol/rdp/graphics/contract.ts';

const SETTINGS: GraphicsSettings = { encoder: { name: 'planar' }, acknowledgement: 'unmarked' };
const SIZE = { width: 64, height: 32 };
const forever = () => new AbortController().signal;

/** Gives a frame when it is told to, and dies when it is told to. */
class Capture implements ScreenCapture {
  size: Size = SIZE;
  readonly configured: GraphicsSettings[] = [];
  readonly shares: (FrameShare | undefined)[] = [];
  closes = 0;
  private readonly events = new Emitter<CaptureEvent>();
  private waiting: { resolve(frame: EncodedFrame): void; reject(error: unknown): void } | undefined;
  private ready: EncodedFrame | undefined;
  private error: DesktopError | undefined;

  configure(settings: GraphicsSettings): void {
    this.configured.push(settings);
  }

  nextFrame(signal: AbortSignal, share?: FrameShare): Promise<EncodedFrame> {
    this.shares.push(share);
    if (this.error !== undefined) return Promise.reject(this.error);
    const { ready } = this;
    this.ready = undefined;
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  }

  refresh(): void {}

  get onEvent(): ScreenCapture['onEvent'] {
    return this.events.on;
  }

  close(): Promise<void> {
    this.closes += 1;
    this.end(new DesktopError('LOST', 'closed'), false);
    return Promise.resolve();
  }

  frame(frameId: number): void {
    const frame = { frameId, updates: [], changedPixels: 1, captureMs: 0, encodeMs: 0 };
    if (this.waiting === undefined) this.ready = frame;
    else this.waiting.resolve(frame);
    this.waiting = undefined;
  }

  end(error: DesktopError, tells = true): void {
    this.error ??= error;
    this.waiting?.reject(this.error);
    if (tells) this.events.emit({ tag: 'failed', error });
  }

  tell(event: CaptureEvent): void {
    this.events.emit(event);
  }
}

interface Opened {
  readonly capture: ScreenCapture;
  readonly first: Capture;
  readonly second: Capture;
  readonly events: CaptureEvent[];
  /** `framesBefore` of the second way, once it has been asked for. */
  readonly asked: number[];
  /** Lets the second way open, or fail. */
  open(error?: Error): void;
}

async function opened(): Promise<Opened> {
  const [first, second] = [new Capture(), new Capture()];
  const asked: number[] = [];
  const events: CaptureEvent[] = [];
  const opening = Promise.withResolvers<undefined>();
  const later: OpenCapture = async (framesBefore, signal) => {
    asked.push(framesBefore);
    signal.addEventListener('abort', () => opening.reject(signal.reason));
    await opening.promise;
    return second;
  };
  const capture = await openLastingCapture([() => Promise.resolve(first), later], forever());
  capture.onEvent((event) => events.push(event));
  const open = (error?: Error): void => (error === undefined ? opening.resolve(undefined) : opening.reject(error));
  return { capture, first, second, events, asked, open };
}

const died = () => new CaptureGoneError('exit 139');

describe('a capture that outlives what captures', () => {
  it('says what the line has for each frame, to the next one too', async () => {
    const { capture, first, second, open } = await opened();
    const share = { frameBytes: 4_096, filmBitsPerSecond: 1_000_000 };
    const frame = capture.nextFrame(forever(), share);
    await Promise.resolve();
    first.end(died());
    open();
    second.frame(1);
    await frame;
    expect([first.shares, second.shares]).toEqual([[share], [share]]);
  });

  it('goes on with the next one, configured as the first was, while somebody waits for a frame', async () => {
    const { capture, first, second, events, asked, open } = await opened();
    capture.configure(SETTINGS);
    const one = capture.nextFrame(forever());
    first.frame(7);
    expect((await one).frameId).toBe(7);
    const two = capture.nextFrame(forever());
    await expect(capture.nextFrame(forever())).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    first.end(died());
    second.size = { width: 320, height: 200 };
    const other = { ...SETTINGS, acknowledgement: 'marked' } as const;
    capture.configure(other);
    open();
    await expect.poll(() => second.configured).toEqual([other]);
    expect(asked).toEqual([7]);
    expect(events).toEqual([{ tag: 'resized', size: { width: 320, height: 200 } }]);
    expect(capture.size).toEqual({ width: 320, height: 200 });
    second.frame(8);
    expect((await two).frameId).toBe(8);
    second.tell({ tag: 'pointerMoved', x: 1, y: 2 });
    first.tell({ tag: 'pointerMoved', x: 9, y: 9 });
    expect(events.slice(1)).toEqual([{ tag: 'pointerMoved', x: 1, y: 2 }]);
  });

  it('fails as always when the second one dies too', async () => {
    const { capture, first, second, events, open } = await opened();
    capture.configure(SETTINGS);
    first.end(died());
    open();
    await expect.poll(() => second.configured).toHaveLength(1);
    const waiting = expect(capture.nextFrame(forever())).rejects.toMatchObject({ code: 'LOST' });
    second.end(died());
    await waiting;
    expect(events).toMatchObject([{ tag: 'failed', error: { code: 'LOST' } }]);
    await expect(capture.nextFrame(forever())).rejects.toMatchObject({ code: 'LOST' });
  });

  it('says that it has failed, for the first reason, when the next one does not open', async () => {
    const { capture, first, events, open } = await opened();
    const waiting = expect(capture.nextFrame(forever())).rejects.toMatchObject({ message: 'exit 139' });
    first.end(died());
    open(new DesktopError('NO_DISPLAY', 'no X server'));
    await waiting;
    expect(events).toMatchObject([{ tag: 'failed', error: { message: 'exit 139', code: 'LOST' } }]);
  });

  it('does not go on where the screen itself is lost', async () => {
    const { capture, first, events, asked } = await opened();
    const waiting = expect(capture.nextFrame(forever())).rejects.toMatchObject({ message: 'the X server went' });
    first.end(new DesktopError('LOST', 'the X server went'));
    await waiting;
    expect([events.length, asked]).toEqual([1, []]);
  });

  it('ends at once when it is closed, also while the next one opens, and says nothing', async () => {
    const { capture, first, events } = await opened();
    const waiting = expect(capture.nextFrame(forever())).rejects.toMatchObject({ name: 'DesktopError', code: 'LOST' });
    first.end(died());
    await capture.close();
    await waiting;
    await capture.close();
    expect(events).toEqual([]);
    const other = await opened();
    await other.capture.close();
    expect(other.first.closes).toBe(1);
    await expect(other.capture.nextFrame(forever())).rejects.toMatchObject({ code: 'LOST' });
  });

  it('gives up waiting with its caller, and loses no frame by it', async () => {
    const { capture, first, second, open } = await opened();
    first.end(died());
    await expect(capture.nextFrame(AbortSignal.abort(new Error('paused')))).rejects.toThrow('paused');
    const stop = new AbortController();
    const waiting = expect(capture.nextFrame(stop.signal)).rejects.toThrow('paused');
    stop.abort(new Error('paused'));
    await waiting;
    open();
    const next = capture.nextFrame(forever());
    second.frame(1);
    expect((await next).frameId).toBe(1);
  });

  it('begins with the next one where the first cannot even start', async () => {
    const second = new Capture();
    const gone: OpenCapture = () => Promise.reject(died());
    const capture = await openLastingCapture([gone, () => Promise.resolve(second)], forever());
    capture.configure(SETTINGS);
    expect(second.configured).toEqual([SETTINGS]);
    await expect(openLastingCapture([gone], forever())).rejects.toThrow('exit 139');
    const refused: OpenCapture = () => Promise.reject(new DesktopError('NO_DISPLAY', 'none'));
    await expect(openLastingCapture([refused, gone], forever())).rejects.toThrow('none');
  });
});
