import { ProtocolError } from '../../protocol/bytes/errors.ts';
import type { Rect, Size } from '../../protocol/rdp/geometry.ts';
import { boundsOf } from '../../protocol/rdp/graphics/tiles/areas.ts';
import type { BitmapDecoder, DecoderKind, EncodedBitmap } from '../../protocol/rdp/graphics/contract.ts';
import { lookAtUnit } from '../../protocol/rdp/graphics/film/annex-b.ts';
import { decodeAvc420 } from '../../protocol/rdp/graphics/film/avc420.ts';
import { drawPlanes, heldPlanes, type DecodedPlanes } from '../../protocol/rdp/graphics/film/draw-planes.ts';
import { checkSequence } from '../../protocol/rdp/graphics/film/sequence-parameters.ts';
import type { BitmapTarget } from '../../protocol/rdp/graphics/surface.ts';
import { GFX_CODEC } from '../../protocol/rdp/pdu/rdpgfx/wire-to-surface.ts';

/** A decoder that has not given a picture by then is given up. */
const LONGEST_DECODE_MS = 1_000;
/** Films at once: each decoder keeps several pictures of its surface. */
const MOST_DECODERS = 16;
/** More regions than these are copied as the one that holds them all; what is between them is of the same picture. */
const MOST_COPIES = 8;
/** A picture with more regions than these is not held: what it leaves of the one before would have to be found among them. */
const MOST_HELD = 64;

/** AVC420 on the graphics channel by WebCodecs, a decoder a surface. `lost`: what is on a surface is wrong until a key frame comes. */
export function avc420Decoders(lost: () => void): DecoderKind {
  let decoders = 0;
  return {
    name: 'AVC420',
    drawsOn: 'surface',
    takes: (format) => format.carrier === 'channel' && format.codecId === GFX_CODEC.avc420,
    create: () => {
      if (decoders >= MOST_DECODERS)
        throw new ProtocolError('TOO_LARGE', 'RDPGFX_WIRE_TO_SURFACE_PDU.surfaceId', `<= ${MOST_DECODERS} films`, decoders + 1);
      decoders += 1;
      return new Avc420Decoder(lost, () => (decoders -= 1));
    },
  };
}

interface Waiting {
  readonly resolve: (frame: VideoFrame) => void;
  readonly reject: (error: unknown) => void;
}

class Avc420Decoder implements BitmapDecoder {
  private readonly lost: () => void;
  private readonly gone: () => void;
  private decoder: VideoDecoder | undefined;
  private codec = '';
  private waiting: Waiting | undefined;
  private needsKey = true;
  private toldLost = false;
  private planes = new Uint8Array(0);
  /** Those of the picture that is held. */
  private held = new Uint8Array(0);

  /** @param gone called when its surface is */
  constructor(lost: () => void, gone: () => void) {
    this.lost = lost;
    this.gone = gone;
  }

  async decode({ data, width, height }: EncodedBitmap, target: BitmapTarget): Promise<void> {
    const { regions, h264 } = decodeAvc420(data);
    const named = regions.map(({ rect }) => rect);
    for (const rect of named) checkInside(rect, { width, height });
    const rects = each(named, { width, height });
    if (h264.length === 0) return;
    checkSequence(h264, { width, height });
    let frame: VideoFrame | undefined;
    try {
      frame = await this.picture(h264);
    } catch {
      // A broken stream is the other side's affair until its next key frame.
      this.lose();
    }
    if (frame === undefined) return;
    try {
      await this.draw(frame, rects, target);
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      // The picture cannot be read: the process that decodes in hardware has ended, for example. That is no fault of the other side's.
      this.lose();
    } finally {
      frame.close();
    }
  }

  close(): void {
    this.gone();
    this.end();
  }

  private end(): void {
    this.waiting?.reject(new Error('the surface has been deleted'));
    this.waiting = undefined;
    if (this.decoder !== undefined && this.decoder.state !== 'closed') this.decoder.close();
    this.decoder = undefined;
  }

