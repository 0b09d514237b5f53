import { ProtocolError } from '../../../bytes/errors.ts';
import type { DesktopLayout } from '../../desktop-layout.ts';
import type { Rect, Size } from '../../geometry.ts';
import { decodeGfxServerPdus, type GfxServerPdu } from '../../pdu/rdpgfx/pdu.ts';
import { decodeSegmentedData } from '../../pdu/rdpgfx/segmented-data.ts';
import { GFX_CODEC, type WireToSurface1 } from '../../pdu/rdpgfx/wire-to-surface.ts';
import type { AppliedGraphics, BitmapDecoder, DecoderKind, DrawnBy, FrameBoundary } from '../contract.ts';
import { Rdp8Decompressor } from '../rdp8/rdp8-decompressor.ts';
import { bitmapTarget, clipToSurface, createSurface, type Surface } from '../surface.ts';
import { around } from '../tiles/areas.ts';
import { ChannelSurfaces, copyBetween, fillArea } from './channel-surfaces.ts';
import { GfxSurface } from './gfx-surface.ts';

/** What the decoder needs of whoever shows the output. */
export interface ChannelOutputPicture {
  /** What is to be seen now. */
  shown(): Surface;
  /** This is what is to be seen from now on. */
  show(output: Surface): void;
  /** A PDU is about to draw so many pixels; throws what is too much for one message. */
  spend(field: string, width: number, height: number): void;
  /** A part of what is to be seen has been drawn. */
  drew(rect: Rect, by: DrawnBy): void;
}

interface Applying {
  readonly dirty: Rect[];
  readonly frames: FrameBoundary[];
  layout: DesktopLayout | undefined;
  /** Pixels that this message has had set aside. */
  setAside: number;
}

/** The output and a surface of the largest size. */
const MAX_SET_ASIDE = 2 * 64 * 1024 * 1024;

/** Begins and ends of frames in one message; servers put a frame or two in one. Each end is answered, and a few bytes can stand for thousands of them. */
const MAX_BOUNDARIES = 1_024;

/** Drawn parts beyond so many are told as the one that holds them all: a message can name millions of places. */
const MAX_DIRTY = 256;

/** No colours of its own: everything on the channel has 32 bits a pixel. */
const NO_PALETTE = new Int32Array(256);

/**
 * What comes on the graphics channel, on its surfaces and from there on the output. Before the channel's first word (CapsConfirm), and after
 * {@link restart}, what comes may refer to something that was never seen: it is passed over until ResetGraphics.
 */
export class ChannelDecoder {
  private readonly picture: ChannelOutputPicture;
  private readonly kinds: readonly DecoderKind[];
  private readonly decompressor = new Rdp8Decompressor();
  private readonly surfaces = new ChannelSurfaces();
  private output: Surface | undefined;
  private synchronised = false;
  /** What came to a surface last, for what is copied from there. */
  private readonly cameBy = new WeakMap<Surface, DrawnBy>();

  constructor(picture: ChannelOutputPicture, kinds: readonly DecoderKind[]) {
    this.picture = picture;
    this.kinds = kinds;
  }

  /** What comes next may begin in the middle. */
  restart(): void {
    this.synchronised = false;
    this.surfaces.clear();
    this.output = undefined;
  }

  /**
   * One message. At once where every decoder it needs answers at once.
   * @param outOfTime asked before each PDU; a message that has had its time is TOO_LARGE
   * @throws ProtocolError (or rejects with it) for anything wrong in it
   */
  apply(message: Uint8Array, outOfTime: () => boolean): AppliedGraphics | Promise<AppliedGraphics> {
    const bytes = this.synchronised ? this.decompressor.decompress(decodeSegmentedData(message)) : this.beginning(message);
    const applying: Applying = { dirty: [], frames: [], layout: undefined, setAside: 0 };
    return bytes === undefined ? { dirty: [], frames: [] } : this.run(decodeGfxServerPdus(bytes), applying, outOfTime);
  }

  /** The bytes of a message with which one can begin. */
  private beginning(message: Uint8Array): Uint8Array | undefined {
    this.decompressor.forget();
    try {
      const bytes = this.decompressor.decompress(decodeSegmentedData(message));
      const [first] = decodeGfxServerPdus(bytes);
      this.synchronised = first?.tag === 'capsConfirm' || first?.tag === 'resetGraphics';
      return this.synchronised ? bytes : undefined;
    } catch (error) {
      if (error instanceof ProtocolError) return undefined;
      throw error;
    }
  }

