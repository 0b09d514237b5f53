import { type DesktopLayout, desktopLayout } from '../../desktop-layout.ts';
import type { Rect } from '../../geometry.ts';
import type { ScreenCopy } from '../../pdu/drawing-orders.ts';
import { encodeEndFrame, encodeStartFrame } from '../../pdu/rdpgfx/frames.ts';
import { encodeResetGraphics } from '../../pdu/rdpgfx/reset-graphics.ts';
import { encodeCreateSurface, encodeDeleteSurface, encodeMapSurfaceToOutput } from '../../pdu/rdpgfx/surfaces.ts';
import { frameWords } from '../pixel-words.ts';
import type { CapturedPicture, EncodedPicture, EncoderKind, FrameRequest, PictureEncoder, PictureMove, PixelFrame } from '../contract.ts';
import { MAX_TILE_SIDE } from '../planar/planar-encoder.ts';
import { Rdp8Compressor } from '../rdp8/rdp8-compressor.ts';
import { ChangedTiles } from '../tiles/changed-tiles.ts';
import { PacedTiles } from '../tiles/paced-tiles.ts';
import { copiedFrom, holds, overlap, without } from '../tiles/areas.ts';
import { type ChannelSettings, type CreateLayer, DESKTOP_SURFACE, type LayerFrame, type PictureLayer } from './contract.ts';
import { ExactTiles } from './exact-tiles.ts';
import { oneColour } from './one-colour.ts';
import { SegmentPacker } from './segment-packer.ts';

const NO_LAYER: LayerFrame = { pdus: [], covered: [], exact: [], surfaces: [] };

/** Pictures on the graphics channel ([MS-RDPEGFX]); `createLayer` adds what is shown another way than exactly. */
export function channelEncoder(createLayer: CreateLayer = () => undefined): EncoderKind<ChannelSettings> {
  return {
    name: 'channel',
    acknowledgement: 'channel',
    settingsFor: ({ channel, remoteFx }) => (channel === undefined ? undefined : { name: 'channel', avc420: channel.avc420, remoteFx }),
    create: (settings) => new ChannelPictureEncoder(createLayer(settings)),
  };
}

/** Exact pictures and nothing else: what runs wherever pictures are captured. */
export const CHANNEL = channelEncoder();

/** A quarter of a second of a film: what scrolls in its place has then begun to be taken for what it is. */
const LOOK_FOR_SCROLLING_EVERY = 8;

interface Drawing {
  readonly frame: PixelFrame;
  readonly wanted: FrameRequest;
  readonly copies: readonly ScreenCopy[];
  readonly changed: readonly Rect[];
}

/**
 * Compares each picture with the one before and sends what differs, as messages of the graphics channel. A key frame makes the output and its
 * surfaces anew and refers to nothing that was sent before.
 */
class ChannelPictureEncoder implements PictureEncoder {
  private readonly tiles = new ChangedTiles();
  private readonly exact = new ExactTiles();
  private readonly compressor = new Rdp8Compressor();
  private readonly packer = new SegmentPacker(this.compressor);
  private readonly paced = new PacedTiles();
  private readonly layer: PictureLayer | undefined;
  /** Pictures in which nothing but a film has changed. */
  private filmPictures = 0;
  /** What the client has of what this encoder made. */
  private surfaces: readonly number[] = [];

  constructor(layer: PictureLayer | undefined) {
    this.layer = layer;
  }

  get dueInMs(): number | undefined {
    return this.paced.pending.size > 0 ? 0 : this.layer?.dueInMs;
  }

