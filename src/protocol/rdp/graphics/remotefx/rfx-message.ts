import { ByteWriter } from '../../../bytes/writer.ts';
import type { Rect, Size } from '../../geometry.ts';
import type { PixelFrame } from '../contract.ts';
import { frameWords } from '../pixel-words.ts';
<<<<<<< HEAD
import { bitmapTarget, type DrawnOn } from '../surface.ts';
import { RFX_BLOCK, RFX_ENTROPY, RFX_QUANTS, RFX_TILE_SIDE, type RfxEntropy, type RfxQuants } from './rfx-format.ts';
import { decodeRfxTile, encodeRfxTile, MAX_RFX_COMPONENT_BYTES, type RfxComponent } from './rfx-tile.ts';
=======
import { RFX_BLOCK, RFX_ENTROPY, RFX_QUANT_NUMBERS, RFX_QUANTS, RFX_TILE_SIDE, type RfxEntropy, type RfxQuants } from './rfx-format.ts';
import { encodeRfxTile, MAX_RFX_COMPONENT_BYTES } from './rfx-tile.ts';
>>>>>>> 7b646dc (RemoteFX is read on the graphics channel)

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
<<<<<<< HEAD

/**
 * Draws the tiles of a message on the surface, the message's corner at `x`,`y`; what lies outside of it, or of `part` from there, is left out.
 * @throws ProtocolError for anything wrong in the message
 */
export function drawRemoteFx(message: Uint8Array, surface: DrawnOn, x: number, y: number, part: Size = surface): void {
  const reader = new ByteReader(message);
  while (reader.remaining > 0) {
    const type = reader.u16le('TS_RFX_BLOCKT.blockType');
    const length = reader.u32le('TS_RFX_BLOCKT.blockLen');
    if (length < 6) throw new ProtocolError('OUT_OF_RANGE', 'TS_RFX_BLOCKT.blockLen', '>= 6', length);
    const body = reader.sub(length - 6, 'TS_RFX_BLOCKT');
    if (type === RFX_BLOCK.tileset)
      drawTileset(body, surface, x, y, {
        width: Math.min(surface.width, x + part.width),
        height: Math.min(surface.height, y + part.height),
      });
  }
}

/** `end`: the first column and row that are left out. */
function drawTileset(reader: ByteReader, surface: DrawnOn, x: number, y: number, end: Size): void {
  reader.skip(6, 'TS_RFX_TILESET.header');
  const entropy = (reader.u16le('TS_RFX_TILESET.properties') >> 10) & 0x0f;
  if (entropy !== RFX_ENTROPY.rlgr1 && entropy !== RFX_ENTROPY.rlgr3)
    throw new ProtocolError('UNEXPECTED', 'TS_RFX_TILESET.properties', 'RLGR1 or RLGR3', entropy);
  const quantCount = reader.u8('TS_RFX_TILESET.numQuant');
  const side = reader.u8('TS_RFX_TILESET.tileSize');
  if (side !== RFX_TILE_SIDE) throw new ProtocolError('UNEXPECTED', 'TS_RFX_TILESET.tileSize', RFX_TILE_SIDE, side);
  const count = reader.u16le('TS_RFX_TILESET.numTiles');
  reader.skip(4, 'TS_RFX_TILESET.tilesDataSize');
  const quants = Array.from({ length: quantCount }, () => readQuants(reader));
  for (let tile = 0; tile < count; tile++) {
    const type = reader.u16le('TS_RFX_TILE.blockType');
    if (type !== RFX_BLOCK.tile) throw new ProtocolError('UNEXPECTED', 'TS_RFX_TILE.blockType', RFX_BLOCK.tile, type);
    reader.skip(4, 'TS_RFX_TILE.blockLen');
    const chosen = [0, 1, 2].map(() => {
      const index = reader.u8('TS_RFX_TILE.quantIdx');
      const found = quants[index];
      if (found === undefined) throw new ProtocolError('OUT_OF_RANGE', 'TS_RFX_TILE.quantIdx', `< ${quantCount}`, index);
      return found;
    });
    const left = x + reader.u16le('TS_RFX_TILE.xIdx') * RFX_TILE_SIDE;
    const top = y + reader.u16le('TS_RFX_TILE.yIdx') * RFX_TILE_SIDE;
    const lengths = [0, 1, 2].map(() => reader.u16le('TS_RFX_TILE.length'));
    const components = chosen.map(
      (each, index): RfxComponent => ({ quants: each, data: reader.view8(lengths[index] ?? 0, 'TS_RFX_TILE.data') }),
    );
    const [luma, blueness, redness] = components;
    const [width, height] = [Math.min(RFX_TILE_SIDE, end.width - left), Math.min(RFX_TILE_SIDE, end.height - top)];
    if (luma === undefined || blueness === undefined || redness === undefined || left < 0 || top < 0 || width < 1 || height < 1) continue;
    decodeRfxTile([luma, blueness, redness], entropy, bitmapTarget(surface, { x: left, y: top, width, height }));
  }
}

function readQuants(reader: ByteReader): RfxQuants {
  const numbers = Array.from({ length: QUANT_NUMBERS / 2 }, () => {
    const two = reader.u8('TS_RFX_CODEC_QUANT');
    return [two & 0x0f, two >> 4];
  }).flat();
  for (const number of numbers) if (number < 6) throw new ProtocolError('OUT_OF_RANGE', 'TS_RFX_CODEC_QUANT', '6 to 15', number);
  return numbers as unknown as RfxQuants;
}
=======
>>>>>>> 7b646dc (RemoteFX is read on the graphics channel)
