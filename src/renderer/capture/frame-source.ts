import { MAX_DESKTOP_SIDE, type FromCapture, type ToCapture } from '../../protocol/rdp/graphics/capture-messages.ts';
import type { Size } from '../../protocol/rdp/geometry.ts';
import { PictureStream } from '../../protocol/rdp/graphics/picture-stream.ts';
import { sameBytes } from './same-bytes.ts';

/** What of a VideoFrame (WebCodecs) is used; it is closed exactly once whatever happens. */
export interface CapturedVideoFrame {
  readonly displayWidth: number;
  readonly displayHeight: number;
  allocationSize(options?: { readonly format: 'BGRX' }): number;
  copyTo(
    destination: Uint8Array<ArrayBuffer>,
    options?: { readonly format: 'BGRX' },
  ): Promise<readonly { readonly offset: number; readonly stride: number }[]>;
  close(): void;
}

/**
 * Turns a screen's video into the frames a client must be sent. Chromium gives pictures at full rate whether anything changed or not, and
 * says nothing about what did: so the picture as it came is compared first, which costs a fraction of converting it.
 */
export class FrameSource {
  private readonly post: (message: FromCapture) => void;
  private readonly nowMs: () => number;
  private readonly stream = new PictureStream({ width: 1, height: 1 });
  private size: Size | undefined;
  private wanted = false;
  private over = false;
  private taking = false;
  /** Held until a newer one comes: on some systems a still screen sends no picture again. */
  private latest: CapturedVideoFrame | undefined;
  /** The newest picture as it came (I420), and the buffer for the next. */
  private raw: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private spare: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private pixels: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private stride = 0;

  constructor(post: (message: FromCapture) => void, nowMs: () => number) {
    this.post = post;
    this.nowMs = nowMs;
  }

  receive(message: ToCapture): void {
    if (this.over) return;
    switch (message.tag) {
      case 'configure':
        this.stream.configure(message.settings, message.generation);
        break;
      case 'next':
        this.wanted = true;
        break;
      case 'refresh':
        this.stream.refresh(message.areas);
        break;
      case 'close':
        this.over = true;
        this.letGo();
        this.post({ tag: 'closed' });
        return;
    }
    // The picture we have may be the last for a while.
    if (this.stream.dueAnyway && this.pixels.length > 0 && !this.taking) this.guard(() => this.send(this.nowMs()));
    void this.takeLatest();
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
        await this.takeLatest();
      }
      this.fail('the screen is no longer shared');
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** Looks at the newest picture if somebody waits for one, or it has another size. Pictures nobody waits for are replaced unread. */
  private async takeLatest(): Promise<void> {
    if (this.taking) return;
    this.taking = true;
    try {
      for (;;) {
        const frame = this.latest;
        if (frame === undefined || this.over || (!this.wanted && this.isSized(frame))) return;
        this.latest = undefined;
        try {
          await this.take(frame);
        } finally {
          frame.close();
        }
      }
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    } finally {
      this.taking = false;
    }
  }

  private isSized(frame: CapturedVideoFrame): boolean {
    return this.size !== undefined && this.size.width === frame.displayWidth && this.size.height === frame.displayHeight;
  }

  private letGo(): void {
    this.latest?.close();
    this.latest = undefined;
  }

  private async take(frame: CapturedVideoFrame): Promise<void> {
    const startMs = this.nowMs();
    const { displayWidth: width, displayHeight: height } = frame;
    const sized = this.isSized(frame);
    if (width < 1 || height < 1 || width > MAX_DESKTOP_SIDE || height > MAX_DESKTOP_SIDE)
      throw new RangeError(`a picture of ${width}×${height}`);
    const rawBytes = frame.allocationSize();
    if (this.spare.length !== rawBytes) this.spare = new Uint8Array(rawBytes);
    await frame.copyTo(this.spare);
    if (sized && sameBytes(this.spare, this.raw)) {
      if (this.stream.dueAnyway) this.send(startMs);
      return;
    }
    [this.raw, this.spare] = [this.spare, this.raw];
    const bytes = frame.allocationSize({ format: 'BGRX' });
    if (this.pixels.length !== bytes) this.pixels = new Uint8Array(bytes);
    const [plane] = await frame.copyTo(this.pixels, { format: 'BGRX' });
    this.stride = plane?.stride ?? width * 4;
    if (this.over) return;
    if (!sized) {
      const first = this.size === undefined;
      this.size = { width, height };
      this.stream.resize(this.size);
      this.post(first ? { tag: 'opened', size: this.size, way: 'page' } : { tag: 'resized', size: this.size });
    }
    this.send(startMs);
  }

  private send(startMs: number): void {
    const { size } = this;
    if (!this.wanted || !this.stream.configured || size === undefined) return;
    const frame = { ...size, stride: this.stride, pixels: this.pixels };
    const changed = this.stream.changes(frame, [{ x: 0, y: 0, ...size }]);
    const comparedMs = this.nowMs();
    if (changed.areas.length === 0 && changed.copies.length === 0) return;
    const { generation, ...encoded } = this.stream.encode(frame, changed);
    this.wanted = false;
    this.post({ tag: 'frame', generation, frame: { ...encoded, captureMs: comparedMs - startMs, encodeMs: this.nowMs() - comparedMs } });
  }

  private guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  private fail(message: string): void {
    if (this.over) return;
    this.over = true;
    this.letGo();
    this.post({ tag: 'failed', code: 'LOST', message });
  }
}
