/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop */
import type { Rect, Size } from '../../geometry.ts';
import type { RowOrder } from '../planar/planar-format.ts';
import { intersection, without } from '../tiles/areas.ts';
import { instantiateKernels, type KernelExports, type KernelInstance } from './kernel-module.ts';
import { nextEdge, TILE_SIDE } from '../tiles/grid.ts';

/** Room for what is encoded of one tile. */
const OUTPUT_BYTES = 32 * 1024;
/** Of an area that is put in its place at a time, unless a row is longer: little enough to stay in a processor's second cache. */
const SLICE_BYTES = 256 * 1024;
/** No system on which this runs has larger pages: what others may write to covers whole ones. */
const PAGE_BYTES = 65_536;
/** First address of the pictures: behind the kernels' own memory. */
const PICTURE_AT = PAGE_BYTES;
/** Kernels read up to 64 bytes past a row; between two regions there are more. */
const GAP_BYTES = 256;
/** A picture of film may be so much larger than what of the screen is in it. */
const FILM_PADDING = 16;
/** Planes of a tile, and what is needed to make them; then what is encoded of the tile, at its worst. */
const REMOTE_FX_WORK_BYTES = 48 * 1024;
const REMOTE_FX_OUTPUT_BYTES = 96 * 1024;
/** 32-bit numbers that `changedTiles` writes for each tile. */
const FOUND_NUMBERS = 4;
/** And that `equalRuns` writes for each run. */
const RUN_NUMBERS = 3;

/**
 * The memory of pictures of one size, and the kernels (WebAssembly with SIMD) that work in it: whoever captures writes into `pixels`, and what is
 * encoded is read from there without a copy. The memory never grows; another size is another object.
 */
export class PictureKernels implements Size {
  readonly width: number;
  readonly height: number;
  private readonly kernels: KernelExports;
  private now: Picture;
  private before: Picture;
  /** The picture before is not written by who compares: the two change places. */
  private turns = false;
  /** What the picture holds has been compared. */
  private isTaken = false;
  /** Outside of these areas both pictures are alike. */
  private stale: readonly Rect[] = [];
  private readonly foundAt: number;
  private readonly found: Int32Array<ArrayBuffer>;
  private readonly outputAt: number;
  private readonly output: Uint8Array<ArrayBuffer>;
  private readonly filmAt: number;
  private readonly scrollAt: number;
  private readonly remoteFxAt: number;
  /** What the search for scrolled rows has found: a box, or runs of rows. */
  private readonly runs: Int32Array<ArrayBuffer>;
  private readonly slice: Uint8Array<ArrayBuffer>;
  /** Whole pages of the memory, all zeros at first, with the two pictures and nothing else in them: whoever captures may let others write there. */
  readonly pages: Uint8Array<ArrayBuffer>;
  /** Where in {@link pages} each of the two pictures begins. */
  readonly picturesAt: readonly [first: number, second: number];

  /** Undefined where there are no kernels, or not enough memory. */
  static open({ width, height }: Size): PictureKernels | undefined {
    const instance = instantiateKernels(layout(width, height).bytes);
    return instance === undefined ? undefined : new PictureKernels(width, height, instance);
  }

  private constructor(width: number, height: number, { exports, buffer }: KernelInstance) {
    this.width = width;
    this.height = height;
    this.kernels = exports;
    const places = layout(width, height);
    const picture = (at: number): Picture => ({
      at,
      pixels: new Uint8Array(buffer, at, width * height * 4),
      words: new Int32Array(buffer, at, width * height),
    });
    this.now = picture(PICTURE_AT);
    this.before = picture(places.previousAt);
    this.pages = new Uint8Array(buffer, PICTURE_AT, places.foundAt - PICTURE_AT);
    this.picturesAt = [0, places.previousAt - PICTURE_AT];
    this.foundAt = places.foundAt;
    this.found = new Int32Array(buffer, places.foundAt, Math.ceil(width / TILE_SIDE) * FOUND_NUMBERS);
    this.outputAt = places.outputAt;
    this.output = new Uint8Array(buffer, places.outputAt, OUTPUT_BYTES);
    this.filmAt = places.filmAt;
    this.scrollAt = places.scrollAt;
    this.remoteFxAt = places.remoteFxAt;
    this.runs = new Int32Array(buffer, places.runsAt, runNumbers(width, height));
    this.slice = new Uint8Array(buffer, places.sliceAt, sliceBytes(width));
  }

