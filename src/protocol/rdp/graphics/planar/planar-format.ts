/* RDP6_BITMAP_STREAM ([MS-RDPEGDI] 2.2.2.5.1) and RDP6_RLE_SEGMENT (2.2.2.5.1.2). */

/** FormatHeader: colour loss level, chroma subsampling, run length encoding, no alpha plane. */
export const FORMAT_COLOR_LOSS_LEVEL = 0x07;
export const FORMAT_CHROMA_SUBSAMPLING = 0x08;
export const FORMAT_RLE = 0x10;
export const FORMAT_NO_ALPHA = 0x20;

/** cRawBytes and nRunLength have four bits; nRunLength 1 and 2 announce runs of 16 and 32 plus cRawBytes. */
export const MAX_RAW = 15;
export const MIN_RUN = 3;
export const MAX_SHORT_RUN = 15;
export const MAX_LONG_RUN = 47;

/** Which scanline of a bitmap comes first. */
export type RowOrder = 'bottomUp' | 'topDown';
