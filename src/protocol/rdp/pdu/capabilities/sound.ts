import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

export const CAPSTYPE_SOUND = 12;

/** [MS-RDPBCGR] 2.2.7.1.11 Sound Capability Set. SOUND_BEEPS_FLAG is 1. */
export interface SoundCapability {
  readonly tag: 'sound';
  readonly soundFlags: number;
}

export function encodeSound(set: SoundCapability): Uint8Array {
  return new ByteWriter(4).u16le(set.soundFlags).u16le(0).finish();
}

export function decodeSound(reader: ByteReader): SoundCapability {
  return { tag: 'sound', soundFlags: reader.u16le('TS_SOUND_CAPABILITYSET.soundFlags') };
}
