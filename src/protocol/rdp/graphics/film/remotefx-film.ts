import type { Rect } from '../../geometry.ts';
import { encodeWireToSurface1, GFX_CODEC } from '../../pdu/rdpgfx/wire-to-surface.ts';
import { DESKTOP_SURFACE } from '../channel/contract.ts';
import type { PixelFrame } from '../contract.ts';
import { encodeRemoteFx } from '../remotefx/rfx-message.ts';
import { FilmBudget } from './film-budget.ts';
import type { MovingPart } from './moving-part.ts';

/** For clients without H.264: RemoteFX, straight on the desktop surface, since no picture refers to another one. It is made here, and takes what the line has. */
export class RemoteFxFilm implements MovingPart {
  readonly box: Rect;
  readonly isReady = true;
  readonly wantsWhole = false;
  readonly surfaces: readonly number[] = [];
  private budget: FilmBudget | undefined;
  private frameIndex = 0;

  constructor(box: Rect) {
    this.box = box;
  }

  follow(lineBitsPerSecond: number | undefined, nowMs: number): void {
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
    return regions.map((rect) => {
      this.frameIndex += 1;
      const data = encodeRemoteFx(frame, rect, { frameIndex: this.frameIndex });
      this.budget?.spend(data.length);
      return encodeWireToSurface1({ surfaceId: DESKTOP_SURFACE, codecId: GFX_CODEC.remoteFx, rect, data });
    });
  }

  end(): Uint8Array[] {
    return [];
  }
}
