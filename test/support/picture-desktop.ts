import type { EncodedFrame } from '../../src/protocol/rdp/graphics/capture-messages.ts';
import type { GraphicsSettings, PixelFrame } from '../../src/protocol/rdp/graphics/contract.ts';
import type { Size } from '../../src/protocol/rdp/geometry.ts';
import { PictureStream } from '../../src/protocol/rdp/graphics/picture-stream.ts';
import { FakeCapture, FakeDesktop } from './fake-desktop.ts';

export const SIZE = { width: 320, height: 200 };

/** A picture in which every pixel differs from its neighbours. */
export function picture(size: Size = SIZE): PixelFrame {
  const pixels = new Uint8Array(size.width * size.height * 4);
  for (let at = 0; at < pixels.length; at += 4) {
    const n = at / 4;
    pixels.set([n & 0xff, (n >> 3) & 0xff, (n * 7) & 0xff, 0], at);
  }
  return { ...size, stride: size.width * 4, pixels };
}

/** A desktop that shows {@link picture}, encoded for real. */
export class PictureDesktop extends FakeDesktop {
  override screen = SIZE;
  override async openCapture(signal: AbortSignal): Promise<FakeCapture> {
    await Promise.resolve();
    signal.throwIfAborted();
    const capture = new PictureCapture(SIZE);
    this.captures.push(capture);
    return capture;
  }
}

class PictureCapture extends FakeCapture {
  private stream: PictureStream | undefined;
  private streamed: GraphicsSettings | undefined;

  override async nextFrame(signal: AbortSignal): Promise<EncodedFrame> {
    const frame = await super.nextFrame(signal);
    if (this.settings === undefined) throw new Error('not configured');
    this.stream ??= new PictureStream(SIZE);
    if (this.streamed !== this.settings) this.stream.configure(this.settings, 0);
    this.streamed = this.settings;
    // Whole each time.
    const { size } = this;
    this.stream.resize(size);
    const made = await this.stream.encode({ ...size, damage: [], pixels: () => picture(size), close: () => undefined });
    return { ...frame, updates: made?.updates ?? [], frameId: made?.frameId ?? frame.frameId };
  }
}
