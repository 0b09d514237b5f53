import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import { encodeSoundPdu, SND_MSG } from './header.ts';

/** 2.2.2.3 wQualityMode: what a client would like the server to choose a format by. */
export const QUALITY_MODE = { dynamic: 0, medium: 1, high: 2 } as const;

/** 2.2.2.3 Quality Mode PDU. */
export function encodeQualityMode(mode: number): Uint8Array {
  return encodeSoundPdu(SND_MSG.qualityMode, new ByteWriter(4).u16le(mode, 'wQualityMode').u16le(0).finish());
}

export function decodeQualityMode(body: ByteReader): number {
  return body.u16le('AUDIO_QUALITY_MODE.wQualityMode');
}
