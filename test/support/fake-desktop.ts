import type { DesktopSupport, KeyboardLayout } from '../../src/facts/desktop.ts';
import type {
  CaptureEvent,
  Desktop,
  DesktopParts,
  DesktopScreen,
  DesktopWindow,
  InjectorEvent,
  InputInjector,
  ScreenCapture,
} from '../../src/main/desktop/contract.ts';
import type { FilmMaker } from '../../src/protocol/rdp/film-maker.ts';
import type { EncodedFrame } from '../../src/protocol/rdp/graphics/capture-messages.ts';
import { DesktopError } from '../../src/main/desktop/contract.ts';
import type { DesktopLayout } from '../../src/protocol/rdp/desktop-layout.ts';
import type { Rect, Size } from '../../src/protocol/rdp/geometry.ts';
import type { FrameShare, GraphicsSettings } from '../../src/protocol/rdp/graphics/contract.ts';
import type { InputEvent } from '../../src/protocol/rdp/input/events.ts';
import { Emitter } from '../../src/main/emitter.ts';
import type { SharedPart } from '../../src/protocol/rdp/shared-part.ts';
import { ALL } from './shared-part.ts';

/** Held to test/main/desktop/compliance.ts, like the real ones. A desktop without a screen: frames come when the test says that something has changed; keys held down are counted. */
export class FakeDesktop implements Desktop {
  typesText?: true;
  answer: DesktopSupport = { capture: true, input: true };
  failCapture = false;
  failInput = false;
  failInject = false;
  screen: Size = { width: 640, height: 480 };
  layout: KeyboardLayout | undefined = { code: 'de', name: 'German' };
  layoutOfScreens: readonly DesktopScreen[] = [];
  windows: readonly DesktopWindow[] = [];
  oneAtATime = false;
  /** The part of each capture. */
  readonly shown: SharedPart[] = [];
  readonly captures: FakeCapture[] = [];
  readonly injectors: FakeInjector[] = [];

  get openCaptures(): number {
    return this.captures.filter((capture) => !capture.closed).length;
  }
  get openInjectors(): number {
    return this.injectors.filter((injector) => !injector.closed).length;
  }
  get held(): number {
    return this.injectors.reduce((sum, injector) => sum + injector.held.size, 0);
  }
  /** Input that came when its injector was closed already. */
  get late(): number {
    return this.injectors.reduce((sum, injector) => sum + injector.late, 0);
  }
  /** The injector that is open. */
  get injector(): FakeInjector {
    const newest = this.injectors.at(-1);
    if (newest === undefined) throw new Error('no injector was opened');
    return newest;
  }
  get capture(): FakeCapture {
    const newest = this.captures.at(-1);
    if (newest === undefined) throw new Error('no capture was opened');
    return newest;
  }
  get injected(): readonly InputEvent[] {
    return this.injectors.flatMap((injector) => injector.events);
  }

  support(): Promise<DesktopSupport> {
    return Promise.resolve(this.answer);
  }
  parts(): Promise<DesktopParts> {
    const { layoutOfScreens: screens, windows, oneAtATime } = this;
    return Promise.resolve({ screens, windows, ...(oneAtATime ? { oneAtATime } : {}) });
  }
  size(): Promise<Size> {
    return Promise.resolve(this.screen);
  }
  keyboardLayout(): Promise<KeyboardLayout | undefined> {
    return Promise.resolve(this.layout);
  }
  async openCapture(signal: AbortSignal, part: SharedPart = ALL, framesBefore = 0): Promise<ScreenCapture> {
    await Promise.resolve();
    signal.throwIfAborted();
    if (this.failCapture) throw new DesktopError('NO_DISPLAY', 'no display');
    const { width, height } = this.areaOf(part);
    const capture = new FakeCapture({ width, height }, framesBefore);
    this.shown.push(part);
    this.captures.push(capture);
    return capture;
  }
  async openInput(signal: AbortSignal, part: SharedPart = ALL): Promise<InputInjector> {
    await Promise.resolve();
    signal.throwIfAborted();
    if (this.failInput) throw new DesktopError('UNSUPPORTED', 'no injection');
    const injector = new FakeInjector(this, part);
    this.injectors.push(injector);
    return injector;
  }
  private areaOf(part: SharedPart): Size {
    if (part.tag === 'all') return this.screen;
    const found = (part.tag === 'screen' ? this.layoutOfScreens : this.windows).find(({ id }) => id === part.id);
    return found?.area ?? this.screen;
  }
}

