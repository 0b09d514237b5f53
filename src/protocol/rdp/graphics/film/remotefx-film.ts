import type { Rect } from '../../geometry.ts';
import { encodeWireToSurface1, GFX_CODEC } from '../../pdu/rdpgfx/wire-to-surface.ts';
import { DESKTOP_SURFACE } from '../channel/contract.ts';
import type { PixelFrame } from '../contract.ts';
import { encodeRemoteFx } from '../remotefx/rfx-message.ts';
import { FilmBudget } from './film-budget.ts';
import type { MovingPart } from './moving-part.ts';
import { areaOf } from './moving-tiles.ts';
import { RemoteFxQuality } from './remotefx-quality.ts';

/** Where the line is thin, pictures are left out until so many a second are left, and made coarser before there are fewer. */
const PICTURES_PER_SECOND = 20;

/** For clients without H.264: RemoteFX, straight on the desktop surface, since no picture refers to another one. It is made here, and takes what the line has. */
export class RemoteFxFilm implements MovingPart {
  readonly box: Rect;
  readonly isReady = true;
  readonly wantsWhole = false;
  readonly by = 'remotefx';
  /** Flat tiles are alike. */
  readonly isDense = false;
  readonly surfaces: readonly number[] = [];
  private readonly quality = new RemoteFxQuality();
  private budget: FilmBudget | undefined;
  private pictureBytes: number | undefined;
  private frameIndex = 0;

  constructor(box: Rect) {
    this.box = box;
  }

  follow(lineBitsPerSecond: number | undefined, nowMs: number): void {
    this.pictureBytes = lineBitsPerSecond === undefined ? undefined : lineBitsPerSecond / 8 / PICTURES_PER_SECOND;
    if (lineBitsPerSecond === undefined) this.budget = undefined;
    else if (this.budget === undefined) this.budget = new FilmBudget(lineBitsPerSecond, nowMs);
    else this.budget.setBitrate(lineBitsPerSecond, nowMs);
  }

  hasRoom(nowMs: number): boolean {
    return this.budget?.allows(nowMs) ?? true;
  }

  forgetSurface(): void {
    // It has none of its own.
  }

  askForKey(): void {
    // Each picture is one.
  }

  async draw(frame: PixelFrame, regions: readonly Rect[]): Promise<Uint8Array[]> {
    const pixels = regions.reduce((sum, rect) => sum + areaOf(rect), 0);
    const quants = this.quality.quantsFor(pixels, this.pictureBytes);
    let bytes = 0;
    const pdus = regions.map((rect) => {
      this.frameIndex += 1;
      const data = encodeRemoteFx(frame, rect, { frameIndex: this.frameIndex, quants });
      bytes += data.length;
      return encodeWireToSurface1({ surfaceId: DESKTOP_SURFACE, codecId: GFX_CODEC.remoteFx, rect, data });
    });
    this.quality.took(pixels, bytes);
    this.budget?.spend(bytes);
    return pdus;
  }

  end(): Uint8Array[] {
    return [];
  }
}
