/* What both sides of RemoteFX ([MS-RDPRFX]) name. */

export const RFX_TILE_SIDE = 64;
export const RFX_TILE_PIXELS = RFX_TILE_SIDE * RFX_TILE_SIDE;

/** CLW_ENTROPY_RLGR1 and CLW_ENTROPY_RLGR3 (2.2.2.2.4). */
export const RFX_ENTROPY = { rlgr1: 0x01, rlgr3: 0x04 } as const;
export type RfxEntropy = (typeof RFX_ENTROPY)[keyof typeof RFX_ENTROPY];

/**
 * TS_RFX_CODEC_QUANT (2.2.2.1.5), in its order: LL3, LH3, HL3, HH3, LH2, HL2, HH2, LH1, HL1, HH1. From 6, which loses the least, to 15: each step
 * halves what is kept of a band.
 */
export type RfxQuants = readonly [number, number, number, number, number, number, number, number, number, number];

export const RFX_QUANT_NUMBERS = 10;

/** Of good pictures at a moderate size: what is fine is kept less exactly than what is coarse. */
export const RFX_QUANTS: RfxQuants = [6, 6, 6, 6, 7, 7, 8, 8, 8, 9];

export interface RfxBand {
  /** Index of the first coefficient. */
  readonly at: number;
  readonly count: number;
  /** Which of the {@link RfxQuants}. */
  readonly quant: number;
}

/** The bands of a tile as its coefficients lie (3.1.8.1.5): the finest first, HL, LH and HH of each level, then LL3. */
export const RFX_BANDS: readonly RfxBand[] = [
  { at: 0, count: 1024, quant: 8 },
  { at: 1024, count: 1024, quant: 7 },
  { at: 2048, count: 1024, quant: 9 },
  { at: 3072, count: 256, quant: 5 },
  { at: 3328, count: 256, quant: 4 },
  { at: 3584, count: 256, quant: 6 },
  { at: 3840, count: 64, quant: 2 },
  { at: 3904, count: 64, quant: 1 },
  { at: 3968, count: 64, quant: 3 },
  { at: 4032, count: 64, quant: 0 },
];

/** Where LL3 begins, whose coefficients are sent as differences. */
export const RFX_LL3 = 4032;

/** Blocks of the stream (2.2.2.1.1). */
export const RFX_BLOCK = {
  sync: 0xccc0,
  codecVersions: 0xccc1,
  channels: 0xccc2,
  context: 0xccc3,
  frameBegin: 0xccc4,
  frameEnd: 0xccc5,
  region: 0xccc6,
  tileset: 0xccc7,
  tile: 0xcac3,
} as const;
