import { ByteWriter } from '../../../bytes/writer.ts';
import type { Rect } from '../../geometry.ts';
import type { PixelFrame } from '../contract.ts';
import { frameWords } from '../pixel-words.ts';
import { RFX_BLOCK, RFX_ENTROPY, RFX_QUANT_NUMBERS, RFX_QUANTS, RFX_TILE_SIDE, type RfxEntropy, type RfxQuants } from './rfx-format.ts';
import { encodeRfxTile, MAX_RFX_COMPONENT_BYTES } from './rfx-tile.ts';

/** WF_MAGIC and WF_VERSION_1_0 (2.2.2.2.1). */
const MAGIC = 0xcacc_acca;
const VERSION = 0x0100;
/** Of a block's codec, and of a channel. */
const CODEC_ID = 1;
const CHANNEL_ID = 0;
/** CT_TILE_64x64; COL_CONV_ICT, CLW_XFORM_DWT_53_A and SCALAR_QUANTIZATION are all 1, and stand beside the entropy coder (2.2.2.2.4, 2.2.2.3.4). */
const contextProperties = (entropy: RfxEntropy): number => (1 << 3) | (1 << 5) | (entropy << 9) | (1 << 13);
const tilesetProperties = (entropy: RfxEntropy): number => 1 | (1 << 4) | (1 << 6) | (entropy << 10) | (1 << 14);
const REGION_TYPE = 0xcac1;
const TILESET_TYPE = 0xcac2;
const TILE_HEADER_BYTES = 19;

export interface RfxOptions {
  readonly frameIndex: number;
  readonly entropy?: RfxEntropy;
  readonly quants?: RfxQuants;
}

/**
 * One picture of a part of the frame (at most 32,767 pixels either way): a whole message with all its headers, as a graphics channel's WireToSurface1 carries it
 * for the place of the part ([MS-RDPRFX] 2.2.2). Places in it count from the part's corner.
 */
export function encodeRemoteFx(
  frame: PixelFrame,
  part: Rect,
  { frameIndex, entropy = RFX_ENTROPY.rlgr3, quants = RFX_QUANTS }: RfxOptions,
): Uint8Array {
  const { tiles, count } = encodeTiles(frame, part, entropy, quants);
  const writer = new ByteWriter(160 + tiles.length);
  block(writer, RFX_BLOCK.sync, 12).u32le(MAGIC).u16le(VERSION);
  block(writer, RFX_BLOCK.codecVersions, 10).u8(1).u8(CODEC_ID).u16le(VERSION);
  block(writer, RFX_BLOCK.channels, 12).u8(1).u8(CHANNEL_ID).u16le(part.width).u16le(part.height);
  block(writer, RFX_BLOCK.context, 13).u8(CODEC_ID).u8(0xff).u8(0).u16le(RFX_TILE_SIDE).u16le(contextProperties(entropy));
  block(writer, RFX_BLOCK.frameBegin, 14).u8(CODEC_ID).u8(CHANNEL_ID).u32le(frameIndex).u16le(1);
  block(writer, RFX_BLOCK.region, 23).u8(CODEC_ID).u8(CHANNEL_ID).u8(1).u16le(1);
  writer.u16le(0).u16le(0).u16le(part.width).u16le(part.height).u16le(REGION_TYPE).u16le(1);
  block(writer, RFX_BLOCK.tileset, 22 + RFX_QUANT_NUMBERS / 2 + tiles.length)
    .u8(CODEC_ID)
    .u8(CHANNEL_ID)
    .u16le(TILESET_TYPE)
    .u16le(0);
  writer.u16le(tilesetProperties(entropy)).u8(1).u8(RFX_TILE_SIDE).u16le(count, 'TS_RFX_TILESET.numTiles').u32le(tiles.length);
  for (let at = 0; at < RFX_QUANT_NUMBERS; at += 2) writer.u8((quants[at] ?? 0) | ((quants[at + 1] ?? 0) << 4));
  writer.bytes(tiles);
  block(writer, RFX_BLOCK.frameEnd, 8).u8(CODEC_ID).u8(CHANNEL_ID);
  return writer.finish();
}

function block(writer: ByteWriter, type: number, length: number): ByteWriter {
  return writer.u16le(type).u32le(length);
}

function encodeTiles(
  frame: PixelFrame,
  part: Rect,
  entropy: RfxEntropy,
  quants: RfxQuants,
): { readonly tiles: Uint8Array; readonly count: number } {
  const words = frameWords(frame);
  const out = new Uint8Array(3 * MAX_RFX_COMPONENT_BYTES);
  const writer = new ByteWriter(part.width * part.height);
  let count = 0;
  for (let y = 0; y < part.height; y += RFX_TILE_SIDE) {
    for (let x = 0; x < part.width; x += RFX_TILE_SIDE, count++) {
      const width = Math.min(RFX_TILE_SIDE, part.width - x);
      const height = Math.min(RFX_TILE_SIDE, part.height - y);
      const [first, second, third] = encodeRfxTile(words, part.x + x, part.y + y, width, height, quants, entropy, out);
      block(writer, RFX_BLOCK.tile, TILE_HEADER_BYTES + third)
        .u8(0)
        .u8(0)
        .u8(0);
      writer.u16le(x / RFX_TILE_SIDE).u16le(y / RFX_TILE_SIDE);
      writer
        .u16le(first)
        .u16le(second - first)
        .u16le(third - second)
        .bytes(out.subarray(0, third));
    }
  }
  return { tiles: writer.finish(), count };
}