  /** The picture, BGRX, rows without gaps: another view after each {@link turn}. */
  get pixels(): Uint8Array<ArrayBuffer> {
    return this.now.pixels;
  }

  /** The same, one word a pixel. */
  get words(): Int32Array<ArrayBuffer> {
    return this.now.words;
  }

  /** The picture before, one word a pixel, kept by whoever compares. */
  get previous(): Int32Array<ArrayBuffer> {
    return this.before.words;
  }

  /**
   * Before these areas of the next picture are written, and nothing outside of them. What was compared becomes the picture before, without a copy of what is
   * written anyway; what was not stays where it is and is written over.
   */
  turn(areas: readonly Rect[]): void {
    this.turns = true;
    if (!this.isTaken) {
      this.stale = [...this.stale, ...areas];
      return;
    }
    for (const area of without(this.stale, areas)) this.copyToBefore(area);
    const { now, before } = this;
    this.now = before;
    this.before = now;
    this.isTaken = false;
    this.stale = areas;
  }

  /**
   * Which of {@link picturesAt} is the next picture's, for whoever writes these areas of it in {@link pages}: after {@link turn}, or before, if the last one was called
   * with them, too. What the next is not called with has been written in vain, and all of it by then: it becomes what was compared again.
   */
  ahead(areas: readonly Rect[]): 0 | 1 {
    if (this.isTaken) this.stale = [...this.stale, ...areas];
    return (this.isTaken ? this.before : this.now).at === PICTURE_AT ? 0 : 1;
  }

  /** What of an area is inside the picture is in the picture before as it is in this one, from now on. */
  copyToBefore(area: Rect): void {
    const inside = intersection(area, { x: 0, y: 0, width: this.width, height: this.height });
    if (inside === undefined) return;
    const at = (inside.y * this.width + inside.x) * 4;
    const stride = this.width * 4;
    this.kernels.copyRows(this.now.at + at, stride, this.before.at + at, stride, inside.width * 4, inside.height);
  }

  /**
   * Puts an area in its place, whose rows lie one after the other where `read` takes them from: a slice at a time, which stays in the processor's cache
   * between the two copies. Throws RangeError when some of it is outside of the picture.
   * @param read fills `into` from the byte `from` of the area
   */
  put({ x, y, width, height }: Rect, read: (into: Uint8Array, from: number) => void): void {
    if (x < 0 || y < 0 || width < 1 || x + width > this.width || y + height > this.height)
      throw new RangeError(`${width}×${height} at ${x},${y} of a picture of ${this.width}×${this.height}`);
    const rowBytes = width * 4;
    const most = Math.floor(this.slice.length / rowBytes);
    for (let row = 0; row < height; row += most) {
      const rows = Math.min(most, height - row);
      read(this.slice.subarray(0, rows * rowBytes), row * rowBytes);
      const to = this.now.at + ((y + row) * this.width + x) * 4;
      this.kernels.copyRows(this.slice.byteOffset, rowBytes, to, this.width * 4, rowBytes, rows);
    }
  }

  /** Whether {@link turn} is called before each picture. */
  get turning(): boolean {
    return this.turns;
  }

  /** Who compares has seen the picture. `whole`: and has written all of it to the picture before. */
  taken(whole = false): void {
    this.isTaken = true;
    if (whole) this.stale = [];
  }

  /**
   * Compares what lies in neighbouring tiles of one row of the 64×64 grid with the picture before, and adds what changed: a rectangle a tile, columns in
   * steps of four. The picture before takes the rows over that differ, unless the two change places.
   */
  takeChanged(left: number, top: number, right: number, bottom: number, changed: Rect[]): void {
    const at = (top * this.width + left) * 4;
    const [now, before] = [this.now.at + at, this.before.at + at];
    const firstWidth = nextEdge(left) - left;
    this.kernels.changedTiles(now, before, this.width * 4, right - left, firstWidth, bottom - top, this.turns ? 0 : 1, this.foundAt);
    const { found } = this;
    for (let index = 0, x = left; x < right; index += FOUND_NUMBERS, x = nextEdge(x)) {
      const first = found[index]!;
      const from = found[index + 2]!;
      if (first >= 0) changed.push({ x: x + from, y: top + first, width: found[index + 3]! - from, height: found[index + 1]! - first + 1 });
    }
  }