export class FakeCapture implements ScreenCapture {
  size: DesktopLayout;
  closed = false;
  pulls = 0;
  /** What the line had for the newest. */
  share: FrameShare | undefined;
  settings: GraphicsSettings | undefined;
  readonly refreshed: Rect[] = [];
  private changedPixels = 0;
  /** What makes the film in the frames from now on. */
  filmBy: FilmMaker | undefined;
  private over: DesktopError | undefined;
  /** Number of the newest frame. */
  frameId: number;
  private readonly events = new Emitter<CaptureEvent>();
  private waiting: { resolve: (frame: EncodedFrame) => void; reject: (error: unknown) => void } | undefined;

  constructor(size: Size, framesBefore = 0) {
    this.size = size;
    this.frameId = framesBefore;
  }
  /** Something on the screen has changed. */
  change(pixels = 1): void {
    this.changedPixels += pixels;
    const { waiting } = this;
    if (waiting === undefined || this.settings === undefined) return;
    this.waiting = undefined;
    waiting.resolve(this.take());
  }
  resize(size: DesktopLayout): void {
    this.size = size;
    this.emit({ tag: 'resized', size });
  }
  emit(event: CaptureEvent): void {
    this.events.emit(event);
  }
  fail(): void {
    const error = new DesktopError('LOST', 'the display is gone');
    this.end(error);
    this.emit({ tag: 'failed', error });
  }
  configure(settings: GraphicsSettings): void {
    this.settings = settings;
    this.changedPixels = 0;
    this.change(this.size.width * this.size.height);
  }
  nextFrame(signal: AbortSignal, share?: FrameShare): Promise<EncodedFrame> {
    this.share = share;
    if (this.over !== undefined) return Promise.reject(this.over);
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (this.waiting !== undefined) return Promise.reject(new DesktopError('UNSUPPORTED', 'two calls of nextFrame at a time'));
    this.pulls += 1;
    if (this.changedPixels > 0 && this.settings !== undefined) return Promise.resolve(this.take());
    return new Promise((resolve, reject) => {
      const mine = { resolve, reject };
      this.waiting = mine;
      signal.addEventListener('abort', () => {
        if (this.waiting === mine) this.waiting = undefined;
        reject(signal.reason as Error);
      });
    });
  }
  refresh(areas: readonly Rect[]): void {
    this.refreshed.push(...areas);
    this.change(areas.reduce((sum, { width, height }) => sum + width * height, 0));
  }
  onEvent(listener: (event: CaptureEvent) => void): () => void {
    return this.events.on(listener);
  }
  get listenerCount(): number {
    return this.events.size;
  }
  close(): Promise<void> {
    this.closed = true;
    this.end(new DesktopError('LOST', 'closed'));
    return Promise.resolve();
  }
  private end(error: DesktopError): void {
    this.over ??= error;
    this.waiting?.reject(error);
    this.waiting = undefined;
  }
  private take(): EncodedFrame {
    const { changedPixels } = this;
    this.changedPixels = 0;
    this.frameId += 1;
    return {
      frameId: this.frameId,
      updates: [{ route: 'fastPath', bytes: Uint8Array.of(this.frameId) }],
      changedPixels,
      filmBy: this.filmBy,
      captureMs: 1,
      encodeMs: 1,
    };
  }
}

export class FakeInjector implements InputInjector {
  readonly held = new Set<number>();
  readonly events: InputEvent[] = [];
  closed = false;
  /** Events that came after the close. */
  late = 0;
  private readonly desktop: FakeDesktop;
  private readonly heard = new Emitter<InjectorEvent>();
  /** What its positions are of. */
  part: SharedPart;
  constructor(desktop: FakeDesktop, part: SharedPart) {
    this.desktop = desktop;
    this.part = part;
  }
  aim(part: SharedPart): void {
    this.releaseAll();
    this.part = part;
  }
  readonly onEvent = this.heard.on;
  /** The person at this computer does something, or something is kept from this program's windows. */
  emit(event: InjectorEvent): void {
    this.heard.emit(event);
  }
  inject(events: readonly InputEvent[]): void {
    // As with the real ones, whoever is late does no harm; tests see that nobody is.
    if (this.closed) {
      this.late += events.length;
      return;
    }
    if (this.desktop.failInject) throw new DesktopError('LOST', 'injection broke');
    for (const event of events) {
      this.events.push(event);
      if (event.tag === 'key') this.held[event.down ? 'add' : 'delete'](event.scancode);
    }
  }
  releaseAll(): void {
    this.held.clear();
  }
  close(): Promise<void> {
    this.releaseAll();
    this.closed = true;
    return Promise.resolve();
  }
}