  /** Undefined where it cannot be shown before the next key frame. */
  private async picture(h264: Uint8Array): Promise<VideoFrame | undefined> {
    const { key, codec } = lookAtUnit(h264);
    if (this.needsKey && !key) {
      this.lose();
      return undefined;
    }
    if (key && codec !== undefined && (this.decoder === undefined || this.needsKey || codec !== this.codec)) this.start(codec);
    const { decoder } = this;
    if (decoder === undefined) throw new Error('no sequence parameters');
    this.needsKey = false;
    this.toldLost = false;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the decoder holds pictures back')), LONGEST_DECODE_MS);
      this.waiting = {
        resolve: (frame) => {
          clearTimeout(late);
          resolve(frame);
        },
        reject: (error) => {
          clearTimeout(late);
          reject(error);
        },
      };
      decoder.decode(new EncodedVideoChunk({ type: key ? 'key' : 'delta', timestamp: 0, data: h264 }));
    });
  }

  private start(codec: string): void {
    this.end();
    const decoder: VideoDecoder = new VideoDecoder({
      output: (frame) => {
        const waiting = decoder === this.decoder ? this.settle() : undefined;
        if (waiting === undefined) frame.close();
        else waiting.resolve(frame);
      },
      error: (error) => {
        if (decoder === this.decoder) this.settle()?.reject(error);
      },
    });
    this.decoder = decoder;
    this.codec = codec;
    decoder.configure({ codec, optimizeForLatency: true });
  }

  private settle(): Waiting | undefined {
    const { waiting } = this;
    this.waiting = undefined;
    return waiting;
  }

  /** Told once until a key frame has come. */
  private lose(): void {
    this.needsKey = true;
    this.end();
    if (this.toldLost) return;
    this.toldLost = true;
    this.lost();
  }

  private async draw(frame: VideoFrame, rects: readonly Rect[], target: BitmapTarget): Promise<void> {
    const visible = frame.visibleRect ?? { x: 0, y: 0, width: frame.codedWidth, height: frame.codedHeight };
    const size = { width: visible.width, height: visible.height };
    for (const rect of rects) checkInside(rect, size);
    const { matrix, fullRange } = frame.colorSpace;
    // What lies in memory as planes is quicker converted here: a browser's way to pixels leads through numbers with fractions.
    if (frame.format !== 'I420' && matrix === 'bt709' && fullRange === true) {
      for (const rect of rects.length > MOST_COPIES ? [boundsOf(rects)] : rects) await copyInto(target, frame, rect, visible);
      return;
    }
    const planes = await this.read(frame, size);
    if (target.hold === undefined || rects.length > MOST_HELD) drawPlanes(planes, rects, target);
    else {
      target.hold(heldPlanes(planes, rects));
      [this.planes, this.held] = [this.held, this.planes];
    }
  }

  /** As it was decoded: a browser would take a stream that does not say it for one of limited range. */
  private async read(frame: VideoFrame, size: Size): Promise<DecodedPlanes> {
    const { format } = frame;
    if (format !== 'I420' && format !== 'NV12') throw new ProtocolError('UNEXPECTED', 'VideoFrame.format', 'I420 or NV12', `${format}`);
    const needed = frame.allocationSize();
    if (this.planes.length < needed) this.planes = new Uint8Array(needed);
    const [y, u, v] = await frame.copyTo(this.planes);
    if (y === undefined || u === undefined) throw new ProtocolError('UNEXPECTED', 'VideoFrame.copyTo', 'planes', 'none');
    const { planes: bytes } = this;
    const step = v === undefined ? 2 : 1;
    return {
      ...size,
      bytes,
      y: { ...y, step: 1 },
      u: { ...u, step },
      v: v === undefined ? { ...u, offset: u.offset + 1, step } : { ...v, step },
    };
  }
}

/** Straight into the surface's own memory. */
async function copyInto({ words, stride, offset }: BitmapTarget, frame: VideoFrame, region: Rect, visible: Rect): Promise<void> {
  const rect = evenly(region, visible);
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  await frame.copyTo(bytes, {
    format: 'RGBA',
    rect: { x: visible.x + rect.x, y: visible.y + rect.y, width: rect.width, height: rect.height },
    layout: [{ offset: 4 * (offset + rect.y * stride + rect.x), stride: 4 * stride }],
  });
}

/** Colours are told for two columns and rows together. What is beside a region is of the same picture. */
function evenly({ x, y, width, height }: Rect, { width: mostWidth, height: mostHeight }: Size): Rect {
  const [left, top] = [x & ~1, y & ~1];
  return {
    x: left,
    y: top,
    width: Math.min(mostWidth, (x + width + 1) & ~1) - left,
    height: Math.min(mostHeight, (y + height + 1) & ~1) - top,
  };
}

/** As they are, where each pixel can be in one of them; thousands that lie over each other would be drawn as often. */
function each(rects: readonly Rect[], { width, height }: Size): readonly Rect[] {
  const pixels = rects.reduce((sum, rect) => sum + rect.width * rect.height, 0);
  return pixels > width * height ? [boundsOf(rects)] : rects;
}

function checkInside({ x, y, width, height }: Rect, size: Size): void {
  if (x + width <= size.width && y + height <= size.height) return;
  throw new ProtocolError(
    'OUT_OF_RANGE',
    'RDPGFX_AVC420_METABLOCK.regionRects',
    `inside ${size.width}x${size.height}`,
    `${x + width},${y + height}`,
  );
}
