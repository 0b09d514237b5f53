import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import { encodeGfxPdu, GFX_CMD } from './header.ts';

/** `queueDepth` of a client that will acknowledge no frame until it says otherwise ([MS-RDPEGFX] 2.2.2.13). */
const SUSPEND_FRAME_ACKNOWLEDGEMENT = 0xffff_ffff;

/** 2.2.2.11 RDPGFX_START_FRAME_PDU, whole. The time of day is optional and says nothing to anybody here. */
export function encodeStartFrame(frameId: number): Uint8Array {
  return encodeGfxPdu(GFX_CMD.startFrame, new ByteWriter(8).u32le(0).u32le(frameId).finish());
}

/** Its frameId. */
export function decodeStartFrame(body: ByteReader): number {
  body.skip(4, 'RDPGFX_START_FRAME_PDU.timestamp');
  return body.u32le('RDPGFX_START_FRAME_PDU.frameId');
}

/** 2.2.2.12 RDPGFX_END_FRAME_PDU, whole. */
export function encodeEndFrame(frameId: number): Uint8Array {
  return encodeGfxPdu(GFX_CMD.endFrame, new ByteWriter(4).u32le(frameId).finish());
}

export function decodeEndFrame(body: ByteReader): number {
  return body.u32le('RDPGFX_END_FRAME_PDU.frameId');
}

/** 2.2.2.13 RDPGFX_FRAME_ACKNOWLEDGE_PDU. */
export interface GfxFrameAcknowledge {
  readonly frameId: number;
  /** Frames that the client has and has not decoded; 0 where it does not say. */
  readonly queued: number;
  /** The client acknowledges nothing more until it says otherwise: nobody is to wait for it. */
  readonly suspended: boolean;
  readonly totalFramesDecoded: number;
}

export function encodeGfxFrameAcknowledge({ frameId, queued, suspended, totalFramesDecoded }: GfxFrameAcknowledge): Uint8Array {
  const depth = suspended ? SUSPEND_FRAME_ACKNOWLEDGEMENT : queued;
  return encodeGfxPdu(GFX_CMD.frameAcknowledge, new ByteWriter(12).u32le(depth).u32le(frameId).u32le(totalFramesDecoded).finish());
}

export function decodeGfxFrameAcknowledge(body: ByteReader): GfxFrameAcknowledge {
  const depth = body.u32le('RDPGFX_FRAME_ACKNOWLEDGE_PDU.queueDepth');
  const suspended = depth === SUSPEND_FRAME_ACKNOWLEDGEMENT;
  return {
    frameId: body.u32le('RDPGFX_FRAME_ACKNOWLEDGE_PDU.frameId'),
    queued: suspended ? 0 : depth,
    suspended,
    totalFramesDecoded: body.u32le('RDPGFX_FRAME_ACKNOWLEDGE_PDU.totalFramesDecoded'),
  };
}