  private run(pdus: Iterator<GfxServerPdu>, applying: Applying, outOfTime: () => boolean): AppliedGraphics | Promise<AppliedGraphics> {
    for (let first = true; ; first = false) {
      const next = pdus.next();
      if (next.done === true) return resultOf(applying);
      if (!first && outOfTime()) throw new ProtocolError('TOO_LARGE', 'RDPGFX PDUs', 'work that is done in time', next.value.tag);
      const pending = this.draw(next.value, applying);
      if (pending !== undefined) return pending.then(() => this.run(pdus, applying, outOfTime));
    }
  }

  private draw(pdu: GfxServerPdu, applying: Applying): undefined | Promise<void> {
    const { surfaces } = this;
    switch (pdu.tag) {
      case 'resetGraphics':
        this.reset(pdu, applying);
        return undefined;
      case 'createSurface':
        setAside(applying, pdu);
        surfaces.create(pdu.surfaceId, pdu);
        return undefined;
      case 'deleteSurface':
        surfaces.delete(pdu.surfaceId);
        return undefined;
      case 'mapSurfaceToOutput':
        this.map(surfaces.get(pdu.surfaceId), pdu, applying);
        return undefined;
      case 'startFrame':
        boundary(applying, { action: 'begin', frameId: pdu.frameId });
        return undefined;
      case 'endFrame':
        boundary(applying, { action: 'end', frameId: pdu.frameId });
        return undefined;
      case 'wireToSurface1':
        return this.decode(pdu, applying);
      case 'wireToSurface2':
        throw notOffered(pdu.codecId);
      case 'solidFill': {
        const surface = surfaces.get(pdu.surfaceId);
        for (const rect of pdu.rects) {
          this.picture.spend('RDPGFX_SOLIDFILL_PDU.fillRects', rect.width, rect.height);
          this.drawn(surface, fillArea(surface, rect, pdu.colour), applying);
        }
        return undefined;
      }
      case 'surfaceToSurface':
        this.copy(surfaces.get(pdu.sourceId), pdu.rect, surfaces.get(pdu.destinationId), pdu.points, applying);
        return undefined;
      case 'surfaceToCache': {
        const surface = surfaces.get(pdu.surfaceId);
        this.picture.spend('RDPGFX_SURFACE_TO_CACHE_PDU.rectSrc', pdu.rect.width, pdu.rect.height);
        surfaces.remember(pdu.cacheSlot, surface, pdu.rect);
        return undefined;
      }
      case 'cacheToSurface': {
        const kept = surfaces.remembered(pdu.cacheSlot);
        this.copy(kept, { x: 0, y: 0, width: kept.width, height: kept.height }, surfaces.get(pdu.surfaceId), pdu.points, applying);
        return undefined;
      }
      case 'evictCacheEntry':
        surfaces.evict(pdu.cacheSlot);
        return undefined;
      default:
        return undefined;
    }
  }

  private reset({ tag: _pdu, ...layout }: Extract<GfxServerPdu, { tag: 'resetGraphics' }>, applying: Applying): void {
    const { width, height } = layout;
    setAside(applying, { width, height });
    for (const surface of this.surfaces.mapped) surface.mapTo(undefined);
    const before = this.picture.shown();
    // Of the same size it is shown on until there is something new.
    this.output = createSurface({ width, height });
    if (before.width === width && before.height === height) this.output.words.set(before.words);
    applying.layout = layout;
    this.picture.show(this.output);
  }

  /** The one surface that covers the output is shown itself; where there are several, or it is smaller, they are copied to it. */
  private map(surface: GfxSurface, place: { readonly x: number; readonly y: number }, applying: Applying): void {
    const { output } = this;
    if (output === undefined)
      throw new ProtocolError('UNEXPECTED', 'RDPGFX_MAP_SURFACE_TO_OUTPUT_PDU', 'RDPGFX_RESET_GRAPHICS_PDU before it', 'none');
    // Nothing has been drawn on it: what is seen stays until something is. Servers draw on a new surface only what changes, too.
    const whole = { x: 0, y: 0, width: surface.width, height: surface.height };
    if (!surface.touched) copyBetween(output, { ...whole, ...place }, surface, { x: 0, y: 0 });
    const alone = this.surfaces.mapped.every((other) => other === surface);
    surface.mapTo({ x: place.x, y: place.y });
    if (alone && place.x === 0 && place.y === 0 && surface.width === output.width && surface.height === output.height) {
      this.output = surface;
      this.picture.show(surface);
    } else if (output instanceof GfxSurface && this.surfaces.mapped.includes(output)) {
      const apart = createSurface(output);
      apart.words.set(output.words);
      this.output = apart;
      this.picture.show(apart);
    }
    if (surface.touched) this.drawn(surface, whole, applying);
  }

