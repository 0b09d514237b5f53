import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { FrameAcknowledgement, GraphicsSettings, Place } from '../../protocol/rdp/graphics/contract.ts';
import type { FilmMaker } from '../../protocol/rdp/film-maker.ts';
import type { PictureQuality } from '../../protocol/rdp/picture-quality.ts';
import type { Clock } from '../clock.ts';
import type { NoviceLink } from '../connection/contract.ts';
import type { ScreenCapture } from '../desktop/contract.ts';
import { FrameMeter } from './frame-meter.ts';
import { LineShare } from './line-share.ts';
import { PictureAge } from './picture-age.ts';

/** With Frame Acknowledge: frames the expert may be behind on a short line. One on its way, one being painted. */
const MAX_UNACKNOWLEDGED_FRAMES = 2;
/** Nobody tells when the line has room: it is looked for this often while a frame waits for it. */
const LOOK_AGAIN_MS = 5;

export interface FramePumpParts {
  readonly link: Pick<NoviceLink, 'sendGraphics' | 'line'>;
  readonly clock: Clock;
  /** Where the pointer is, as far as anybody knows. */
  readonly focus?: () => Place | undefined;
  /** What the expert would rather have. */
  readonly quality?: () => PictureQuality;
  /** Bytes a second of what goes ahead of pictures. */
  readonly aside?: () => number;
  /** The capture failed, or made something that cannot be sent. */
  readonly failed: (error: unknown) => void;
}

/**
 * Pulls one frame after the other and writes it, at the pace of the line and of the expert's acknowledgements. Nothing is queued: while the line has
 * no room or the expert is behind, no frame is pulled and the capture gathers what changes. Each frame is told how much the line has for it.
 */
export class FramePump {
  private readonly parts: FramePumpParts;
  private readonly meter = new FrameMeter();
  private readonly share = new LineShare();
  readonly age = new PictureAge();
  private run: { readonly capture: ScreenCapture; readonly abort: AbortController } | undefined;
  private idle: Promise<void> = Promise.resolve();
  private unacknowledged: number[] = [];
  private newestFrameId = 0;
  private acknowledgement: FrameAcknowledgement = 'unmarked';
  /** The expert's state, whatever is captured. */
  private suspended = false;
  private wanted = true;
  private newestFilmBy: FilmMaker = 'none';
  /** Of the line, when it was last looked at for a frame: nothing else need ask the system for it. */
  private minRoundTripMs = 0;
  private wake: () => void = () => {};

  constructor(parts: FramePumpParts) {
    this.parts = parts;
  }

  /** Whether the expert wants a picture; until it says otherwise it does. */
  get isWanted(): boolean {
    return this.wanted;
  }
  /** Number of the last frame that was pulled. */
  get lastFrameId(): number {
    return this.newestFrameId;
  }
  /** The expert's side tells which frames it has. */
  get isAcknowledged(): boolean {
    return this.acknowledgement !== 'unmarked' && !this.suspended;
  }
  /** What makes the film in the newest frame. */
  get filmBy(): FilmMaker {
    return this.newestFilmBy;
  }
  get framesPerSecond(): number {
    return this.meter.perSecond(this.parts.clock.monotonicMs());
  }

  /** Starts (again) with these settings, once the frame under way is through: a capture gives one frame at a time. */
  start(capture: ScreenCapture, settings: GraphicsSettings): void {
    this.pause();
    const abort = new AbortController();
    this.run = { capture, abort };
    this.unacknowledged = [];
    this.acknowledgement = settings.acknowledgement;
    this.idle = this.idle.then(() => this.pump(capture, settings, abort.signal));
  }

  /** Pulls no frame until `start`. */
  pause(): void {
    this.run?.abort.abort();
    this.run = undefined;
    this.wake();
  }

  /** Suppress Output ([MS-RDPBCGR] 2.2.11.3). When the picture is wanted again it comes whole. */
  setWanted(wanted: boolean): void {
    if (this.wanted === wanted) return;
    this.wanted = wanted;
    if (!wanted) return;
    const { capture } = this.run ?? {};
    if (capture !== undefined) capture.refresh([{ x: 0, y: 0, width: capture.size.width, height: capture.size.height }]);
    this.forgetUnacknowledged();
  }

  /** Acknowledges this frame and all before it. `suspended`: the expert acknowledges nothing more until it does again, and is not waited for. */
  acknowledged(frameId: number, suspended = false): void {
    this.suspended = suspended;
    if (suspended) this.unacknowledged = [];
    const index = this.unacknowledged.indexOf(frameId);
    if (index >= 0) this.unacknowledged.splice(0, index + 1);
    this.age.acknowledged(frameId, this.parts.clock.monotonicMs(), this.minRoundTripMs);
    this.wake();
  }

  /** The expert has lost what was on its way (a new window, a refresh): do not wait for it. */
  forgetUnacknowledged(): void {
    this.unacknowledged = [];
    this.age.forget();
    this.wake();
  }

  private async pump(capture: ScreenCapture, settings: GraphicsSettings, signal: AbortSignal): Promise<void> {
    try {
      if (!signal.aborted) capture.configure(settings);
      while (!signal.aborted) {
        if (!this.wanted || this.isBehind) {
          await this.woken(false);
          continue;
        }
        const { line } = this.parts.link;
        this.minRoundTripMs = line.minRoundTripMs ?? 0;
        if (!this.share.hasRoom(line)) {
          await this.woken(true);
          continue;
        }
        const share = this.share.next(line, this.parts.clock.monotonicMs(), this.parts.aside?.());
        const focus = this.parts.focus?.();
        const quality = this.parts.quality?.() ?? 'balanced';
        const frame = await capture.nextFrame(signal, { ...share, quality, ...(focus === undefined ? {} : { focus }) });
        if (signal.aborted) return;
        this.newestFrameId = frame.frameId;
        // Hidden meanwhile: this frame is dropped, a whole one follows when it is shown again. On a graphics channel it may have made surfaces.
        if ((!this.wanted && settings.acknowledgement !== 'channel') || frame.updates.length === 0) continue;
        if (this.isAcknowledged) {
          this.unacknowledged.push(frame.frameId);
          this.age.sent(frame.frameId, this.parts.clock.monotonicMs() - frame.captureMs - frame.encodeMs);
        }
        this.newestFilmBy = frame.filmBy ?? 'none';
        if (!(await this.send(frame.updates))) return;
        this.meter.count(this.parts.clock.monotonicMs());
      }
    } catch (error) {
      if (!signal.aborted) this.parts.failed(error);
    }
  }

  /** The expert has as many frames to acknowledge as fit on the line. */
  private get isBehind(): boolean {
    return this.unacknowledged.length >= MAX_UNACKNOWLEDGED_FRAMES + this.share.furtherFrames(this.minRoundTripMs);
  }

  /** Until something has changed; `soon`: or it is time to look at the line again. */
  private woken(soon: boolean): Promise<void> {
    return new Promise<void>((resolve) => {
      const cancel = soon ? this.parts.clock.after(LOOK_AGAIN_MS, resolve) : undefined;
      this.wake = () => {
        cancel?.();
        resolve();
      };
    });
  }

  private async send(updates: Parameters<NoviceLink['sendGraphics']>[0]): Promise<boolean> {
    try {
      await this.parts.link.sendGraphics(updates);
      return true;
    } catch (error) {
      // The link's own events tell its end; in a change of resolution `start` follows.
      if (error instanceof ProtocolError && error.code !== 'ILLEGAL_TRANSITION') this.parts.failed(error);
      return false;
    }
  }
}
