import type { Rect, Size } from '../../geometry.ts';
import type { LayeredPicture, LayerFrame, PictureLayer } from '../channel/contract.ts';
import { overlap } from '../tiles/areas.ts';
import type { FilmEncoders } from './contract.ts';
import type { FrameShare } from '../contract.ts';
import { Film } from './film.ts';
import { tilesIn } from '../tiles/grid.ts';
import { regionsOf, touchedTiles } from './film-regions.ts';
import { InexactTiles } from './inexact-tiles.ts';
import { MotionFinder, STILL_MS } from './motion-finder.ts';
import type { MovingPart } from './moving-part.ts';
import { RemoteFxFilm } from './remotefx-film.ts';

/** So many tiles are made exact in one frame at most: some 350 kB at the worst. */
const EXACT_TILES_A_FRAME = 64;
/** What a tile is reckoned to take, where the line is thin: planar of a picture of a film, at the worst. */
const EXACT_TILE_BYTES = 5_500;
/** Encoders that fail so often in a row are given up. */
const MOST_FAILURES = 4;
/** Where a thin line is asked for, film takes no more than this, and a picture of it comes no sooner after the one before. */
const THIN_BITS_PER_SECOND = 400_000;
const THIN_FRAME_MS = 95;

export interface FilmLayerParts {
  /** Of H.264; left out for a client that takes none. */
  readonly encoders?: FilmEncoders;
  /** The client is shown RemoteFX where no encoder of H.264 is left. Without either, everything is sent exactly. */
  readonly remoteFx?: boolean;
  /** Any clock that only goes on. */
  readonly nowMs: () => number;
  /** An encoder has failed; the film goes on exactly, or with another one. */
  readonly failed?: (why: unknown) => void;
}

/** What moves as a film goes as one; what has come to rest is sent exactly again, the oldest first. */
export class FilmLayer implements PictureLayer {
  private readonly parts: FilmLayerParts;
  private size: Size = { width: 0, height: 0 };
  private finder = new MotionFinder(this.size);
  private tiles = new InexactTiles(this.size);
  private film: MovingPart | undefined;
  /** To be carried out in the next frame: of a film that has ended meanwhile. */
  private leftOver: Uint8Array[] = [];
  private failures = 0;
  /** What the line has for film, as the last frame was told. */
  private lineBitsPerSecond: number | undefined;
  private quality: FrameShare['quality'];
  /** When the newest picture of the film was drawn. */
  private drawnMs = Number.NEGATIVE_INFINITY;

  constructor(parts: FilmLayerParts) {
    this.parts = parts;
  }

  get moving(): Rect | undefined {
    return this.film?.box;
  }

  get inexact(): readonly Rect[] {
    return this.tiles.rects;
  }

  get dueInMs(): number | undefined {
    const { oldestMs } = this.tiles;
    const times = [oldestMs === undefined ? undefined : oldestMs + STILL_MS, this.finder.dueMs].filter((ms) => ms !== undefined);
    return times.length === 0 ? undefined : Math.max(0, Math.min(...times) - this.parts.nowMs());
  }

  async encode(layered: LayeredPicture): Promise<LayerFrame> {
    const nowMs = this.parts.nowMs();
    const { frame, wanted } = layered;
    const resized = frame.width !== this.size.width || frame.height !== this.size.height;
    if (resized) this.begin(frame);
    if (wanted.key) return this.everythingExact(frame);
    this.quality = wanted.share?.quality;
    this.lineBitsPerSecond = this.forFilm(wanted.share);
    const moving = this.motion(layered, nowMs);
    this.follow(this.quality === 'sharp' ? undefined : moving, nowMs);
    this.film?.follow(this.lineBitsPerSecond, nowMs);
    const drawn = await this.draw(layered, nowMs);
    for (const area of layered.areas) if (!drawn.covered.some((covered) => overlap(covered, area))) this.tiles.clear(area);
    for (const area of drawn.covered) for (const tile of tilesIn(area)) this.tiles.mark(tile, nowMs);
    const fitting = Math.max(1, Math.floor((wanted.share?.frameBytes ?? Infinity) / EXACT_TILE_BYTES));
    const exact = this.tiles.take(nowMs - STILL_MS, Math.min(EXACT_TILES_A_FRAME, fitting));
    const pdus = [...this.leftOver, ...drawn.pdus];
    this.leftOver = [];
    const { film, surfaces } = this;
    const filmBy = film?.isReady === true ? film.by : undefined;
    return { pdus, dense: film?.isDense === true, covered: drawn.covered, exact, surfaces, filmBy };
  }

