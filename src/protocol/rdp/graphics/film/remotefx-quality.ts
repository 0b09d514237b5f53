import { RFX_QUANTS, type RfxQuants } from '../remotefx/rfx-format.ts';

/** What a pixel of a film takes at the best quality, until one has been encoded. */
const FIRST_BYTES_PER_PIXEL = 0.18;
/** With each step a picture takes about so much of what it took. */
const STEP_SHARE = 0.64;
/** Coarser than this, hardly anything gets smaller. */
const COARSEST = 5;
/** A finer step is taken when its pictures would take so much of what there is: else quality would go up and down with each picture. */
const FINER_SHARE = 0.85;
const MAX_QUANT = 15;

/** How exactly a film's pictures are kept, so that one takes about what the line has for it. */
export class RemoteFxQuality {
  private step = 0;
  /** At the best quality. */
  private bytesPerPixel = FIRST_BYTES_PER_PIXEL;

  /** For the next picture: of so many pixels, in about so many bytes (as many as it takes where it is left out). */
  quantsFor(pixels: number, bytes = Infinity): RfxQuants {
    const taken = (step: number): number => pixels * this.bytesPerPixel * STEP_SHARE ** step;
    let { step } = this;
    while (step < COARSEST && taken(step) > bytes) step += 1;
    while (step > 0 && taken(step - 1) <= FINER_SHARE * bytes) step -= 1;
    this.step = step;
    return QUANTS[step] ?? RFX_QUANTS;
  }

  /** What that picture took. */
  took(pixels: number, bytes: number): void {
    this.bytesPerPixel = bytes / pixels / STEP_SHARE ** this.step;
  }
}

/** Of each step. The mean colours of a tile (LL3) are few, and wrong ones are seen first: they lose half as much. */
const QUANTS: readonly RfxQuants[] = Array.from(
  { length: COARSEST + 1 },
  (_, step) => RFX_QUANTS.map((quant, band) => Math.min(MAX_QUANT, quant + (band === 0 ? step >> 1 : step))) as unknown as RfxQuants,
);