  private decode({ surfaceId, codecId, rect, data }: WireToSurface1, applying: Applying): undefined | Promise<void> {
    const surface = this.surfaces.get(surfaceId);
    const visible = clipToSurface(surface, rect);
    if (visible === undefined || visible.width !== rect.width || visible.height !== rect.height)
      throw new ProtocolError(
        'OUT_OF_RANGE',
        'RDPGFX_WIRE_TO_SURFACE_PDU_1.destRect',
        `inside ${surface.width}x${surface.height}`,
        `${rect.x},${rect.y}`,
      );
    this.picture.spend('RDPGFX_WIRE_TO_SURFACE_PDU_1.destRect', rect.width, rect.height);
    const kind = this.kinds.find((candidate) => candidate.takes({ carrier: 'channel', codecId }));
    if (kind === undefined) throw notOffered(codecId);
    // What has rectangles of its own in its data is given the whole surface.
    const target = kind.drawsOn === 'surface' ? surface.target : bitmapTarget(surface, rect);
    const bitmap = { data, bitsPerPixel: 32, width: target.columns, height: target.rows, palette: NO_PALETTE };
    const pending = decoderOf(surface, kind).decode(bitmap, target);
    const by = drawnBy(codecId);
    this.cameBy.set(surface, by);
    if (pending === undefined) this.drawn(surface, rect, applying, by);
    return pending?.then(() => this.drawn(surface, rect, applying, by));
  }

  private copy(
    from: Surface,
    rect: Rect,
    to: GfxSurface,
    points: readonly { readonly x: number; readonly y: number }[],
    applying: Applying,
  ): void {
    for (const point of points) {
      this.picture.spend('RDPGFX_POINT16', rect.width, rect.height);
      this.drawn(to, copyBetween(from, rect, to, point), applying, from === to ? 'copied' : (this.cameBy.get(from) ?? 'copied'));
    }
  }

  /** A part of a surface has changed; where it is on the output, so has that. */
  private drawn(surface: GfxSurface, rect: Rect | undefined, { dirty }: Applying, by: DrawnBy = 'exact'): void {
    const { output } = this;
    const { mappedTo } = surface;
    if (rect !== undefined) surface.touched = true;
    if (rect === undefined || mappedTo === undefined || output === undefined) return;
    const shown = output === surface ? rect : copyBetween(surface, rect, output, { x: mappedTo.x + rect.x, y: mappedTo.y + rect.y });
    if (shown === undefined) return;
    this.picture.drew(shown, by);
    dirty.push(shown);
    if (dirty.length > MAX_DIRTY)
      dirty.splice(
        0,
        dirty.length,
        dirty.reduce((one, other) => around(one, other)),
      );
  }
}

function boundary({ frames }: Applying, frame: FrameBoundary): void {
  frames.push(frame);
  if (frames.length > MAX_BOUNDARIES)
    throw new ProtocolError('TOO_LARGE', 'RDPGFX_END_FRAME_PDU', `<= ${MAX_BOUNDARIES} begins and ends in one message`, frames.length);
}

function resultOf({ dirty, frames, layout }: Applying): AppliedGraphics {
  return layout === undefined ? { dirty, frames } : { dirty, frames, layout };
}

/** Before it is: a few bytes can ask for a surface, again and again. */
function setAside(applying: Applying, { width, height }: Size): void {
  applying.setAside += width * height;
  if (applying.setAside > MAX_SET_ASIDE)
    throw new ProtocolError('TOO_LARGE', 'RDPGFX_CREATE_SURFACE_PDU', `<= ${MAX_SET_ASIDE} pixels in one message`, applying.setAside);
}

/** One a surface, as clients have it: the pictures of a film refer to what its surface showed before. */
function decoderOf(surface: GfxSurface, kind: DecoderKind): BitmapDecoder {
  const known = surface.decoders.get(kind);
  if (known !== undefined) return known;
  const decoder = kind.create();
  surface.decoders.set(kind, decoder);
  return decoder;
}

function notOffered(codecId: number): ProtocolError {
  return new ProtocolError('UNEXPECTED', 'RDPGFX_WIRE_TO_SURFACE_PDU.codecId', 'a codec that was offered', codecId);
}

function drawnBy(codecId: number): DrawnBy {
  switch (codecId) {
    case GFX_CODEC.avc420:
      return 'film';
    case GFX_CODEC.remoteFx:
      return 'remoteFx';
    default:
      return 'exact';
  }
}
