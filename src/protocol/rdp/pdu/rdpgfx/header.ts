import { ProtocolError } from '../../../bytes/errors.ts';
import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

/** cmdId of each PDU of [MS-RDPEGFX] 2.2.2 that is known here. */
export const GFX_CMD = {
  wireToSurface1: 0x0001,
  wireToSurface2: 0x0002,
  deleteEncodingContext: 0x0003,
  solidFill: 0x0004,
  surfaceToSurface: 0x0005,
  surfaceToCache: 0x0006,
  cacheToSurface: 0x0007,
  evictCacheEntry: 0x0008,
  createSurface: 0x0009,
  deleteSurface: 0x000a,
  startFrame: 0x000b,
  endFrame: 0x000c,
  frameAcknowledge: 0x000d,
  resetGraphics: 0x000e,
  mapSurfaceToOutput: 0x000f,
  cacheImportOffer: 0x0010,
  cacheImportReply: 0x0011,
  capsAdvertise: 0x0012,
  capsConfirm: 0x0013,
} as const;

/** cmdId, flags, pduLength. */
export const GFX_HEADER_BYTES = 8;

/** RDPGFX_HEADER (2.2.1.5) around a body. */
export function encodeGfxPdu(cmdId: number, body: Uint8Array): Uint8Array {
  const length = GFX_HEADER_BYTES + body.length;
  return new ByteWriter(length).u16le(cmdId).u16le(0).u32le(length).bytes(body).finish();
}

/**
 * The next PDU of a row of them: its command and a reader over its body.
 * @throws ProtocolError OUT_OF_RANGE for a pduLength that is shorter than the header, TRUNCATED for one that is longer than what is there
 */
export function decodeGfxHeader(reader: ByteReader): { readonly cmdId: number; readonly body: ByteReader } {
  const cmdId = reader.u16le('RDPGFX_HEADER.cmdId');
  reader.skip(2, 'RDPGFX_HEADER.flags');
  const length = reader.u32le('RDPGFX_HEADER.pduLength');
  if (length < GFX_HEADER_BYTES) throw new ProtocolError('OUT_OF_RANGE', 'RDPGFX_HEADER.pduLength', `>= ${GFX_HEADER_BYTES}`, length);
  return { cmdId, body: reader.sub(length - GFX_HEADER_BYTES, 'RDPGFX_HEADER.pduLength') };
}
