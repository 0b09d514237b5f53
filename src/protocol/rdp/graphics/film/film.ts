import { encodeSurfaceToSurface } from '../../pdu/rdpgfx/surface-to-surface.ts';
import { encodeCreateSurface, encodeDeleteSurface } from '../../pdu/rdpgfx/surfaces.ts';
import { encodeWireToSurface1, GFX_CODEC } from '../../pdu/rdpgfx/wire-to-surface.ts';
import { FILM_MAKERS, type FilmMaker } from '../../film-maker.ts';
import type { Rect, Size } from '../../geometry.ts';
import { DESKTOP_SURFACE } from '../channel/contract.ts';
import type { PixelFrame } from '../contract.ts';
import { encodeAvc420 } from './avc420.ts';
import type { FilmEncoder, FilmEncoders } from './contract.ts';
import { FilmBudget } from './film-budget.ts';
import { filmPicture } from './i420.ts';
import type { MovingPart } from './moving-part.ts';

/** A client has one decoder a surface, of the surface's size: so a film has its own. One film at a time has it. */
const FILM_SURFACE = 2;
/** H.264 counts in blocks of 16×16; a picture that is no multiple of them is filled up here, so that no client has to cut. */
const BLOCK_SIDE = 16;
const FRAMES_PER_SECOND = 30;
const BITS_PER_PIXEL_AND_SECOND = 4.3;
const LEAST_BITS_PER_SECOND = 2_000_000;
/** On the thinnest line: below that no encoder makes anything that can be recognised. */
const THINNEST_BITS_PER_SECOND = 80_000;
/**
 * A picture gets no less, on however thin a line: then fewer are made. Measured 32.8 dB of luma at 0.054 bits a pixel and some 3.4 dB less for each half of
 * that, so about 24 dB here.
 */
const LEAST_BITS_PER_PIXEL = 0.01;
/** What is said of the stream's quality; no client uses it. */
const SAID = { qp: 22, progressive: false, quality: 100 };

/** One rectangle of the picture as H.264 on a surface of its own, from where it is copied to the desktop. */
export class Film implements MovingPart {
  readonly box: Rect;
  readonly isDense = true;
  private readonly coded: Size;
  private readonly encoders: FilmEncoders;
  private readonly budget: FilmBudget;
  private readonly wished: number;
  private bitsPerSecond: number;
  private encoder: FilmEncoder | undefined;
  private over = false;
  private needsKey = true;
  private needsWhole = true;

  /**
   * @param lineBitsPerSecond what the line has for it; as much as it wishes where that is not known
   * @param failed called once when there is no encoder (any more)
   */
  constructor(box: Rect, encoders: FilmEncoders, lineBitsPerSecond: number | undefined, nowMs: number, failed: (why: unknown) => void) {
    this.box = box;
    this.encoders = encoders;
    this.coded = { width: wholeBlocks(box.width), height: wholeBlocks(box.height) };
    this.wished = Math.max(LEAST_BITS_PER_SECOND, box.width * box.height * BITS_PER_PIXEL_AND_SECOND);
    this.bitsPerSecond = this.within(lineBitsPerSecond);
    this.budget = new FilmBudget(this.bitsPerSecond, nowMs);
    void this.open(failed);
  }

  follow(lineBitsPerSecond: number | undefined, nowMs: number): void {
    const bitsPerSecond = this.within(lineBitsPerSecond);
    if (bitsPerSecond === this.bitsPerSecond) return;
    this.bitsPerSecond = bitsPerSecond;
    this.budget.setBitrate(bitsPerSecond, nowMs);
    this.encoder?.setBitrate(this.forEncoder);
  }

  get isReady(): boolean {
    return this.encoder !== undefined;
  }

  get by(): FilmMaker | undefined {
    return FILM_MAKERS.find((maker) => maker === this.encoders.name);
  }

  get surfaces(): readonly number[] {
    return this.needsWhole ? [] : [FILM_SURFACE];
  }

  /** Its surface is made with the next picture. */
  forgetSurface(): void {
    this.needsKey = true;
    this.needsWhole = true;
  }

  askForKey(): void {
    this.needsKey = true;
  }

  get wantsWhole(): boolean {
    return this.needsWhole;
  }

  hasRoom(nowMs: number): boolean {
    return this.needsKey || this.budget.allows(nowMs);
  }

  /** Rejects with a FilmEncoderError when its encoder does. */
  async draw(frame: PixelFrame, regions: readonly Rect[]): Promise<Uint8Array[]> {
    const { box, coded, encoder } = this;
    if (encoder === undefined) return [];
    const { bytes } = await encoder.encode(filmPicture(frame, box, coded), this.needsKey);
    this.budget.spend(bytes.length);
    const pdus = this.needsWhole ? [encodeCreateSurface({ surfaceId: FILM_SURFACE, ...coded })] : [];
    this.needsKey = false;
    this.needsWhole = false;
    const onFilm = regions.map((region) => ({ ...region, x: region.x - box.x, y: region.y - box.y }));
    const data = encodeAvc420({ regions: onFilm.map((rect) => ({ rect, ...SAID })), h264: bytes });
    const rect = { x: 0, y: 0, width: box.width, height: box.height };
    pdus.push(encodeWireToSurface1({ surfaceId: FILM_SURFACE, codecId: GFX_CODEC.avc420, rect, data }));
    for (const [index, region] of onFilm.entries()) {
      const { x, y } = regions[index] ?? box;
      pdus.push(encodeSurfaceToSurface({ sourceId: FILM_SURFACE, destinationId: DESKTOP_SURFACE, rect: region, points: [{ x, y }] }));
    }
    return pdus;
  }

  end(): Uint8Array[] {
    this.over = true;
    this.encoder?.close();
    this.encoder = undefined;
    return this.needsWhole ? [] : [encodeDeleteSurface(FILM_SURFACE)];
  }

  private within(lineBitsPerSecond: number | undefined): number {
    return lineBitsPerSecond === undefined ? this.wished : Math.min(this.wished, Math.max(THINNEST_BITS_PER_SECOND, lineBitsPerSecond));
  }

  /** Rate control counts by {@link FRAMES_PER_SECOND}; how many of them are made is the budget's affair. */
  private get forEncoder(): number {
    return Math.max(this.bitsPerSecond, Math.ceil(this.box.width * this.box.height * LEAST_BITS_PER_PIXEL * FRAMES_PER_SECOND));
  }

  private async open(failed: (why: unknown) => void): Promise<void> {
    try {
      const encoder = await this.encoders.open({ ...this.coded, bitsPerSecond: this.forEncoder, framesPerSecond: FRAMES_PER_SECOND });
      if (this.over) encoder.close();
      else {
        this.encoder = encoder;
        // The line may have changed meanwhile.
        encoder.setBitrate(this.forEncoder);
      }
    } catch (error) {
      if (!this.over) failed(error);
    }
  }
}

function wholeBlocks(side: number): number {
  return Math.ceil(side / BLOCK_SIDE) * BLOCK_SIDE;
}
