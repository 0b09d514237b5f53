import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSSETTYPE_FRAME_ACKNOWLEDGE = 30;

/** [MS-RDPRFX] 2.2.1.3 TS_FRAME_ACKNOWLEDGE_CAPABILITYSET: frames that may be on their way; 0 leaves it to the server. */
export interface FrameAcknowledgeCapability {
  readonly tag: 'frameAcknowledge';
  readonly maxUnacknowledgedFrames: number;
}

export function encodeFrameAcknowledgeCapability(set: FrameAcknowledgeCapability): Uint8Array {
  return new ByteWriter(4).u32le(set.maxUnacknowledgedFrames).finish();
}

export function decodeFrameAcknowledgeCapability(reader: ByteReader): FrameAcknowledgeCapability {
  return {
    tag: 'frameAcknowledge',
    maxUnacknowledgedFrames: reader.u32le('TS_FRAME_ACKNOWLEDGE_CAPABILITYSET.maxUnacknowledgedFrameCount'),
  };
}
