import type { CapturedPicture, PixelFrame } from '../../protocol/rdp/graphics/contract.ts';
import type { Rect, Size } from '../../protocol/rdp/geometry.ts';
import { openPictureMemory, type PictureMemory } from '../../protocol/rdp/graphics/kernels/picture-memory.ts';

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
  frame: PictureMemory | undefined;
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
    if (memory.frame?.width !== size.width || memory.frame.height !== size.height || memory.frame.pixels.length !== bytes)
      memory.frame = pixelMemory(size, bytes);
    const into = memory.frame;
    const [plane] = await frame.copyTo(into.pixels, { format: 'BGRX' });
    const stride = plane?.stride ?? into.stride;
    this.read = stride === into.stride ? into : { ...size, stride, pixels: into.pixels };
    this.close();
    return this.read;
  }
}

/** In the kernels' memory, unless the system's rows have gaps. */
function pixelMemory(size: Size, bytes: number): PictureMemory {
  const memory = openPictureMemory(size);
  return memory.pixels.length === bytes ? memory : { ...size, stride: bytes / size.height, pixels: new Uint8Array(bytes) };
}
