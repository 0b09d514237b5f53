import type { Size } from '../../protocol/rdp/geometry.ts';
import {
  MAX_DESKTOP_SIDE,
  type CaptureFailureCode,
  type FromCapture,
  type ToCapturePage,
} from '../../protocol/rdp/graphics/capture-messages.ts';
import type { EncoderKind, FrameShare } from '../../protocol/rdp/graphics/contract.ts';
import { ENCODERS } from '../../protocol/rdp/graphics/encoders.ts';
import { PictureStream } from '../../protocol/rdp/graphics/picture-stream.ts';
import type { ScreenWish } from './messages.ts';
import { sameBytes } from './same-bytes.ts';
import { blankPicture, VideoPicture, type CapturedVideoFrame, type HeldPicture, type PixelMemory } from './video-picture.ts';

/** Of a blank picture, where what is to be shown was gone from the beginning. */
const NOTHING_TO_SEE: Size = { width: 640, height: 480 };

export interface FrameSourceParts {
  readonly post: (message: FromCapture) => void;
  /** To whoever can ask the system for the screen, and answers with {@link FrameSource.answered}. */
  readonly wish: (wish: ScreenWish) => void;
  readonly nowMs: () => number;
  readonly encoders?: readonly EncoderKind[];
}

type Answer =
  | { readonly tag: 'given'; readonly turn: number; readonly frames: ReadableStream<CapturedVideoFrame> }
  | { readonly tag: 'refused'; readonly turn: number; readonly code: CaptureFailureCode; readonly message: string };

/**
 * Turns a screen's video into the frames a client must be sent. Chromium gives pictures at full rate whether anything changed or not, and
 * says nothing about what did: so the picture as it came is compared first, which costs a fraction of converting it.
 */
export class FrameSource {
  private readonly post: (message: FromCapture) => void;
  private readonly wish: (wish: ScreenWish) => void;
  private readonly nowMs: () => number;
  private readonly stream: PictureStream;
  private comesBack = false;
  /** Number of the look at the screen; what was captured in one before counts for nothing. */
  private turn = 0;
  private blank = false;
  private size: Size | undefined;
  private wanted = false;
  private share: FrameShare | undefined;
  private over = false;
  private working = false;
  /** Held until a newer one comes: on some systems a still screen sends no picture again. */
  private latest: CapturedVideoFrame | undefined;
  /** The newest picture that was looked at, which may be needed again. */
  private shown: HeldPicture | undefined;
  /** An encoder has it, and may still ask for its pixels. */
  private sending: HeldPicture | undefined;
  /** That picture as it came (I420), and the buffer for the next. */
  private raw: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private spare: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Until the encoder owes a frame although nothing changes. */
  private due: ReturnType<typeof setTimeout> | undefined;
  private readonly memory: PixelMemory = { frame: undefined };

  constructor({ post, wish, nowMs, encoders = ENCODERS }: FrameSourceParts) {
    this.post = post;
    this.wish = wish;
    this.nowMs = nowMs;
    this.stream = new PictureStream({ width: 1, height: 1 }, encoders);
  }

  receive(message: ToCapturePage): void {
    if (this.over) return;
    switch (message.tag) {
      case 'begin':
        this.stream.countFrom(message.framesBefore);
        this.comesBack = message.comesBack;
        return;
      case 'look':
        this.forget();
        this.wish({ tag: 'look', turn: this.turn });
        return;
      case 'leave':
        this.wish({ tag: 'leave' });
        this.goBlank();
        break;
      case 'configure':
        try {
          this.stream.configure(message.settings, message.generation);
        } catch (error) {
          this.fail(errorText(error));
          return;
        }
        break;
      case 'next':
        this.wanted = true;
        this.share = message.share;
        break;
      case 'refresh':
        this.stream.refresh(message.areas);
        break;
      case 'close':
        this.letGo();
        this.post({ tag: 'closed' });
        return;
    }
    void this.work();
  }

  /** What came of the wish of this turn. Settled when nothing more comes of it. */
  async answered(answer: Answer): Promise<void> {
    const { turn } = answer;
    if (answer.tag === 'given') await this.run(answer.frames, turn);
    else if (!this.isPast(turn)) this.lose(answer.message, answer.code);
  }