  /**
   * The tile at `x`,`y` (at most 64×64, inside the picture) as an RDP6_BITMAP_STREAM into `out` from `start`.
   * @returns the offset after the stream, or -1 when it would not be shorter than `limit` bytes
   */
  encodePlanar(
    x: number,
    y: number,
    width: number,
    height: number,
    skipAlpha: boolean,
    rows: RowOrder,
    out: Uint8Array,
    start: number,
    limit: number,
  ): number {
    const stride = this.width * 4;
    const topDown = rows === 'topDown';
    const first = this.now.at + (topDown ? y : y + height - 1) * stride + x * 4;
    const bytes = this.kernels.planarTile(first, topDown ? stride : -stride, width, height, this.outputAt, limit, skipAlpha ? 1 : 0);
    if (bytes < 0) return -1;
    out.set(this.output.subarray(0, bytes), start);
    return start + bytes;
  }

  /** Whether all pixels of an area inside the picture have one colour. */
  isOneColour({ x, y, width, height }: Rect): boolean {
    const stride = this.width * 4;
    return this.kernels.oneColour(this.now.at + y * stride + x * 4, stride, width, height) !== 0;
  }

  /** A rectangle that holds every pixel that differs in one of `every` rows of `areas`, or undefined. */
  changedBox(areas: readonly Rect[], every: number): Rect | undefined {
    const { width, height, runs } = this;
    runs.set([width, 0, height, 0]);
    for (const area of areas) {
      const left = Math.max(0, area.x);
      const right = Math.min(width, area.x + area.width);
      const top = Math.max(0, area.y);
      const bottom = Math.min(height, area.y + area.height);
      if (left >= right || top >= bottom) continue;
      this.kernels.changedBox(this.now.at, this.before.at, width * 4, left, right, top, bottom, every, runs.byteOffset);
    }
    const [left = 0, right = 0, top = 0, bottom = 0] = runs;
    return right <= left || bottom <= top ? undefined : { x: left, y: top, width: right - left, height: bottom - top };
  }

  /** By how many rows most recognisable rows of the box have moved (down: > 0); 0 when fewer than `minVotes` agree. */
  commonShift(box: Rect, minVotes: number): number {
    const at = (box.y * this.width + box.x) * 4;
    const [now, before, stride] = [this.now.at + at, this.before.at + at, this.width * 4];
    return this.kernels.commonShift(now, before, stride, box.width, box.height, minVotes, this.scrollAt, tablePlaces(this.height));
  }

  /**
   * Runs of at least `least` rows (16 or more) of `area` that were in the picture before `dx` columns further left and `dy` rows further up, inside the
   * picture: for each strip of columns between lines of the 64×64 grid, from the left, by their first rows.
   */
  movedRuns(
    area: Rect,
    { dx, dy }: { readonly dx: number; readonly dy: number },
    least: number,
  ): readonly { readonly y: number; readonly height: number }[][] {
    const at = (area.y * this.width + area.x) * 4;
    const stride = this.width * 4;
    const { runs } = this;
    const strips: { y: number; height: number }[][] = [];
    for (let strip = Math.floor(area.x / TILE_SIDE); strip < stripsIn(area.x + area.width); strip++) strips.push([]);
    const now = this.now.at + at;
    const before = this.before.at + at - dy * stride - dx * 4;
    const firstWidth = TILE_SIDE - (area.x % TILE_SIDE);
    const starts = runs.byteOffset;
    const records = stripsIn(this.width);
    const count = this.kernels.equalRuns(now, before, stride, area.width, firstWidth, area.height, least, starts, starts + records * 4);
    for (let run = 0, record = records; run < count; run++, record += RUN_NUMBERS)
      strips[runs[record]!]!.push({ y: area.y + runs[record + 1]!, height: runs[record + 2]! });
    return strips;
  }

