import type { Size } from '../../protocol/rdp/geometry.ts';
import { MAX_DESKTOP_SIDE, type FromCapture, type ToCapture } from '../../protocol/rdp/graphics/capture-messages.ts';
import type { EncoderKind, FrameShare } from '../../protocol/rdp/graphics/contract.ts';
import { ENCODERS } from '../../protocol/rdp/graphics/encoders.ts';
import { PictureStream } from '../../protocol/rdp/graphics/picture-stream.ts';
import { sameBytes } from './same-bytes.ts';
import { VideoPicture, type CapturedVideoFrame, type PixelMemory } from './video-picture.ts';

/**
 * Turns a screen's video into the frames a client must be sent. Chromium gives pictures at full rate whether anything changed or not, and
 * says nothing about what did: so the picture as it came is compared first, which costs a fraction of converting it.
 */
export class FrameSource {
  private readonly post: (message: FromCapture) => void;
  private readonly nowMs: () => number;
  private readonly stream: PictureStream;
  private size: Size | undefined;
  private wanted = false;
  private share: FrameShare | undefined;
  private over = false;
  private working = false;
  /** Held until a newer one comes: on some systems a still screen sends no picture again. */
  private latest: CapturedVideoFrame | undefined;
  /** The newest picture that was looked at, which may be needed again. */
  private shown: VideoPicture | undefined;
  /** That picture as it came (I420), and the buffer for the next. */
  private raw: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private spare: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Until the encoder owes a frame although nothing changes. */
  private due: ReturnType<typeof setTimeout> | undefined;
  private readonly memory: PixelMemory = { frame: undefined };

  constructor(post: (message: FromCapture) => void, nowMs: () => number, encoders: readonly EncoderKind[] = ENCODERS) {
    this.post = post;
    this.nowMs = nowMs;
    this.stream = new PictureStream({ width: 1, height: 1 }, encoders);
  }

  receive(message: ToCapture): void {
    if (this.over) return;
    switch (message.tag) {
      case 'configure':
        try {
          this.stream.configure(message.settings, message.generation);
        } catch (error) {
          this.fail(error);
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

  /** Reads until the video ends, which is a lost capture unless `close` was told. */
  async run(frames: ReadableStream<CapturedVideoFrame>): Promise<void> {
    const reader = frames.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        this.latest?.close();
        this.latest = value;
        if (this.over) {
          this.letGo();
          await reader.cancel();
          return;
        }
        await this.work();
      }
      this.fail(new Error('the screen is no longer shared'));
    } catch (error) {
      this.fail(error);
    }
  }

  /** Looks at pictures and encodes them, one at a time, until nobody waits for another. */
  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    try {
      for (let busy = true; busy && !this.over; ) busy = await this.turn();
      this.workWhenDue();
    } catch (error) {
      this.fail(error);
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
  private async turn(): Promise<boolean> {
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
    const { width, height } = picture.size;
    const sized = this.isSized(frame);
    if (width < 1 || height < 1 || width > MAX_DESKTOP_SIDE || height > MAX_DESKTOP_SIDE)
      throw new RangeError(`a picture of ${width}×${height}`);
    const rawBytes = frame.allocationSize();
    if (this.spare.length !== rawBytes) this.spare = new Uint8Array(rawBytes);
    await frame.copyTo(this.spare);
    if (this.over || (sized && sameBytes(this.spare, this.raw))) return;
    [this.raw, this.spare] = [this.spare, this.raw];
    this.shown?.close();
    this.shown = picture;
    if (!sized) {
      const first = this.size === undefined;
      this.size = picture.size;
      this.stream.resize(this.size);
      this.post(first ? { tag: 'opened', size: this.size, way: 'page' } : { tag: 'resized', size: this.size });
    }
    if (this.wanted && this.stream.configured) await this.send(picture, startMs);
  }

  private async send(picture: VideoPicture, startMs: number): Promise<void> {
    const takenMs = this.nowMs();
    const encoded = await this.stream.encode(picture.lend([{ x: 0, y: 0, ...picture.size }]), this.share);
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

  private fail(error: unknown): void {
    if (this.over) return;
    this.letGo();
    this.post({ tag: 'failed', code: 'LOST', message: error instanceof Error ? error.message : String(error) });
  }
}
