import type { EncodedFrame, FromCapture, ToCapture } from '../../protocol/rdp/graphics/capture-messages.ts';
import type { DesktopLayout } from '../../protocol/rdp/desktop-layout.ts';
import type { Rect } from '../../protocol/rdp/geometry.ts';
import type { FrameShare, GraphicsSettings } from '../../protocol/rdp/graphics/contract.ts';
import type { Clock } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { parseFromCapture } from './capture-protocol.ts';
import { CaptureGoneError, DesktopError, type CaptureEvent, type ScreenCapture } from './contract.ts';
import type { FilmPage, OpenFilmPage } from './film/contract.ts';
import { FilmPageHost } from './film/film-page-host.ts';
import { HangWatch } from './hang-watch.ts';

/** A capture thread or page that has not answered `closed` after this is ended. */
export const CLOSE_DEADLINE_MS = 1_000;

/** So many areas are asked for again before a frame has come; then the whole is, and nothing more: one that hangs reads nothing, and experts may ask without end. */
const MAX_REFRESHED = 255;

/** Messages to and from a capture in a process, a worker thread or a page. */
export interface CaptureChannel {
  /** `end` gives back everything that the capture holds, so that it need not be asked to close first. */
  readonly endsWhole?: true;
  send(message: ToCapture): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Asks for `alive`. Left out where nothing takes the place of one that hangs: it is better waited for. */
  askAlive?(): void;
  /** Hands over what `filmPageWanted` asked for; undefined when there is none. Left out where it is never asked for. */
  handFilmPage?(page: FilmPage | undefined): void;
  /** Called when the process, thread or page has ended without `closed`. */
  onGone(listener: (why: string) => void): void;
  /** Ends the process, thread or page. */
  end(): Promise<void>;
}

interface Waiting {
  readonly signal: AbortSignal;
  readonly resolve: (frame: EncodedFrame) => void;
  readonly reject: (reason: unknown) => void;
}

type State =
  | { readonly tag: 'opening'; readonly resolve: (capture: ScreenCapture) => void; readonly reject: (reason: unknown) => void }
  | { readonly tag: 'open' }
  | { readonly tag: 'over'; readonly error: DesktopError };

export interface RemoteCaptureOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** True for a position that the expert's own input has just produced, which is not reported. */
  readonly ownPointer?: (x: number, y: number) => boolean;
  readonly openFilmPage?: OpenFilmPage;
}

/**
 * Waits for `opened` and gives the capture behind the channel.
 * Rejects with the failure's DesktopError, or with the signal's reason; the channel is ended then.
 */
export function openRemoteCapture(channel: CaptureChannel, options: RemoteCaptureOptions): Promise<ScreenCapture> {
  return new Promise((resolve, reject) => {
    const capture = new RemoteCapture(channel, options, resolve, reject);
    capture.listen();
  });
}

class RemoteCapture implements ScreenCapture {
  private readonly channel: CaptureChannel;
  private readonly clock: Clock;
  private readonly signal: AbortSignal;
  private readonly ownPointer: (x: number, y: number) => boolean;
  private readonly events = new Emitter<CaptureEvent>();
  private readonly filmPages: FilmPageHost;
  private readonly watch: HangWatch | undefined;
  private state: State;
  private currentSize: DesktopLayout = { width: 0, height: 0 };
  private generation = 0;
  /**
   * `next` was sent and its frame has not arrived. Stays true when the caller stops waiting, because dropping the frame would lose its
   * changes.
   */
  private owed = false;
  /** Areas that have been asked for since the last frame. */
  private refreshed = 0;
  private ready: EncodedFrame | undefined;
  private waiting: Waiting | undefined;
  /** Whose end is listened for: the same comes with picture after picture, and an AbortSignal's listeners are dear to add and to take away. */
  private heeded: AbortSignal | undefined;
  private share: FrameShare | undefined;
  private closing: Promise<void> | undefined;
  private closedByOther: () => void = () => undefined;

  constructor(
    channel: CaptureChannel,
    options: RemoteCaptureOptions,
    resolve: (capture: ScreenCapture) => void,
    reject: (reason: unknown) => void,
  ) {
    this.channel = channel;
    this.clock = options.clock;
    this.ownPointer = options.ownPointer ?? (() => false);
    this.filmPages = new FilmPageHost(options.openFilmPage, (page) => this.channel.handFilmPage?.(page));
    this.state = { tag: 'opening', resolve, reject };
    if (channel.askAlive !== undefined)
      this.watch = new HangWatch({
        clock: this.clock,
        awaited: () => this.owed || this.state.tag === 'opening',
        ask: () => channel.askAlive?.(),
        hangs: () => this.fail(new CaptureGoneError('the capture does not answer')),
      });
    this.signal = options.signal;
  }

  /** Starts receiving messages. Called once. */
  listen(): void {
    this.channel.onMessage((message) => this.receive(message));
    this.channel.onGone((why) => this.fail(new CaptureGoneError(why)));
    this.watch?.begin();
    const { signal } = this;
    const aborted = () => {
      if (this.state.tag !== 'opening') return;
      this.watch?.stop();
      const { reject } = this.state;
      this.state = { tag: 'over', error: new DesktopError('LOST', 'opening the capture was given up') };
      reject(signal.reason);
      void this.channel.end();
    };
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
  }