  /**
   * The tile at `x`,`y` (at most 64×64, inside the picture) as Y, Cb and Cr of RemoteFX one after the other at the beginning of `out`.
   * @param quants of each band, in the order in which bands lie
   * @returns where each of the three ends
   */
  encodeRemoteFx(
    x: number,
    y: number,
    width: number,
    height: number,
    quants: readonly number[],
    withoutPairs: boolean,
    out: Uint8Array,
  ): readonly [number, number, number] {
    const { kernels, remoteFxAt: work, pixels } = this;
    const stride = this.width * 4;
    const quantsAt = work + REMOTE_FX_WORK_BYTES;
    const outAt = quantsAt + GAP_BYTES;
    new Int32Array(pixels.buffer, quantsAt, quants.length).set(quants);
    kernels.rfxCoefficients(this.now.at + y * stride + x * 4, stride, width, height, quantsAt, work);
    const end = (plane: number, from: number): number => kernels.rlgr(work + plane * 2 * TILE_SIDE * TILE_SIDE, withoutPairs ? 1 : 0, from);
    const first = end(0, outAt);
    const second = end(1, first);
    const third = end(2, second);
    out.set(new Uint8Array(pixels.buffer, outAt, third - outAt));
    return [first - outAt, second - outAt, third - outAt];
  }

  /**
   * A part of the picture as I420 of `size`, which is even and less than 16 more than the part: its last column and row are repeated.
   * What is given is valid until the next call.
   */
  toI420({ x, y, width, height }: Rect, size: Size): Uint8Array<ArrayBuffer> {
    const stride = this.width * 4;
    this.kernels.toI420(this.now.at + y * stride + x * 4, stride, width, height, this.filmAt, size.width, size.height);
    return new Uint8Array(this.pixels.buffer, this.filmAt, (size.width * size.height * 3) / 2);
  }
}

/** One of the two pictures in the memory. */
interface Picture {
  readonly at: number;
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
}

function sliceBytes(width: number): number {
  return Math.max(SLICE_BYTES, width * 4);
}

/** More than a run of rows a row, and as a power of two. */
function tablePlaces(height: number): number {
  return 2 ** Math.ceil(Math.log2(2 * height + 2));
}

/** Columns of the 64×64 grid up to a place. */
function stripsIn(width: number): number {
  return Math.ceil(width / TILE_SIDE);
}

/** For each strip one number, and its runs, of 16 rows at least and one between; four for a box. */
function runNumbers(width: number, height: number): number {
  return 4 + stripsIn(width) * (1 + RUN_NUMBERS * Math.ceil((height + 1) / 17));
}

function layout(width: number, height: number) {
  const after = (at: number, bytes: number): number => Math.ceil((at + bytes + GAP_BYTES) / GAP_BYTES) * GAP_BYTES;
  const pictureBytes = Math.ceil((width * height * 4 + GAP_BYTES) / PAGE_BYTES) * PAGE_BYTES;
  const previousAt = PICTURE_AT + pictureBytes;
  const foundAt = previousAt + pictureBytes;
  const outputAt = after(foundAt, Math.ceil(width / TILE_SIDE) * FOUND_NUMBERS * 4);
  const scrollAt = after(outputAt, OUTPUT_BYTES);
  const runsAt = after(scrollAt, tablePlaces(height) * 8 + height * 12);
  const filmAt = after(runsAt, runNumbers(width, height) * 4);
  const filmBytes = ((width + FILM_PADDING) * (height + FILM_PADDING) * 3) / 2;
  const remoteFxAt = after(filmAt, Math.ceil(filmBytes));
  const sliceAt = after(remoteFxAt, REMOTE_FX_WORK_BYTES + GAP_BYTES + REMOTE_FX_OUTPUT_BYTES);
  const bytes = after(sliceAt, sliceBytes(width));
  return { previousAt, foundAt, outputAt, scrollAt, runsAt, filmAt, remoteFxAt, sliceAt, bytes };
}
