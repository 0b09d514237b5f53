import type { DesktopSupport } from '../../src/facts/desktop.ts';
import type { CaptureEvent, Desktop, InputInjector, ScreenCapture } from '../../src/main/desktop/contract.ts';
import type { EncodedFrame } from '../../src/protocol/rdp/graphics/capture-messages.ts';
import { DesktopError } from '../../src/main/desktop/contract.ts';
import type { Rect, Size } from '../../src/protocol/rdp/geometry.ts';
import type { GraphicsSettings } from '../../src/protocol/rdp/graphics/contract.ts';
import type { InputEvent } from '../../src/protocol/rdp/input/events.ts';
import { Emitter } from '../../src/main/emitter.ts';

/** A desktop without a screen: frames come when the test says that something has changed; keys held down are counted. */
export class FakeDesktop implements Desktop {
  answer: DesktopSupport = { capture: true, input: true };
  failCapture = false;
  failInput = false;
  failInject = false;
  size: Size = { width: 640, height: 480 };
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
  async openCapture(): Promise<ScreenCapture> {
    await Promise.resolve();
    if (this.failCapture) throw new DesktopError('NO_DISPLAY', 'no display');
    const capture = new FakeCapture(this.size);
    this.captures.push(capture);
    return capture;
  }
  async openInput(): Promise<InputInjector> {
    await Promise.resolve();
    if (this.failInput) throw new DesktopError('UNSUPPORTED', 'no injection');
    const injector = new FakeInjector(this);
    this.injectors.push(injector);
    return injector;
  }
}

export class FakeCapture implements ScreenCapture {
  size: Size;
  closed = false;
  pulls = 0;
  settings: GraphicsSettings | undefined;
  readonly refreshed: Rect[] = [];
  private dirty = true;
  private frameId = 0;
  private readonly events = new Emitter<CaptureEvent>();
  private waiting: { resolve: (frame: EncodedFrame) => void; reject: (error: unknown) => void } | undefined;

  constructor(size: Size) {
    this.size = size;
  }
  /** Something on the screen has changed. */
  change(): void {
    this.dirty = true;
    const waiting = this.waiting;
    if (waiting === undefined) return;
    this.waiting = undefined;
    waiting.resolve(this.take());
  }
  resize(size: Size): void {
    this.size = size;
    this.emit({ tag: 'resized', size });
  }
  emit(event: CaptureEvent): void {
    this.events.emit(event);
  }
  fail(): void {
    this.emit({ tag: 'failed', error: new DesktopError('LOST', 'the display is gone') });
  }
  configure(settings: GraphicsSettings): void {
    this.settings = settings;
    this.change();
  }
  nextFrame(signal: AbortSignal): Promise<EncodedFrame> {
    if (this.waiting !== undefined) throw new Error('two calls of nextFrame at a time');
    if (this.closed) return Promise.reject(new DesktopError('LOST', 'closed'));
    this.pulls += 1;
    if (this.dirty) return Promise.resolve(this.take());
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      signal.addEventListener('abort', () => {
        this.waiting = undefined;
        reject(signal.reason as Error);
      });
    });
  }
  refresh(areas: readonly Rect[]): void {
    this.refreshed.push(...areas);
    this.change();
  }
  onEvent(listener: (event: CaptureEvent) => void): () => void {
    return this.events.on(listener);
  }
  get listenerCount(): number {
    return this.events.size;
  }
  close(): Promise<void> {
    this.closed = true;
    this.waiting?.reject(new DesktopError('LOST', 'closed'));
    this.waiting = undefined;
    return Promise.resolve();
  }
  private take(): EncodedFrame {
    this.dirty = false;
    this.frameId += 1;
    return {
      frameId: this.frameId,
      updates: [{ route: 'fastPath', bytes: Uint8Array.of(this.frameId) }],
      changedPixels: 1,
      captureMs: 1,
      encodeMs: 1,
    };
  }
}

export class FakeInjector implements InputInjector {
  readonly held = new Set<number>();
  readonly events: InputEvent[] = [];
  closed = false;
  private readonly desktop: FakeDesktop;
  constructor(desktop: FakeDesktop) {
    this.desktop = desktop;
  }
  inject(events: readonly InputEvent[]): void {
    if (this.closed) throw new Error('injected after close');
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
    this.closed = true;
    return Promise.resolve();
  }
}
