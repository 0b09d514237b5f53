import { ProtocolError } from '../../../bytes/errors.ts';
import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import type { Size } from '../../geometry.ts';
import { encodeGfxPdu, GFX_CMD, GFX_HEADER_BYTES } from './header.ts';

/** The PDU has this length however many monitors it names ([MS-RDPEGFX] 2.2.2.14). */
const RESET_GRAPHICS_BYTES = 340;
const MAX_MONITORS = 16;
const MONITOR_PRIMARY = 1;

/** 2.2.2.14 RDPGFX_RESET_GRAPHICS_PDU, whole: the output's new size, which is one monitor's. */
export function encodeResetGraphics({ width, height }: Size): Uint8Array {
  const body = new ByteWriter(RESET_GRAPHICS_BYTES)
    .u32le(width)
    .u32le(height)
    .u32le(1)
    .u32le(0)
    .u32le(0)
    .u32le(width - 1)
    .u32le(height - 1)
    .u32le(MONITOR_PRIMARY);
  return encodeGfxPdu(GFX_CMD.resetGraphics, body.zeros(RESET_GRAPHICS_BYTES - GFX_HEADER_BYTES - body.size).finish());
}

/** Body of RDPGFX_RESET_GRAPHICS_PDU. Monitors are passed over. */
export function decodeResetGraphics(body: ByteReader): Size {
  const width = body.u32le('RDPGFX_RESET_GRAPHICS_PDU.width');
  const height = body.u32le('RDPGFX_RESET_GRAPHICS_PDU.height');
  const monitors = body.u32le('RDPGFX_RESET_GRAPHICS_PDU.monitorCount');
  if (monitors > MAX_MONITORS)
    throw new ProtocolError('OUT_OF_RANGE', 'RDPGFX_RESET_GRAPHICS_PDU.monitorCount', `<= ${MAX_MONITORS}`, monitors);
  return { width, height };
}
