import { type DesktopLayout, isSameLayout } from '../../protocol/rdp/desktop-layout.ts';
import type { Place } from '../../protocol/rdp/graphics/contract.ts';
import type { NotesNovice } from '../../protocol/assistance/notes-novice.ts';
import type { SharedPart, SharedState } from '../../protocol/rdp/shared-part.ts';
import type { PictureQuality } from '../../protocol/rdp/picture-quality.ts';
import type { Clock } from '../clock.ts';
import type { NoviceLink, NoviceLinkEvent } from '../connection/contract.ts';
import type { CaptureEvent, Desktop, ScreenCapture } from '../desktop/contract.ts';
import { FramePump } from './frame-pump.ts';
import type { NovicePointer } from './novice-pointer.ts';
import { perTurn } from './per-turn.ts';
import type { Scope } from './scope.ts';

/** The picture's age is told so often at most. */
const TELL_AGE_MS = 1_000;

export interface NovicePictureParts {
  readonly link: NoviceLink;
  readonly desktop: Desktop;
  readonly clock: Clock;
  readonly pointer: NovicePointer;
  /** Where the expert hears what it has. */
  readonly notes: Pick<NotesNovice, 'tell'>;
  /** Whether what is shared is to be seen has changed. */
  readonly stateChanged: (state: SharedState) => void;
  readonly screensChanged: () => void;
  /** The window that is shared is called so by now. */
  readonly titled: (title: string) => void;
  /** Bytes a second of what goes ahead of the picture. */
  readonly aside: () => number;
  /** Closes the capture. */
  readonly scope: Scope;
  /** The desktop cannot be captured (any more). */
  readonly desktopFailed: (error: unknown) => void;
  /** A fault of this program. */
  readonly failed: (error: unknown) => void;
}

const nothingOpen = async (): Promise<void> => {};

type Agreed = Pick<Extract<NoviceLinkEvent, { tag: 'active' }>, 'graphics' | 'desktop'>;

/** The novice's desktop on its way to the expert: its capture, its size, and the frames. */
export class NovicePicture {
  private readonly parts: NovicePictureParts;
  private readonly pump: FramePump;
  private capture: ScreenCapture | undefined;
  private isActive = false;
  /** What the connection was last active with. */
  private agreed: Agreed | undefined;
  /** The newest of the captures that have been asked for. */
  private opening: symbol | undefined;
  private closeCapture: () => Promise<void> = nothingOpen;
  /** Number of the last frame of what was shown before, until the expert has one of what is shown now. */
  private lastOfBefore: number | undefined;
  private focus: Place | undefined;
  private quality: PictureQuality = 'balanced';
  /** Something of it may be film, which is what there is to choose about. */
  private mayBeFilm = false;
  private newestAgeMs: number | undefined;
  private cancelTelling: (() => void) | undefined;
  /** The expert may choose without end. */
  private readonly tellChoice: () => void;

  constructor(parts: NovicePictureParts) {
    this.parts = parts;
    this.tellChoice = perTurn(parts.clock, () => this.tell());
    this.pump = new FramePump({
      link: parts.link,
      clock: parts.clock,
      focus: () => this.focus,
      quality: () => this.quality,
      aside: parts.aside,
      failed: parts.desktopFailed,
    });
    parts.scope.add(() => this.closeCapture());
  }

  /** Both sides show a desktop of the same size. */
  get active(): boolean {
    return this.isActive;
  }
  /** The connection has been active: something else may just be about to be shown, or a desktop of another size. */
  get wasActive(): boolean {
    return this.agreed !== undefined;
  }
  /** The expert has a picture of what is shared now, as far as its side tells: what it points at before is in the picture before. */
  get isSeen(): boolean {
    const { lastOfBefore, pump } = this;
    return lastOfBefore === undefined || (!pump.isAcknowledged && pump.lastFrameId !== lastOfBefore);
  }
  /** The expert wants to see it. */
  get wanted(): boolean {
    return this.pump.isWanted;
  }
  get framesPerSecond(): number {
    return this.pump.framesPerSecond;
  }
  /** How old pictures are when the expert's window has painted them ({@link PictureAge}). */
  get ageMs(): number | undefined {
    return this.newestAgeMs;
  }

  /** Opens the capture, in place of the one that is open; undefined when the session ends first. Rejects where the desktop cannot be captured. */
  async open(part: SharedPart, signal: AbortSignal): Promise<DesktopLayout | undefined> {
    const capture = await this.opened(part, signal);
    return capture?.size;
  }