  /** Reads until the video ends, or another turn begins. */
  private async run(frames: ReadableStream<CapturedVideoFrame>, turn: number): Promise<void> {
    const reader = frames.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (this.isPast(turn)) {
          value?.close();
          await reader.cancel();
          return;
        }
        if (done) break;
        this.latest?.close();
        this.latest = value;
        await this.work();
      }
      this.lose('the screen is no longer shared');
    } catch (error) {
      if (!this.isPast(turn)) this.lose(errorText(error));
    }
  }

  private isPast(turn: number): boolean {
    return this.over || turn !== this.turn;
  }

  /** There is no screen any more, or none was to be had: the end, unless it may come back. */
  private lose(message: string, code: CaptureFailureCode = 'LOST'): void {
    if (!this.comesBack || this.size === undefined) return this.fail(message, code);
    this.goBlank();
    void this.work();
  }

  /** Of what was captured until now nothing is shown any more. */
  private forget(): void {
    this.turn += 1;
    this.latest?.close();
    this.latest = undefined;
    if (this.shown !== this.sending) this.shown?.close();
    this.shown = undefined;
    this.raw = new Uint8Array(0);
  }

  private goBlank(): void {
    this.forget();
    const first = this.size === undefined;
    const size = this.size ?? NOTHING_TO_SEE;
    this.size = size;
    this.stream.resize(size);
    this.shown = blankPicture(size, this.memory);
    if (first) this.post({ tag: 'opened', size, way: 'page' });
    this.blank = true;
    this.post({ tag: 'shared', state: 'gone' });
  }

  /** Looks at pictures and encodes them, one at a time, until nobody waits for another. */
  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    try {
      for (let busy = true; busy && !this.over; ) busy = await this.step();
      this.workWhenDue();
    } catch (error) {
      this.fail(errorText(error));
    } finally {
      this.working = false;
    }
  }

  private workWhenDue(): void {
    clearTimeout(this.due);
    const { dueInMs } = this.stream;
    if (dueInMs !== undefined && this.wanted && !this.over) this.due = setTimeout(() => void this.work(), dueInMs);
  }

  /** False when there is nothing to do. Pictures nobody waits for are replaced unread, except for the first of another size. */
  private async step(): Promise<boolean> {
    const { latest } = this;
    if (latest !== undefined && (this.wanted || !this.isSized(latest))) {
      this.latest = undefined;
      const picture = new VideoPicture(latest, this.memory);
      try {
        await this.take(latest, picture);
      } finally {
        if (this.shown !== picture || this.over) picture.close();
      }
      return true;
    }
    // The picture we have may be the last for a while.
    if (!this.wanted || !this.stream.configured || !this.stream.dueAnyway || this.shown === undefined) return false;
    await this.send(this.shown, this.nowMs());
    return true;
  }

  private isSized(frame: CapturedVideoFrame): boolean {
    return this.size !== undefined && this.size.width === frame.displayWidth && this.size.height === frame.displayHeight;
  }

  private async take(frame: CapturedVideoFrame, picture: VideoPicture): Promise<void> {
    const startMs = this.nowMs();
    const { turn } = this;
    const { width, height } = picture.size;
    const sized = this.isSized(frame);
    if (width < 1 || height < 1 || width > MAX_DESKTOP_SIDE || height > MAX_DESKTOP_SIDE)
      throw new RangeError(`a picture of ${width}×${height}`);
    const rawBytes = frame.allocationSize();
    if (this.spare.length !== rawBytes) this.spare = new Uint8Array(rawBytes);
    await frame.copyTo(this.spare);
    if (this.isPast(turn) || (sized && sameBytes(this.spare, this.raw))) return;
    [this.raw, this.spare] = [this.spare, this.raw];
    this.shown?.close();
    this.shown = picture;
    if (!sized) {
      const first = this.size === undefined;
      this.size = picture.size;
      this.stream.resize(this.size);
      this.post(first ? { tag: 'opened', size: this.size, way: 'page' } : { tag: 'resized', size: this.size });
    }
    if (this.blank) {
      this.blank = false;
      this.post({ tag: 'shared', state: 'shown' });
    }
    if (this.wanted && this.stream.configured) await this.send(picture, startMs);
  }

  private async send(picture: HeldPicture, startMs: number): Promise<void> {
    const takenMs = this.nowMs();
    this.sending = picture;
    const encoded = await this.stream.encode(picture.lend([{ x: 0, y: 0, ...picture.size }]), this.share);
    this.sending = undefined;
    if (this.shown !== picture) picture.close();
    if (encoded === undefined || this.over) return;
    this.wanted = false;
    const { generation, ...frame } = encoded;
    this.post({ tag: 'frame', generation, frame: { ...frame, captureMs: takenMs - startMs, encodeMs: this.nowMs() - takenMs } });
  }

  private letGo(): void {
    this.over = true;
    clearTimeout(this.due);
    this.stream.close();
    this.latest?.close();
    this.latest = undefined;
    this.shown?.close();
  }

  private fail(message: string, code: CaptureFailureCode = 'LOST'): void {
    if (this.over) return;
    this.letGo();
    this.post({ tag: 'failed', code, message });
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
