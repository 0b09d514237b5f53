import { ProtocolError } from '../../bytes/errors.ts';
import { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';
import { CMDTYPE_FRAME_MARKER, decodeFrameMarkerBody, type FrameMarker } from './frame-marker.ts';

const CMDTYPE_SET_SURFACE_BITS = 0x0001;
const CMDTYPE_STREAM_SURFACE_BITS = 0x0006;
const EX_COMPRESSED_BITMAP_HEADER_PRESENT = 0x01;
const COMPRESSED_BITMAP_HEADER_EX_BYTES = 24;

/** TS_SURFCMD_SET_SURF_BITS and _STREAM_SURF_BITS ([MS-RDPBCGR] 2.2.9.2.1): `data` is encoded with the negotiated codec `codecId`. Bounds are exclusive. */
export interface SurfaceBits {
  readonly tag: 'surfaceBits';
  readonly destLeft: number;
  readonly destTop: number;
  readonly destRight: number;
  readonly destBottom: number;
  readonly bitsPerPixel: number;
  readonly codecId: number;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export type SurfaceCommand = FrameMarker | SurfaceBits;

/** [MS-RDPBCGR] 2.2.9.1.2.1.10 TS_FP_SURFCMDS: the updateData of FASTPATH_UPDATETYPE_SURFCMDS. `data` is a view. Unknown commands: `UNEXPECTED`, since they have no length. */
export function decodeSurfaceCommands(bytes: Uint8Array): SurfaceCommand[] {
  const reader = new ByteReader(bytes);
  const commands: SurfaceCommand[] = [];
  while (reader.remaining > 0) {
    const cmdType = reader.u16le('TS_SURFCMD.cmdType');
    if (cmdType === CMDTYPE_FRAME_MARKER) commands.push(decodeFrameMarkerBody(reader));
    else if (cmdType === CMDTYPE_SET_SURFACE_BITS || cmdType === CMDTYPE_STREAM_SURFACE_BITS) commands.push(decodeSurfaceBits(reader));
    else throw new ProtocolError('UNEXPECTED', 'TS_SURFCMD.cmdType', '1, 4 or 6', cmdType);
  }
  return commands;
}

/** One TS_SURFCMD_SET_SURF_BITS, whole, without TS_COMPRESSED_BITMAP_HEADER_EX. */
export function encodeSurfaceBits(bits: Omit<SurfaceBits, 'tag'>): Uint8Array {
  return new ByteWriter(22 + bits.data.length)
    .u16le(CMDTYPE_SET_SURFACE_BITS)
    .u16le(bits.destLeft, 'TS_SURFCMD.destLeft')
    .u16le(bits.destTop, 'TS_SURFCMD.destTop')
    .u16le(bits.destRight, 'TS_SURFCMD.destRight')
    .u16le(bits.destBottom, 'TS_SURFCMD.destBottom')
    .u8(bits.bitsPerPixel)
    .u8(0)
    .u8(0)
    .u8(bits.codecId)
    .u16le(bits.width, 'TS_BITMAP_DATA_EX.width')
    .u16le(bits.height, 'TS_BITMAP_DATA_EX.height')
    .u32le(bits.data.length)
    .bytes(bits.data)
    .finish();
}

function decodeSurfaceBits(reader: ByteReader): SurfaceBits {
  const destLeft = reader.u16le('TS_SURFCMD.destLeft');
  const destTop = reader.u16le('TS_SURFCMD.destTop');
  const destRight = reader.u16le('TS_SURFCMD.destRight');
  const destBottom = reader.u16le('TS_SURFCMD.destBottom');
  const bitsPerPixel = reader.u8('TS_BITMAP_DATA_EX.bpp');
  const flags = reader.u8('TS_BITMAP_DATA_EX.flags');
  reader.skip(1, 'TS_BITMAP_DATA_EX.reserved');
  const codecId = reader.u8('TS_BITMAP_DATA_EX.codecID');
  const width = reader.u16le('TS_BITMAP_DATA_EX.width');
  const height = reader.u16le('TS_BITMAP_DATA_EX.height');
  const length = reader.u32le('TS_BITMAP_DATA_EX.bitmapDataLength');
  if ((flags & EX_COMPRESSED_BITMAP_HEADER_PRESENT) !== 0)
    reader.skip(COMPRESSED_BITMAP_HEADER_EX_BYTES, 'TS_BITMAP_DATA_EX.exBitmapDataHeader');
  const data = reader.view8(length, 'TS_BITMAP_DATA_EX.bitmapData');
  return { tag: 'surfaceBits', destLeft, destTop, destRight, destBottom, bitsPerPixel, codecId, width, height, data };
}
