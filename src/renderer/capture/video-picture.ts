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

/** A picture that may be needed again. */
export interface HeldPicture {
  readonly size: Size;
  /** For one encoder, once: closing what is lent takes nothing away from here. */
  lend(damage: readonly Rect[]): CapturedPicture;
  /** Idempotent. What has been read out stays. */
  close(): void;
}

/** Memory for the pixels of one picture after the other. */
export interface PixelMemory {
  frame: PictureMemory | undefined;
}

/** As the system's frame until an encoder asks for its pixels, as pixels from then on. */
export class VideoPicture implements HeldPicture {
  readonly size: Size;
  private readonly memory: PixelMemory;
  private frame: CapturedVideoFrame | undefined;
  private read: PixelFrame | undefined;

  constructor(frame: CapturedVideoFrame, memory: PixelMemory) {
    this.frame = frame;
    this.memory = memory;
    this.size = { width: frame.displayWidth, height: frame.displayHeight };
  }

  lend(damage: readonly Rect[]): CapturedPicture {
    const video = this.frame === undefined ? {} : { video: this.frame };
    return { ...this.size, damage, ...video, pixels: () => this.pixels(), close: () => undefined };
  }

  close(): void {
    this.frame?.close();
    this.frame = undefined;
  }

  private async pixels(): Promise<PixelFrame> {
    if (this.read !== undefined) return this.read;
    const { frame, memory, size } = this;
    if (frame === undefined) throw new Error('the picture has been given back');
    const into = memoryFor(size, frame.allocationSize({ format: 'BGRX' }), memory);
    const [plane] = await frame.copyTo(into.pixels, { format: 'BGRX' });
    const stride = plane?.stride ?? into.stride;
    this.read = stride === into.stride ? into : { ...size, stride, pixels: into.pixels };
    this.close();
    return this.read;
  }
}

/** Nothing to be seen. */
export function blankPicture(size: Size, memory: PixelMemory): HeldPicture {
  const pixels = (): PixelFrame => {
    const black = memoryFor(size, size.width * size.height * 4, memory);
    black.pixels.fill(0);
    return black;
  };
  return { size, lend: (damage) => ({ ...size, damage, pixels, close: () => undefined }), close: () => undefined };
}

function memoryFor(size: Size, bytes: number, memory: PixelMemory): PictureMemory {
  const { frame } = memory;
  if (frame?.width === size.width && frame.height === size.height && frame.pixels.length === bytes) return frame;
  const made = pixelMemory(size, bytes);
  memory.frame = made;
  return made;
}

/** In the kernels' memory, unless the system's rows have gaps. */
function pixelMemory(size: Size, bytes: number): PictureMemory {
  const memory = openPictureMemory(size);
  return memory.pixels.length === bytes ? memory : { ...size, stride: bytes / size.height, pixels: new Uint8Array(bytes) };
}