  get size(): DesktopLayout {
    return this.currentSize;
  }

  configure(settings: GraphicsSettings): void {
    if (this.state.tag !== 'open') return;
    this.generation += 1;
    this.refreshed = 0;
    this.ready = undefined;
    this.channel.send({ tag: 'configure', settings, generation: this.generation });
  }

  nextFrame(signal: AbortSignal, share?: FrameShare): Promise<EncodedFrame> {
    if (this.state.tag === 'over') return Promise.reject(this.state.error);
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.waiting !== undefined) return Promise.reject(new DesktopError('UNSUPPORTED', 'nextFrame is already being waited for'));
    const { ready } = this;
    if (ready !== undefined) {
      this.ready = undefined;
      return Promise.resolve(ready);
    }
    this.share = share;
    this.heed(signal);
    return new Promise((resolve, reject) => {
      this.waiting = { signal, resolve, reject };
      this.ask();
    });
  }

  refresh(areas: readonly Rect[]): void {
    if (this.state.tag !== 'open' || areas.length === 0 || this.refreshed > MAX_REFRESHED) return;
    this.refreshed += areas.length;
    const { width, height } = this.currentSize;
    if (this.refreshed <= MAX_REFRESHED) this.channel.send({ tag: 'refresh', areas });
    // Whatever is asked for from now on is in the whole, which is still to come.
    else this.channel.send({ tag: 'refresh', areas: [{ x: 0, y: 0, width, height }] });
  }

  get onEvent(): ScreenCapture['onEvent'] {
    return this.events.on;
  }

  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  private async shut(): Promise<void> {
    const wasOpen = this.state.tag === 'open';
    if (wasOpen) this.over(new DesktopError('LOST', 'the capture was closed'));
    if (wasOpen && this.channel.endsWhole !== true) {
      await new Promise<void>((resolve) => {
        const cancel = this.clock.after(CLOSE_DEADLINE_MS, resolve);
        this.closedByOther = () => {
          cancel();
          resolve();
        };
        this.channel.send({ tag: 'close' });
      });
    }
    await this.channel.end();
  }

  private heed(signal: AbortSignal): void {
    if (this.heeded === signal) return;
    this.heeded = signal;
    const aborted = (): void => {
      if (this.waiting?.signal === signal) this.takeWaiting()?.reject(signal.reason);
    };
    signal.addEventListener('abort', aborted, { once: true });
  }

  /** Whoever waits for a frame, and does so no longer. */
  private takeWaiting(): Waiting | undefined {
    const { waiting } = this;
    this.waiting = undefined;
    return waiting;
  }

  private ask(): void {
    if (this.owed) return;
    this.owed = true;
    this.watch?.begin();
    this.channel.send({ tag: 'next', share: this.share });
  }

  private receive(value: unknown): void {
    this.watch?.heard();
    let message: FromCapture;
    try {
      message = parseFromCapture(value);
    } catch (error) {
      this.fail(new CaptureGoneError('the capture sent something else than agreed', { cause: error }));
      return;
    }
    if (message.tag === 'closed') {
      this.closedByOther();
      return;
    }
    if (message.tag === 'failed') {
      this.closedByOther();
      this.fail(new DesktopError(message.code, message.message));
      return;
    }
    if (this.state.tag === 'opening') {
      if (message.tag !== 'opened') return;
      const { resolve } = this.state;
      this.state = { tag: 'open' };
      this.currentSize = message.size;
      resolve(this);
      return;
    }
    if (this.state.tag === 'open') this.open(message);
  }

  private open(message: FromCapture): void {
    switch (message.tag) {
      case 'frame':
        this.owed = false;
        this.refreshed = 0;
        if (message.generation !== this.generation) {
          if (this.waiting !== undefined) this.ask();
        } else if (this.waiting === undefined) this.ready = message.frame;
        else this.takeWaiting()?.resolve(message.frame);
        return;
      case 'resized':
        this.currentSize = message.size;
        // A frame of the old size is dropped; the next one is whole.
        this.ready = undefined;
        this.tell({ tag: 'resized', size: message.size });
        return;
      case 'shared':
        this.tell({ tag: 'shared', state: message.state });
        return;
      case 'titled':
        this.tell({ tag: 'titled', title: message.title });
        return;
      case 'pointerShape':
        this.tell({ tag: 'pointerShape', shape: message.shape });
        return;
      case 'pointerMoved':
        if (!this.ownPointer(message.x, message.y)) this.tell({ tag: 'pointerMoved', x: message.x, y: message.y });
        return;
      case 'filmPageWanted':
        void this.filmPages.wanted();
        return;
      default:
        return;
    }
  }

  private fail(error: DesktopError): void {
    const { state } = this;
    if (state.tag === 'over') return;
    this.watch?.stop();
    if (state.tag === 'opening') {
      this.state = { tag: 'over', error };
      state.reject(error);
      void this.channel.end();
      return;
    }
    this.over(error);
    this.tell({ tag: 'failed', error });
    void this.close();
  }

  private over(error: DesktopError): void {
    this.state = { tag: 'over', error };
    this.watch?.stop();
    this.filmPages.close();
    this.ready = undefined;
    this.takeWaiting()?.reject(error);
  }

  private tell(event: CaptureEvent): void {
    this.events.emit(event);
  }
}