  async encode(picture: CapturedPicture, wanted: FrameRequest): Promise<EncodedPicture | undefined> {
    const read = picture.pixels();
    const frame = read instanceof Promise ? await read : read;
    if (wanted.key) this.tiles.forget();
    // The client may have lost the areas that it asks for again: nothing is copied from them.
    const mayCopy = !wanted.key && wanted.areas.length === 0;
    const moves = movesBeside(this.layer?.moving, picture.moves ?? []);
    const mayHaveMoved = this.mayHaveScrolled(picture.damage) || moves.length > 0;
    const copies = mayCopy && mayHaveMoved ? this.tiles.copies(frame, picture.damage, moves) : [];
    const inexact = wanted.key ? [] : copiedFrom(copies, [...(this.layer?.inexact ?? []), ...this.paced.pending.rects]);
    const areas = [...this.tiles.update(frame, picture.damage), ...wanted.areas, ...inexact];
    const { layer } = this;
    const layered = layer === undefined ? NO_LAYER : await layer.encode({ picture, frame, wanted, copies, moves, areas });
    const changed = without(areas, layered.covered);
    const isIdle = changed.length === 0 && layered.exact.length === 0 && this.paced.pending.size === 0;
    if (!wanted.key && copies.length === 0 && isIdle && layered.pdus.length === 0) return undefined;

    const push = (pdu: Uint8Array): void => this.packer.push(pdu);
    if (wanted.key) this.begin(desktopLayout(frame, wanted.monitors));
    push(encodeStartFrame(wanted.frameId));
    const drawn = this.draw({ frame, wanted, copies, changed }, layered);
    for (const pdu of layered.pdus) this.packer.push(pdu, layered.dense);
    push(encodeEndFrame(wanted.frameId));
    const isFirst = this.surfaces.length === 0;
    this.surfaces = [DESKTOP_SURFACE, ...layered.surfaces];
    const { surfaces } = this;
    return {
      updates: this.packer
        .take()
        .map((bytes, index) => ({ route: 'channel', bytes, surfaces, ...(isFirst && index === 0 ? { first: true } : {}) })),
      filmBy: layered.filmBy,
      changedPixels: [...copies, ...drawn, ...layered.covered].reduce((sum, rect) => sum + rect.width * rect.height, 0),
    };
  }

  /** What moves as a film has seldom scrolled, and looking for it costs as much as converting the picture. */
  private mayHaveScrolled(damage: readonly Rect[]): boolean {
    const film = this.layer?.moving;
    const isFilm = film !== undefined && damage.every((area) => liesInTilesOf(film, area));
    this.filmPictures = isFilm ? this.filmPictures + 1 : 0;
    return this.filmPictures % LOOK_FOR_SCROLLING_EVERY === 0;
  }

  /** Exactly, and as far as the line has room for it; the rest stays pending. Gives what was drawn. */
  private draw({ frame, wanted, copies, changed }: Drawing, { covered, exact, pdus }: LayerFrame): readonly Rect[] {
    const push = (pdu: Uint8Array): void => this.packer.push(pdu);
    const words = frameWords(frame);
    const filmBytes = pdus.reduce((sum, { length }) => sum + length, 0);
    return this.paced.draw(
      { frame, wanted, changed, covered, rested: exact, filmBytes },
      {
        begin: () => this.exact.encode(frame, copies, [], push),
        exact: (areas) => this.exact.encode(frame, [], areas, push),
        coarse: (areas, blockSide) => this.exact.encodeCoarsely(frame, areas, blockSide, push),
        isFlat: (area) => oneColour(words, area) !== undefined,
        spent: () => this.packer.bytes,
      },
    );
  }

  close(): void {
    this.tiles.forget();
    this.layer?.close();
  }

  /** A new output of this size, with one surface that covers it. */
  private begin(layout: DesktopLayout): void {
    const { width, height } = layout;
    this.compressor.forget();
    // First, because a viewer that comes late begins to read where a message begins with it.
    this.packer.push(encodeResetGraphics(layout));
    for (const surfaceId of this.surfaces) this.packer.push(encodeDeleteSurface(surfaceId));
    this.packer.push(encodeCreateSurface({ surfaceId: DESKTOP_SURFACE, width, height }));
    this.packer.push(encodeMapSurfaceToOutput({ surfaceId: DESKTOP_SURFACE, x: 0, y: 0 }));
  }
}

/** Without those in front of or behind what moves by itself: that is drawn with whatever lies in front of it. What takes it along is among them. */
function movesBeside(moving: Rect | undefined, moves: readonly PictureMove[]): readonly PictureMove[] {
  if (moving === undefined) return moves;
  return moves.filter(({ from, to }) => holds(from, moving) || !(overlap(from, moving) || overlap(to, moving)));
}

/** Damage is told by rows of tiles. */
function liesInTilesOf(film: Rect, area: Rect): boolean {
  return (
    area.x >= film.x - (film.x % MAX_TILE_SIDE) &&
    area.y >= film.y - (film.y % MAX_TILE_SIDE) &&
    area.x + area.width <= Math.ceil((film.x + film.width) / MAX_TILE_SIDE) * MAX_TILE_SIDE &&
    area.y + area.height <= Math.ceil((film.y + film.height) / MAX_TILE_SIDE) * MAX_TILE_SIDE
  );
}
