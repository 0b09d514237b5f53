import { type DesktopLayout, isSameLayout } from '../../protocol/rdp/desktop-layout.ts';
import type { Rect } from '../../protocol/rdp/geometry.ts';
import type { EncodedFrame } from '../../protocol/rdp/graphics/capture-messages.ts';
import type { FrameShare, GraphicsSettings } from '../../protocol/rdp/graphics/contract.ts';
import { Emitter } from '../emitter.ts';
import { CaptureGoneError, DesktopError, type CaptureEvent, type ScreenCapture } from './contract.ts';

/** Opens one way to capture. `framesBefore`: number of the last frame that the client has been sent. */
export type OpenCapture = (framesBefore: number, signal: AbortSignal) => Promise<ScreenCapture>;

/**
 * Opens the first of these ways, and the next when what captures has gone: the picture begins anew there, whole, and whoever waits for a frame
 * goes on waiting. Rejects with the DesktopError of the last one, or with what else a way rejects with. `signal` is for opening only.
 */
export async function openLastingCapture(ways: readonly OpenCapture[], signal: AbortSignal, framesBefore = 0): Promise<ScreenCapture> {
  const left = [...ways];
  for (;;) {
    const way = left.shift();
    if (way === undefined) throw new DesktopError('LOST', 'no way to capture is left');
    try {
      return new LastingCapture(await way(framesBefore, signal), left, framesBefore);
    } catch (error) {
      if (!(error instanceof CaptureGoneError) || left.length === 0) throw error;
    }
  }
}

class LastingCapture implements ScreenCapture {
  private readonly events = new Emitter<CaptureEvent>();
  private readonly left: OpenCapture[];
  /** What captures, or will when it is open. Rejects when nothing is left. */
  private current: Promise<ScreenCapture>;
  private opened: ScreenCapture | undefined;
  private currentSize: DesktopLayout;
  private settings: GraphicsSettings | undefined;
  private lastFrameId: number;
  private waiting = false;
  private closing: Promise<void> | undefined;
  private readonly closed = new AbortController();

  constructor(first: ScreenCapture, left: OpenCapture[], framesBefore: number) {
    this.left = left;
    this.lastFrameId = framesBefore;
    this.currentSize = first.size;
    this.opened = first;
    this.current = Promise.resolve(first);
    this.follow(first);
  }

  get size(): DesktopLayout {
    return this.currentSize;
  }

  configure(settings: GraphicsSettings): void {
    this.settings = settings;
    this.opened?.configure(settings);
  }

  async nextFrame(signal: AbortSignal, share?: FrameShare): Promise<EncodedFrame> {
    if (this.waiting) throw new DesktopError('UNSUPPORTED', 'nextFrame is already being waited for');
    this.waiting = true;
    try {
      for (;;) {
        signal.throwIfAborted();
        // Nearly always one is open: only for another is there anything to wait for.
        const capture = this.opened ?? (await orAborted(this.current, signal));
        try {
          const frame = await capture.nextFrame(signal, share);
          this.lastFrameId = frame.frameId;
          return frame;
        } catch (error) {
          // Where it has gone, another one is being opened by now.
          if (signal.aborted || this.closing !== undefined || this.opened === capture || !(error instanceof CaptureGoneError)) throw error;
        }
      }
    } finally {
      this.waiting = false;
    }
  }

  refresh(areas: readonly Rect[]): void {
    // One that is being opened begins with everything.
    this.opened?.refresh(areas);
  }

  get onEvent(): ScreenCapture['onEvent'] {
    return this.events.on;
  }

  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  private async shut(): Promise<void> {
    const { current } = this;
    this.opened = undefined;
    this.closed.abort(new DesktopError('LOST', 'the capture was closed'));
    const capture = await current.catch(() => undefined);
    await capture?.close();
  }

  private follow(capture: ScreenCapture): void {
    capture.onEvent((event) => {
      if (this.opened !== capture) return;
      if (event.tag === 'resized') this.currentSize = event.size;
      if (event.tag === 'failed' && event.error instanceof CaptureGoneError && this.left.length > 0) this.openNext(event.error);
      else this.events.emit(event);
    });
  }

  private openNext(why: CaptureGoneError): void {
    this.opened = undefined;
    this.current = this.next(why);
    // Whoever waits hears of it; nobody may.
    this.current.catch(() => undefined);
  }

  private async next(why: CaptureGoneError): Promise<ScreenCapture> {
    const way = this.left.shift();
    let capture: ScreenCapture;
    try {
      if (way === undefined) throw why;
      capture = await way(this.lastFrameId, this.closed.signal);
    } catch {
      // That the first one has gone is what matters.
      if (this.closing === undefined) this.events.emit({ tag: 'failed', error: why });
      throw why;
    }
    if (this.closing !== undefined) return capture;
    this.opened = capture;
    this.follow(capture);
    if (this.settings !== undefined) capture.configure(this.settings);
    if (!isSameLayout(capture.size, this.currentSize)) {
      this.currentSize = capture.size;
      this.events.emit({ tag: 'resized', size: capture.size });
    }
    return capture;
  }
}

/** The value, or the signal's reason when that comes first. */
async function orAborted<T>(value: Promise<T>, signal: AbortSignal): Promise<T> {
  let aborted: () => void = () => undefined;
  const given = new Promise<never>((_resolve, reject) => {
    aborted = () => reject(signal.reason);
    signal.addEventListener('abort', aborted, { once: true });
  });
  try {
    return await Promise.race([value, given]);
  } finally {
    signal.removeEventListener('abort', aborted);
  }
}
