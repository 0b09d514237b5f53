import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import type { ViewerGraphics } from '../client/contract.ts';
import { decodeBitmapUpdate, type BitmapRectangle } from '../pdu/bitmap-update.ts';
import { DrawingOrderDecoder } from '../pdu/drawing-orders.ts';
import { FAST_PATH_UPDATE } from '../pdu/fast-path-output.ts';
import { decodeSurfaceCommands, type SurfaceBits } from '../pdu/surface-commands.ts';
import { rgbaFrom24 } from './colour.ts';
import type { Rect, Size } from '../geometry.ts';
import { InterleavedDecoder } from './interleaved/interleaved-decoder.ts';
import { PlanarDecoder } from './planar/planar-decoder.ts';
import { copyOnPicture } from './scroll/screen-copy.ts';
import { decodeRawBitmap } from './raw-bitmap.ts';
import { bitmapTarget, clipToSurface, createSurface, OPAQUE, type Surface } from './surface.ts';

/** No server sends bitmaps larger than its desktop; this is what we set aside for one at most. */
const MAX_BITMAP_AREA = 16 * 1024 * 1024;

/**
 * What one update may draw, in times its desktop, and what is always allowed: three bytes can stand for 65,535 pixels, and a dozen for a copy of
 * the whole desktop, so the length of an update says nothing about its work. Servers draw a pixel about once.
 */
const MAX_OVERDRAW = 8;
const FREE_AREA = 64 * 1024;

const UPDATETYPE_PALETTE = 0x0002;
const PALETTE_COLOURS = 256;
/** Uncompressed surface bits; other codecs were not offered. */
const CODEC_NONE = 0;

/** What one piece of graphics did to the surface. */
export interface AppliedGraphics {
  /** Parts of the surface that were drawn, in order; they may overlap. */
  readonly dirty: readonly Rect[];
  readonly frames: readonly FrameBoundary[];
}

interface FrameBoundary {
  readonly action: 'begin' | 'end';
  readonly frameId: number;
}

const NOTHING: AppliedGraphics = { dirty: [], frames: [] };

/**
 * Applies a server's graphics to a surface. A picture may come as planar, interleaved or uncompressed bitmaps, in slow- or fast-path shape.
 * Another graphics channel is another `tag` or channel name here and another folder beside the codecs.
 */
export class GraphicsDecoder {
  private current: Surface;
  private readonly planar = new PlanarDecoder();
  private readonly orders = new DrawingOrderDecoder();
  private readonly interleaved = new InterleavedDecoder();
  private readonly palette = new Int32Array(PALETTE_COLOURS).fill(OPAQUE);

  /** Pixels that the update under way may still draw. */
  private areaLeft = 0;

  /** @throws ProtocolError when the size is empty or too large */
  constructor(size: Size) {
    this.current = createSurface(size);
  }

  get surface(): Surface {
    return this.current;
  }

  /** The session is active (again) with this size: a new, black surface when the size differs. */
  resize(size: Size): void {
    this.orders.reset();
    if (size.width !== this.current.width || size.height !== this.current.height) this.current = createSurface(size);
  }

  /**
   * Draws what came, clipped to the surface. What was drawn before an error stays drawn.
   * @throws ProtocolError for anything wrong in the data, and UNEXPECTED for graphics that were never offered (other drawing orders, other channels)
   */
  apply(graphics: ViewerGraphics): AppliedGraphics {
    if (graphics.tag === 'channelGraphics') {
      throw new ProtocolError('UNEXPECTED', 'graphics.channel', 'no graphics channel', graphics.channel);
    }
    this.areaLeft = MAX_OVERDRAW * this.current.width * this.current.height + FREE_AREA;
    switch (graphics.updateCode) {
      case FAST_PATH_UPDATE.bitmap: {
        const dirty: Rect[] = [];
        for (const rectangle of decodeBitmapUpdate(graphics.data)) this.drawBitmap(rectangle, dirty);
        return { dirty, frames: [] };
      }
      case FAST_PATH_UPDATE.orders: {
        const dirty: Rect[] = [];
        for (const copy of this.orders.decode(graphics.data)) {
          const drawn = copyOnPicture(this.current.words, this.current, copy);
          if (drawn === undefined) continue;
          this.spend('SCRBLT_ORDER.nWidth', drawn.width, drawn.height);
          dirty.push(drawn);
        }
        return { dirty, frames: [] };
      }
      case FAST_PATH_UPDATE.surfaceCommands: {
        const dirty: Rect[] = [];
        const frames: FrameBoundary[] = [];
        for (const command of decodeSurfaceCommands(graphics.data)) {
          if (command.tag === 'frameMarker') frames.push({ action: command.action, frameId: command.frameId });
          else this.drawSurfaceBits(command, dirty);
        }
        return { dirty, frames };
      }
      case FAST_PATH_UPDATE.palette:
        this.setPalette(graphics.data);
        return NOTHING;
      case FAST_PATH_UPDATE.synchronize:
        return NOTHING;
      default:
        throw new ProtocolError(
          'UNEXPECTED',
          'TS_FP_UPDATE.updateCode',
          'orders, bitmap, palette, synchronize or surface commands',
          graphics.updateCode,
        );
    }
  }

