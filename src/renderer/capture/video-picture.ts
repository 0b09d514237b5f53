import type { CapturedPicture, PixelFrame } from '../../protocol/rdp/graphics/contract.ts';
import type { Rect, Size } from '../../protocol/rdp/geometry.ts';

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

/** Memory for the pixels of one picture after the other. */
export interface PixelMemory {
  bytes: Uint8Array<ArrayBuffer>;
}

/** A picture that may be needed again: as the system's frame until an encoder asks for its pixels, as pixels from then on. */
export class VideoPicture {
  readonly size: Size;
  private readonly memory: PixelMemory;
  private frame: CapturedVideoFrame | undefined;
  private read: PixelFrame | undefined;

  constructor(frame: CapturedVideoFrame, memory: PixelMemory) {
    this.frame = frame;
    this.memory = memory;
    this.size = { width: frame.displayWidth, height: frame.displayHeight };
  }

  /** For one encoder, once: closing what is lent takes nothing away from here. */
  lend(damage: readonly Rect[]): CapturedPicture {
    const video = this.frame === undefined ? {} : { video: this.frame };
    return { ...this.size, damage, ...video, pixels: () => this.pixels(), close: () => undefined };
  }

  /** Idempotent. What has been read out stays. */
  close(): void {
    this.frame?.close();
    this.frame = undefined;
  }

  private async pixels(): Promise<PixelFrame> {
    if (this.read !== undefined) return this.read;
    const { frame, memory, size } = this;
    if (frame === undefined) throw new Error('the picture has been given back');
    const bytes = frame.allocationSize({ format: 'BGRX' });
    if (memory.bytes.length !== bytes) memory.bytes = new Uint8Array(bytes);
    const [plane] = await frame.copyTo(memory.bytes, { format: 'BGRX' });
    this.read = { ...size, stride: plane?.stride ?? size.width * 4, pixels: memory.bytes };
    this.close();
    return this.read;
  }
}
