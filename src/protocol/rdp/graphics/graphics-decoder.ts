import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import type { Rect, Size } from '../geometry.ts';
import { decodeBitmapUpdate, type BitmapRectangle } from '../pdu/bitmap-update.ts';
import { DrawingOrderDecoder, type ScreenCopy } from '../pdu/drawing-orders.ts';
import { FAST_PATH_UPDATE } from '../pdu/fast-path-output.ts';
import { decodeSurfaceCommands, type SurfaceBits, type SurfaceCommand } from '../pdu/surface-commands.ts';
import { rgbaFrom24 } from './colour.ts';
import { ChannelDecoder, type ChannelOutputPicture } from './channel/channel-decoder.ts';
import type {
  AppliedGraphics,
  BitmapDecoder,
  BitmapFormat,
  DecoderKind,
  OnDrawn,
  EncodedBitmap,
  FrameBoundary,
  ViewerGraphics,
} from './contract.ts';
import { DECODERS } from './decoders.ts';
import { copyOnPicture } from './scroll/screen-copy.ts';
import { bitmapTarget, clipToSurface, createSurface, OPAQUE, type Surface } from './surface.ts';

/** No server sends bitmaps larger than its desktop; this is what we set aside for one at most. */
const MAX_BITMAP_AREA = 16 * 1024 * 1024;

/**
 * What one update may draw: three bytes can stand for 65,535 pixels, and a dozen for a copy of the whole desktop, so the length of an update says
 * nothing about its work. Servers draw a pixel about once. Small desktops may be drawn several times, up to what is always quickly done (48
 * million pixels copied take some 15 ms); large ones once and a half.
 */
function areaAllowed({ width, height }: Size): number {
  const area = width * height;
  return Math.max(1.5 * area, Math.min(MAX_OVERDRAW * area, QUICK_AREA)) + FREE_AREA;
}

const MAX_OVERDRAW = 8;
const QUICK_AREA = 48 * 1024 * 1024;
const FREE_AREA = 64 * 1024;

const UPDATETYPE_PALETTE = 0x0002;
const PALETTE_COLOURS = 256;
/** What is being gathered of one piece. */
interface Applying {
  readonly dirty: Rect[];
  readonly frames: FrameBoundary[];
}

/**
 * Applies a server's graphics to a surface, in slow- or fast-path shape or from the graphics channel. Bitmaps are decoded by what the table of decoders says; one piece of
 * graphics at a time.
 */
export class GraphicsDecoder {
  private readonly kinds: readonly DecoderKind[];
  private readonly decoders = new Map<DecoderKind, BitmapDecoder>();
  private current: Surface;
  private readonly orders = new DrawingOrderDecoder();
  private readonly palette = new Int32Array(PALETTE_COLOURS).fill(OPAQUE);

  private readonly onDrawn: OnDrawn;
  /** Pixels that the update under way may still draw. */
  private areaLeft = 0;
  /** From the first message of the graphics channel on: its history takes megabytes. */
  private channel: ChannelDecoder | undefined;

  /** @throws ProtocolError when the size is empty or too large */
  constructor(size: Size, kinds: readonly DecoderKind[] = DECODERS, onDrawn: OnDrawn = () => undefined) {
    this.current = createSurface(size);
    this.kinds = kinds;
    this.onDrawn = onDrawn;
  }

  get surface(): Surface {
    return this.current;
  }

  /**
   * The session is active (again) with this size, or what came before this is missing: a new, black surface when the size differs. What comes on
   * the graphics channel is passed over until it begins anew.
   */
  resize(size: Size): void {
    this.orders.reset();
    this.channel?.restart();
    if (size.width !== this.current.width || size.height !== this.current.height) this.current = createSurface(size);
  }

  /**
   * Draws what came, clipped to the surface: at once where every decoder it needs answers at once, else when the last one has. What was drawn
   * before an error stays drawn.
   * @param outOfTime asked before each rectangle, order and command; a piece that has had its time is TOO_LARGE
   * @throws ProtocolError (or rejects with it) for anything wrong in the data, and UNEXPECTED for graphics that were never offered
   */
  apply(graphics: ViewerGraphics, outOfTime: () => boolean = () => false): AppliedGraphics | Promise<AppliedGraphics> {
    this.areaLeft = areaAllowed(this.current);
    if (graphics.tag === 'channel') {
      this.channel ??= new ChannelDecoder(this.output(), this.kinds);
      return this.channel.apply(graphics.data, outOfTime);
    }
    switch (graphics.updateCode) {
      case FAST_PATH_UPDATE.bitmap:
        return each(decodeBitmapUpdate(graphics.data), (bitmap, applying) => this.drawBitmap(bitmap, applying), outOfTime);
      case FAST_PATH_UPDATE.orders:
        return each(this.orders.decode(graphics.data), (copy, applying) => this.copy(copy, applying), outOfTime);
      case FAST_PATH_UPDATE.surfaceCommands:
        return each(decodeSurfaceCommands(graphics.data), (command, applying) => this.command(command, applying), outOfTime);
      case FAST_PATH_UPDATE.palette:
        this.setPalette(graphics.data);
        return { dirty: [], frames: [] };
      case FAST_PATH_UPDATE.synchronize:
        return { dirty: [], frames: [] };
      default:
        throw new ProtocolError(
          'UNEXPECTED',
          'TS_FP_UPDATE.updateCode',
          'orders, bitmap, palette, synchronize or surface commands',
          graphics.updateCode,
        );
    }
  }