  close(): void {
    this.film?.end();
    this.film = undefined;
  }

  private get surfaces(): readonly number[] {
    return this.film?.surfaces ?? [];
  }

  /** A picture of another size. */
  private begin({ width, height }: Size): void {
    this.size = { width, height };
    this.finder = new MotionFinder(this.size);
    this.film?.end();
    this.film = undefined;
  }

  /** A key frame: all surfaces are new, and everything on them is exact. A film goes on in the next frame. */
  private everythingExact(size: Size): LayerFrame {
    this.tiles = new InexactTiles(size);
    this.leftOver = [];
    this.film?.forgetSurface();
    return { pdus: [], covered: [], exact: [], surfaces: [] };
  }

  private forFilm(share: FrameShare | undefined): number | undefined {
    const bitsPerSecond = share?.filmBitsPerSecond;
    return share?.quality === 'thin' ? Math.min(THIN_BITS_PER_SECOND, bitsPerSecond ?? Infinity) : bitsPerSecond;
  }

  private motion({ picture, areas, copies, moves }: LayeredPicture, nowMs: number): Rect | undefined {
    const touched = copies.flatMap(({ x, y, width, height, fromX, fromY }) => [
      { x, y, width, height },
      { x: fromX, y: fromY, width, height },
    ]);
    // What is dragged is no film, whatever of it could be copied.
    for (const { from, to } of moves) touched.push(from, to);
    return this.finder.look({ areas, copies: touched, nowMs, stillMs: picture.stillMs ?? 0, soon: this.quality === 'thin' });
  }

  private follow(box: Rect | undefined, nowMs: number): void {
    if (box === this.film?.box) return;
    this.endFilm();
    if (box !== undefined) this.beginFilm(box, nowMs);
  }

  private beginFilm(box: Rect, nowMs: number): void {
    const { encoders, remoteFx } = this.parts;
    if (encoders === undefined || this.failures >= MOST_FAILURES) {
      if (remoteFx === true) this.film = new RemoteFxFilm(box);
      return;
    }
    const film = new Film(box, encoders, this.lineBitsPerSecond, nowMs, (why) => {
      if (this.film === film) this.fail(why);
    });
    this.film = film;
  }

  private endFilm(): void {
    if (this.film !== undefined) this.leftOver.push(...this.film.end());
    this.film = undefined;
  }

  private async draw({ frame, areas, wanted }: LayeredPicture, nowMs: number): Promise<Pick<LayerFrame, 'pdus' | 'covered'>> {
    const { film } = this;
    const touched = film?.isReady === true ? touchedTiles(film.box, areas) : [];
    if (film === undefined || touched.length === 0) return { pdus: [], covered: [] };
    if (wanted.areas.some((area) => overlap(area, film.box))) film.askForKey();
    const regions = film.wantsWhole ? [film.box] : regionsOf(film.box, touched);
    // A picture that is left out is not sent another way either: the next one has it, or it comes to rest.
    const tooSoon = this.quality === 'thin' && !film.wantsWhole && nowMs - this.drawnMs < THIN_FRAME_MS;
    if (tooSoon || !film.hasRoom(nowMs)) return { pdus: [], covered: regions };
    try {
      const pdus = await film.draw(frame, regions);
      this.failures = 0;
      this.drawnMs = nowMs;
      return { pdus, covered: regions };
    } catch (error) {
      if (this.film === film) this.fail(error);
      return { pdus: [], covered: [] };
    }
  }

  /** The next encoder is asked for at once; until it has come everything is exact. */
  private fail(why: unknown): void {
    const box = this.film?.box;
    this.endFilm();
    this.failures += 1;
    this.parts.failed?.(why);
    if (box !== undefined) this.beginFilm(box, this.parts.nowMs());
  }
}
