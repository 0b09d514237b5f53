import type { DesktopLayout } from '../../../protocol/rdp/desktop-layout.ts';
import type { Rect, Size } from '../../../protocol/rdp/geometry.ts';
import type { EncodedFrame } from '../../../protocol/rdp/graphics/capture-messages.ts';
import type { FrameShare, GraphicsSettings } from '../../../protocol/rdp/graphics/contract.ts';
import type { Clock } from '../../clock.ts';
import { DesktopError, type CaptureEvent, type ScreenCapture, type Screens } from '../contract.ts';
import { Emitter } from '../../emitter.ts';
import { openRemoteCapture } from '../remote-capture.ts';
import { type CapturePage, pageChannel, tellPage, type PageCaptureOptions } from './page-capture.ts';

/** A screen that is there and gave no picture is asked for again after this long, so many times: a system may ask the person each time. */
const LOOK_AGAIN_MS = 1_000;
const MOST_LOOKS = 5;

export interface PageScreenCaptureOptions extends PageCaptureOptions {
  readonly screens: Screens;
  /** Of the screen that is captured. */
  readonly id: string;
  /** Its picture has this size from now on, which need not be the screen's. */
  readonly sized?: (size: Size) => void;
}

/**
 * Captures one screen in a page for as long as it is there. While it is gone the picture is blank, of the size it had, and when it is there again it is shown
 * again. Rejects as {@link openPageCapture} does.
 */
export async function openPageScreenCapture(options: PageScreenCaptureOptions): Promise<ScreenCapture> {
  const { openCapturePage, screens, id, sized = () => undefined, clock, signal, framesBefore = 0 } = options;
  signal.throwIfAborted();
  const page = await openCapturePage(id);
  tellPage(page, { tag: 'begin', framesBefore, comesBack: true });
  const screen = new PageScreen(page, screens, id, clock);
  screen.look();
  const channel = pageChannel(page, (message) => {
    if (isFrame(message)) screen.check();
  });
  try {
    return screen.follow(await openRemoteCapture(channel, { clock, signal }), sized);
  } catch (error) {
    screen.leave();
    throw error;
  }
}

/**
 * Screens have numbers on some systems, and another one may get the number of one that has gone (Windows' desktop duplication). So a picture counts only if
 * the monitors are, when it arrives, what they were when the screen was looked for; else it is dropped, and looked for anew.
 */
class PageScreen implements ScreenCapture {
  private readonly page: CapturePage;
  private readonly screens: Screens;
  private readonly id: string;
  private readonly clock: Clock;
  private inner: ScreenCapture | undefined;
  private settings: GraphicsSettings | undefined;
  /** Of the monitors when it was looked for. */
  private stamp = '';
  private isThere = false;
  private looksLeft = MOST_LOOKS;
  private cancelLook = (): void => undefined;
  private readonly heard = new Emitter<CaptureEvent>();
  private readonly unfollow: () => void;

  constructor(page: CapturePage, screens: Screens, id: string, clock: Clock) {
    this.page = page;
    this.screens = screens;
    this.id = id;
    this.clock = clock;
    this.unfollow = screens.onChange(() => this.check());
  }

  /** What has been opened. */
  follow(inner: ScreenCapture, sized: (size: Size) => void): ScreenCapture {
    this.inner = inner;
    sized(inner.size);
    inner.onEvent((event) => {
      if (event.tag === 'resized') sized(event.size);
      this.on(event);
      this.heard.emit(event);
    });
    return this;
  }

  /** The monitors may be others. Frames that are under way count no more then: the next ones are made for settings that are told anew. */
  check(): void {
    if (this.screens.stamp() === this.stamp) return;
    this.looksLeft = MOST_LOOKS;
    this.look();
    if (this.settings !== undefined) this.inner?.configure(this.settings);
    this.heard.emit({ tag: 'screensChanged' });
  }

  look(): void {
    this.cancelLook();
    this.stamp = this.screens.stamp();
    this.isThere = this.screens.list().some(({ id }) => id === this.id);
    tellPage(this.page, { tag: this.isThere ? 'look' : 'leave' });
  }

  leave(): void {
    this.cancelLook();
    this.unfollow();
  }

  get size(): DesktopLayout {
    return this.inner?.size ?? { width: 0, height: 0 };
  }

  configure(settings: GraphicsSettings): void {
    this.settings = settings;
    this.inner?.configure(settings);
  }

  async nextFrame(signal: AbortSignal, share?: FrameShare): Promise<EncodedFrame> {
    if (this.inner === undefined) throw new DesktopError('LOST', 'the capture is not open yet');
    return this.inner.nextFrame(signal, share);
  }

  refresh(areas: readonly Rect[]): void {
    this.inner?.refresh(areas);
  }

  get onEvent(): ScreenCapture['onEvent'] {
    return this.heard.on;
  }

  async close(): Promise<void> {
    this.leave();
    await this.inner?.close();
  }

  private on(event: CaptureEvent): void {
    if (event.tag === 'failed') this.leave();
    if (event.tag !== 'shared') return;
    if (event.state === 'shown') this.looksLeft = MOST_LOOKS;
    else if (this.isThere && this.looksLeft > 0) {
      this.looksLeft -= 1;
      this.cancelLook();
      this.cancelLook = this.clock.after(LOOK_AGAIN_MS, () => this.look());
    }
  }
}

const isFrame = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'tag' in message && message.tag === 'frame';
