import { ProtocolError } from '../../../bytes/errors.ts';
import { ByteReader } from '../../../bytes/reader.ts';
import type { Rect } from '../../geometry.ts';
import { GFX_CODEC } from '../../pdu/rdpgfx/wire-to-surface.ts';
import type { DecoderKind } from '../contract.ts';
import { clipToSurface, type BitmapTarget } from '../surface.ts';
import {
  RFX_BLOCK,
  RFX_ENTROPY,
  RFX_QUANT_NUMBERS,
  RFX_TILE_PIXELS,
  RFX_TILE_SIDE,
  type RfxEntropy,
  type RfxQuants,
} from './rfx-format.ts';
import { decodeRfxTile, type RfxComponent } from './rfx-tile.ts';

/** Rectangles of one region that are taken; servers send a few. */
const MAX_REGION_RECTS = 4_096;
const BLOCK_HEADER_BYTES = 6;

/** RemoteFX on the graphics channel ([MS-RDPEGFX] 2.2.2.1, CAVIDEO): whole messages, places in them count from the corner of the rectangle. */
export const REMOTE_FX_ON_CHANNEL: DecoderKind = {
  name: 'RemoteFX on the channel',
  takes: (format) => format.carrier === 'channel' && format.codecId === GFX_CODEC.remoteFx,
  create: () => ({
    decode({ data }, target) {
      drawRemoteFx(data, target);
      return undefined;
    },
  }),
};

interface Drawing {
  readonly target: BitmapTarget;
  readonly withKernels: boolean;
  /** What of the target the tiles draw: TS_RFX_REGION, which comes before the tiles. */
  region: readonly Rect[];
  /** A tile costs the same however few bytes it has, so no more are decoded than the target has places. */
  tilesLeft: number;
}

const tilePixels = new Int32Array(RFX_TILE_PIXELS);

/**
 * Draws the tiles of a message ([MS-RDPRFX] 2.2.2) as far as its regions and the target reach. `withKernels`: in WebAssembly where that is to be had, to
 * the same pixels.
 * @throws ProtocolError for anything wrong in the message
 */
export function drawRemoteFx(message: Uint8Array, target: BitmapTarget, withKernels = true): void {
  const reader = new ByteReader(message);
  const places = Math.ceil(target.columns / RFX_TILE_SIDE) * Math.ceil(target.rows / RFX_TILE_SIDE);
  const drawing: Drawing = { target, withKernels, region: [wholeOf(target)], tilesLeft: places };
  while (reader.remaining > 0) {
    const type = reader.u16le('TS_RFX_BLOCKT.blockType');
    const length = reader.u32le('TS_RFX_BLOCKT.blockLen');
    if (length < BLOCK_HEADER_BYTES) throw new ProtocolError('OUT_OF_RANGE', 'TS_RFX_BLOCKT.blockLen', `>= ${BLOCK_HEADER_BYTES}`, length);
    const body = reader.sub(length - BLOCK_HEADER_BYTES, 'TS_RFX_BLOCKT');
    if (type === RFX_BLOCK.region) drawing.region = readRegion(body, target);
    else if (type === RFX_BLOCK.tileset) drawTileset(body, drawing);
  }
}

/** TS_RFX_REGION (2.2.2.3.3); one without rectangles is everything. */
function readRegion(reader: ByteReader, target: BitmapTarget): Rect[] {
  reader.skip(3, 'TS_RFX_REGION.header');
  const count = reader.u16le('TS_RFX_REGION.numRects');
  if (count === 0) return [wholeOf(target)];
  if (count > MAX_REGION_RECTS) throw new ProtocolError('TOO_LARGE', 'TS_RFX_REGION.numRects', `<= ${MAX_REGION_RECTS}`, count);
  return Array.from({ length: count }, () => ({
    x: reader.u16le('TS_RFX_RECT.x'),
    y: reader.u16le('TS_RFX_RECT.y'),
    width: reader.u16le('TS_RFX_RECT.width'),
    height: reader.u16le('TS_RFX_RECT.height'),
  }));
}

/** TS_RFX_TILESET (2.2.2.3.4). */
function drawTileset(reader: ByteReader, drawing: Drawing): void {
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
  for (let tile = 0; tile < count; tile++) drawTile(reader, entropy, quants, drawing);
}

/** TS_RFX_TILE (2.2.2.3.4.1). */
function drawTile(reader: ByteReader, entropy: RfxEntropy, quants: readonly RfxQuants[], drawing: Drawing): void {
  const type = reader.u16le('TS_RFX_TILE.blockType');
  if (type !== RFX_BLOCK.tile) throw new ProtocolError('UNEXPECTED', 'TS_RFX_TILE.blockType', RFX_BLOCK.tile, type);
  reader.skip(4, 'TS_RFX_TILE.blockLen');
  const three = [0, 1, 2] as const;
  const chosen = three.map(() => {
    const index = reader.u8('TS_RFX_TILE.quantIdx');
    const found = quants[index];
    if (found === undefined) throw new ProtocolError('OUT_OF_RANGE', 'TS_RFX_TILE.quantIdx', `< ${quants.length}`, index);
    return found;
  });
  const x = reader.u16le('TS_RFX_TILE.xIdx') * RFX_TILE_SIDE;
  const y = reader.u16le('TS_RFX_TILE.yIdx') * RFX_TILE_SIDE;
  const lengths = three.map(() => reader.u16le('TS_RFX_TILE.length'));
  const [luma, blueness, redness] = chosen.map(
    (each, index): RfxComponent => ({ quants: each, data: reader.view8(lengths[index] ?? 0, 'TS_RFX_TILE.data') }),
  );
  const { target, region } = drawing;
  const onTarget = clipToSurface(sizeOf(target), { x, y, width: RFX_TILE_SIDE, height: RFX_TILE_SIDE });
  if (luma === undefined || blueness === undefined || redness === undefined || onTarget === undefined) return;
  const parts = region.flatMap((rect) => common(rect, onTarget) ?? []);
  if (parts.length === 0) return;
  drawing.tilesLeft -= 1;
  if (drawing.tilesLeft < 0) throw new ProtocolError('TOO_LARGE', 'TS_RFX_TILESET.numTiles', 'each place once', 'more tiles');
  decodeRfxTile([luma, blueness, redness], entropy, tilePixels, drawing.withKernels);
  for (const part of parts) {
    for (let row = part.y; row < part.y + part.height; row++) {
      const from = (row - y) * RFX_TILE_SIDE + part.x - x;
      target.words.set(tilePixels.subarray(from, from + part.width), target.offset + row * target.stride + part.x);
    }
  }
}

function common(rect: Rect, tile: Rect): Rect | undefined {
  const inside = clipToSurface(tile, { ...rect, x: rect.x - tile.x, y: rect.y - tile.y });
  return inside && { ...inside, x: inside.x + tile.x, y: inside.y + tile.y };
}

function sizeOf({ columns, rows }: BitmapTarget): { readonly width: number; readonly height: number } {
  return { width: columns, height: rows };
}

function wholeOf(target: BitmapTarget): Rect {
  return { x: 0, y: 0, ...sizeOf(target) };
}

function readQuants(reader: ByteReader): RfxQuants {
  const numbers = Array.from({ length: RFX_QUANT_NUMBERS / 2 }, () => {
    const two = reader.u8('TS_RFX_CODEC_QUANT');
    return [two & 0x0f, two >> 4];
  }).flat();
  for (const number of numbers) if (number < 6) throw new ProtocolError('OUT_OF_RANGE', 'TS_RFX_CODEC_QUANT', '6 to 15', number);
  return numbers as unknown as RfxQuants;
}