  private drawBitmap(bitmap: BitmapRectangle, dirty: Rect[]): void {
    const { width, height, bitsPerPixel, data } = bitmap;
    this.spend('TS_BITMAP_DATA.width', width, height);
    const visible = clipToSurface(this.current, {
      x: bitmap.destLeft,
      y: bitmap.destTop,
      width: Math.min(width, bitmap.destRight - bitmap.destLeft + 1),
      height: Math.min(height, bitmap.destBottom - bitmap.destTop + 1),
    });
    if (visible === undefined) return;
    const target = bitmapTarget(this.current, visible);
    if (!bitmap.compressed) decodeRawBitmap(data, bitsPerPixel, width, height, this.palette, target);
    else if (bitsPerPixel === 32) this.planar.decode(data, width, height, target);
    else this.interleaved.decode(data, bitsPerPixel, width, height, this.palette, target);
    dirty.push(visible);
  }

  private drawSurfaceBits(bits: SurfaceBits, dirty: Rect[]): void {
    if (bits.codecId !== CODEC_NONE) throw new ProtocolError('UNEXPECTED', 'TS_BITMAP_DATA_EX.codecID', CODEC_NONE, bits.codecId);
    const { width, height } = bits;
    if (width < 1 || height < 1)
      throw new ProtocolError('OUT_OF_RANGE', 'TS_BITMAP_DATA_EX.width', 'width and height >= 1', `${width}x${height}`);
    this.spend('TS_BITMAP_DATA_EX.width', width, height);
    const visible = clipToSurface(this.current, { x: bits.destLeft, y: bits.destTop, width, height });
    if (visible === undefined) return;
    decodeRawBitmap(bits.data, bits.bitsPerPixel, width, height, this.palette, bitmapTarget(this.current, visible));
    dirty.push(visible);
  }

  /** TS_UPDATE_PALETTE_DATA ([MS-RDPBCGR] 2.2.9.1.1.3.1.1.1). */
  private setPalette(data: Uint8Array): void {
    const reader = new ByteReader(data);
    const updateType = reader.u16le('TS_UPDATE_PALETTE_DATA.updateType');
    if (updateType !== UPDATETYPE_PALETTE) {
      throw new ProtocolError('UNEXPECTED', 'TS_UPDATE_PALETTE_DATA.updateType', UPDATETYPE_PALETTE, updateType);
    }
    reader.skip(2, 'TS_UPDATE_PALETTE_DATA.pad2Octets');
    const count = reader.u32le('TS_UPDATE_PALETTE_DATA.numberColors');
    if (count !== PALETTE_COLOURS) {
      throw new ProtocolError('OUT_OF_RANGE', 'TS_UPDATE_PALETTE_DATA.numberColors', PALETTE_COLOURS, count);
    }
    for (let i = 0; i < count; i++) {
      this.palette[i] = rgbaFrom24(
        (reader.u8('TS_PALETTE_ENTRY.red') << 16) | (reader.u8('TS_PALETTE_ENTRY.green') << 8) | reader.u8('TS_PALETTE_ENTRY.blue'),
      );
    }
  }

  /** Counts what is drawn, a bitmap before anything is set aside for it. */
  private spend(field: string, width: number, height: number): void {
    const area = width * height;
    const limit = Math.min(MAX_BITMAP_AREA, this.areaLeft);
    if (area > limit) throw new ProtocolError('TOO_LARGE', field, `<= ${limit} pixels`, area);
    this.areaLeft -= area;
  }
}
