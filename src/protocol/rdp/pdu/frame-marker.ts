import { ProtocolError } from '../../bytes/errors.ts';
import type { ByteReader } from '../../bytes/reader.ts';
import { ByteWriter } from '../../bytes/writer.ts';

export const CMDTYPE_FRAME_MARKER = 0x0004;
const FRAME_MARKER_BYTES = 8;
const SURFACECMD_FRAMEACTION_BEGIN = 0;
const SURFACECMD_FRAMEACTION_END = 1;

/** [MS-RDPBCGR] 2.2.9.2.3 TS_FRAME_MARKER. `frameId` is 32 bit. */
export interface FrameMarker {
  readonly tag: 'frameMarker';
  readonly action: 'begin' | 'end';
  readonly frameId: number;
}

/** TS_FRAME_MARKER with its cmdType: the updateData of FASTPATH_UPDATETYPE_SURFCMDS. */
export function encodeFrameMarker(action: FrameMarker['action'], frameId: number): Uint8Array {
  return new ByteWriter(FRAME_MARKER_BYTES)
    .u16le(CMDTYPE_FRAME_MARKER)
    .u16le(action === 'begin' ? SURFACECMD_FRAMEACTION_BEGIN : SURFACECMD_FRAMEACTION_END)
    .u32le(frameId, 'TS_FRAME_MARKER.frameId')
    .finish();
}

/** What follows the cmdType. */
export function decodeFrameMarkerBody(reader: ByteReader): FrameMarker {
  const action = reader.u16le('TS_FRAME_MARKER.frameAction');
  if (action !== SURFACECMD_FRAMEACTION_BEGIN && action !== SURFACECMD_FRAMEACTION_END) {
    throw new ProtocolError('OUT_OF_RANGE', 'TS_FRAME_MARKER.frameAction', '0 or 1', action);
  }
  const frameId = reader.u32le('TS_FRAME_MARKER.frameId');
  return { tag: 'frameMarker', action: action === SURFACECMD_FRAMEACTION_BEGIN ? 'begin' : 'end', frameId };
}
