import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSETTYPE_SURFACE_COMMANDS = 28;

/** `cmdFlags`. */
export const SURFACE_COMMAND_FLAG = { setSurfaceBits: 0x02, frameMarker: 0x10, streamSurfaceBits: 0x40 } as const;

/** [MS-RDPBCGR] 2.2.7.2.9 Surface Commands Capability Set. */
export interface SurfaceCommandsCapability {
  readonly tag: 'surfaceCommands';
  readonly cmdFlags: number;
}

export function encodeSurfaceCommandsCapability(set: SurfaceCommandsCapability): Uint8Array {
  return new ByteWriter(8).u32le(set.cmdFlags).u32le(0).finish();
}

export function decodeSurfaceCommandsCapability(reader: ByteReader): SurfaceCommandsCapability {
  return { tag: 'surfaceCommands', cmdFlags: reader.u32le('TS_SURFCMDS_CAPABILITYSET.cmdFlags') };
}