  private output(): ChannelOutputPicture {
    return {
      shown: () => this.current,
      show: (output) => {
        this.current = output;
        this.areaLeft = areaAllowed(output);
      },
      spend: (field, width, height) => this.spend(field, width, height, this.areaLeft),
      drew: (rect, by) => this.onDrawn(rect, by, this.current),
    };
  }

  private copy(copy: ScreenCopy, { dirty }: Applying): undefined {
    const drawn = copyOnPicture(this.current.words, this.current, copy);
    if (drawn === undefined) return;
    this.spend('SCRBLT_ORDER.nWidth', drawn.width, drawn.height, this.areaLeft);
    dirty.push(drawn);
    this.onDrawn(drawn, 'copied', this.current);
  }

  private command(command: SurfaceCommand, applying: Applying): undefined | Promise<void> {
    if (command.tag === 'surfaceBits') return this.drawSurfaceBits(command, applying);
    applying.frames.push({ action: command.action, frameId: command.frameId });
    return undefined;
  }

  private drawBitmap(bitmap: BitmapRectangle, applying: Applying): undefined | Promise<void> {
    const { width, height, bitsPerPixel, compressed, data } = bitmap;
    this.spend('TS_BITMAP_DATA.width', width, height);
    const place = {
      x: bitmap.destLeft,
      y: bitmap.destTop,
      width: Math.min(width, bitmap.destRight - bitmap.destLeft + 1),
      height: Math.min(height, bitmap.destBottom - bitmap.destTop + 1),
    };
    const decoder = this.decoderFor({ carrier: 'bitmapUpdate', compressed, bitsPerPixel });
    return this.draw(decoder, { data, bitsPerPixel, width, height, palette: this.palette }, place, applying);
  }

  private drawSurfaceBits(bits: SurfaceBits, applying: Applying): undefined | Promise<void> {
    const { width, height, bitsPerPixel, codecId, data } = bits;
    const decoder = this.decoderFor({ carrier: 'surfaceBits', codecId, bitsPerPixel });
    if (width < 1 || height < 1)
      throw new ProtocolError('OUT_OF_RANGE', 'TS_BITMAP_DATA_EX.width', 'width and height >= 1', `${width}x${height}`);
    this.spend('TS_BITMAP_DATA_EX.width', width, height);
    const place = { x: bits.destLeft, y: bits.destTop, width, height };
    return this.draw(decoder, { data, bitsPerPixel, width, height, palette: this.palette }, place, applying);
  }

  /** @param place where the bitmap goes, in pixels of the desktop; may leave it */
  private draw(decoder: BitmapDecoder, bitmap: EncodedBitmap, place: Rect, { dirty }: Applying): undefined | Promise<void> {
    const visible = clipToSurface(this.current, place);
    if (visible === undefined) return undefined;
    const pending = decoder.decode(bitmap, bitmapTarget(this.current, visible));
    const drawn = (): void => {
      dirty.push(visible);
      this.onDrawn(visible, 'exact', this.current);
    };
    if (pending !== undefined) return pending.then(drawn);
    drawn();
    return undefined;
  }

  private decoderFor(format: BitmapFormat): BitmapDecoder {
    const kind = this.kinds.find((candidate) => candidate.takes(format));
    if (kind === undefined) {
      const [field, got] =
        format.carrier === 'bitmapUpdate'
          ? ['TS_BITMAP_DATA.bitsPerPixel', format.bitsPerPixel]
          : ['TS_BITMAP_DATA_EX.codecID', format.codecId];
      throw new ProtocolError('UNEXPECTED', field, 'a codec that was offered', got);
    }
    let decoder = this.decoders.get(kind);
    if (decoder === undefined) {
      decoder = kind.create();
      this.decoders.set(kind, decoder);
    }
    return decoder;
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
  private spend(field: string, width: number, height: number, most = Math.min(MAX_BITMAP_AREA, this.areaLeft)): void {
    const area = width * height;
    const limit = Math.floor(most);
    if (area > limit) throw new ProtocolError('TOO_LARGE', field, `<= ${limit} pixels`, area);
    this.areaLeft -= area;
  }
}

type Act<Item> = (item: Item, applying: Applying) => undefined | Promise<void>;

/** Does `act` with one item after the other; waits only for those that say so. */
function each<Item>(items: readonly Item[], act: Act<Item>, outOfTime: () => boolean): AppliedGraphics | Promise<AppliedGraphics> {
  const applying: Applying = { dirty: [], frames: [] };
  for (const [index, item] of items.entries()) {
    inTime(index, items.length, outOfTime);
    const pending = act(item, applying);
    if (pending !== undefined) return eachLater(items, index + 1, act, outOfTime, applying, pending);
  }
  return applying;
}

async function eachLater<Item>(
  items: readonly Item[],
  from: number,
  act: Act<Item>,
  outOfTime: () => boolean,
  applying: Applying,
  pending: Promise<void>,
): Promise<AppliedGraphics> {
  await pending;
  for (let index = from; index < items.length; index += 1) {
    inTime(index, items.length, outOfTime);
    await act(items[index] as Item, applying);
  }
  return applying;
}

function inTime(index: number, count: number, outOfTime: () => boolean): void {
  if (index > 0 && outOfTime())
    throw new ProtocolError('TOO_LARGE', 'TS_FP_UPDATE.updateData', 'work that is done in time', `${index} of ${count} done`);
}
