import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import { type DesktopLayout, desktopLayout, monitorsOf } from '../../desktop-layout.ts';
import { decodeMonitorDefinitions, encodeMonitorDefinitions } from '../monitor-definitions.ts';
import { encodeGfxPdu, GFX_CMD, GFX_HEADER_BYTES } from './header.ts';

/** The PDU has this length however many monitors it names ([MS-RDPEGFX] 2.2.2.14). */
const RESET_GRAPHICS_BYTES = 340;

/** 2.2.2.14 RDPGFX_RESET_GRAPHICS_PDU, whole: the output's new size, and its monitors. */
export function encodeResetGraphics(layout: DesktopLayout): Uint8Array {
  const body = new ByteWriter(RESET_GRAPHICS_BYTES)
    .u32le(layout.width)
    .u32le(layout.height)
    .bytes(encodeMonitorDefinitions(monitorsOf(layout)));
  return encodeGfxPdu(GFX_CMD.resetGraphics, body.zeros(RESET_GRAPHICS_BYTES - GFX_HEADER_BYTES - body.size).finish());
}

/** Body of RDPGFX_RESET_GRAPHICS_PDU. */
export function decodeResetGraphics(body: ByteReader): DesktopLayout {
  const width = body.u32le('RDPGFX_RESET_GRAPHICS_PDU.width');
  const height = body.u32le('RDPGFX_RESET_GRAPHICS_PDU.height');
  return desktopLayout({ width, height }, decodeMonitorDefinitions(body));
}