  /** Shows this instead; what has been captured of the part before and has not been sent never is. Rejects where it cannot be captured. */
  async share(part: SharedPart, signal: AbortSignal): Promise<void> {
    this.pump.pause();
    this.parts.pointer.leave();
    this.isActive = false;
    this.lastOfBefore = this.pump.lastFrameId;
    this.focus = undefined;
    const capture = await this.opened(part, signal);
    if (capture !== undefined && this.agreed !== undefined) this.start(this.agreed);
  }

  /** What the picture is to be made for. */
  choose(quality: PictureQuality): void {
    this.quality = quality;
    this.tellChoice();
  }

  /** The connection is active with this desktop. False while the screen has another size, or other monitors: then it is told, and `active` comes again. */
  start(agreed: Agreed): boolean {
    this.agreed = agreed;
    const { graphics, desktop } = agreed;
    const { capture } = this;
    if (capture === undefined) return false;
    if (!isSameLayout(capture.size, desktop)) {
      // The screen changed while the connection was being set up: no picture until both agree.
      this.parts.link.resize(capture.size);
      return false;
    }
    this.isActive = true;
    this.pump.start(capture, graphics);
    this.parts.pointer.start();
    this.mayBeFilm = graphics.encoder.name === 'channel';
    this.tell();
    return true;
  }

  /** Events about the expert's window, and about the frames that it has. */
  onLink(event: Extract<NoviceLinkEvent, { tag: 'refresh' | 'display' | 'frameAcknowledged' }>): void {
    switch (event.tag) {
      case 'refresh':
        this.capture?.refresh(event.areas);
        this.pump.forgetUnacknowledged();
        return;
      case 'display':
        this.pump.setWanted(event.wanted);
        return;
      case 'frameAcknowledged':
        this.pump.acknowledged(event.frameId, event.suspended);
        // Numbers go on over all captures, and round at 2³².
        if (this.lastOfBefore !== undefined && ((event.frameId - this.lastOfBefore) | 0) > 0) this.lastOfBefore = undefined;
        this.cancelTelling ??= this.parts.clock.after(TELL_AGE_MS, () => this.tellAge());
    }
  }

  stop(): void {
    this.pump.pause();
    this.isActive = false;
    this.cancelTelling?.();
    this.cancelTelling = undefined;
    this.parts.pointer.stop();
  }

  /** Undefined when the session ends first, or something else is to be shown by then. */
  private async opened(part: SharedPart, signal: AbortSignal): Promise<ScreenCapture | undefined> {
    const { scope, desktop } = this.parts;
    const opening = Symbol(part.tag);
    this.opening = opening;
    this.closeCapture().catch(this.parts.failed);
    let capture: ScreenCapture;
    try {
      capture = await desktop.openCapture(signal, part, this.pump.lastFrameId);
    } catch (error) {
      // What is not to be shown any more need not be possible.
      if (this.opening !== opening) return undefined;
      throw error;
    }
    if (scope.closed || this.opening !== opening) {
      await capture.close();
      return undefined;
    }
    this.capture = capture;
    const unfollow = capture.onEvent((event) => this.onCapture(event));
    const close = (): Promise<void> => {
      unfollow();
      return capture.close();
    };
    this.closeCapture = () => {
      this.capture = undefined;
      this.closeCapture = nothingOpen;
      return close();
    };
    return capture;
  }

  private tellAge(): void {
    this.cancelTelling = undefined;
    this.newestAgeMs = this.pump.age.takeMs() ?? this.newestAgeMs;
    this.tell();
  }

  private tell(): void {
    const { newestAgeMs: ageMs, pump } = this;
    this.parts.notes.tell({ tag: 'picture', quality: this.mayBeFilm ? this.quality : undefined, ageMs, filmBy: pump.filmBy });
  }

  private onCapture(event: CaptureEvent): void {
    const { parts } = this;
    if (parts.scope.closed) return;
    try {
      switch (event.tag) {
        case 'resized':
          if (!this.isActive) return;
          this.isActive = false;
          this.pump.pause();
          parts.pointer.pause();
          parts.link.resize(event.size);
          return;
        case 'shared':
          parts.stateChanged(event.state);
          return;
        case 'screensChanged':
          parts.screensChanged();
          return;
        case 'titled':
          parts.titled(event.title);
          return;
        case 'pointerShape':
          parts.pointer.changed(event.shape);
          return;
        case 'pointerMoved':
          this.focus = { x: event.x, y: event.y };
          parts.pointer.moved(event.x, event.y);
          return;
        case 'failed':
          parts.desktopFailed(event.error);
      }
    } catch (error) {
      parts.failed(error);
    }
  }
}
