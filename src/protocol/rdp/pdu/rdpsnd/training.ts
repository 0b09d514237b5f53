import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import { encodeSoundPdu, SND_MSG } from './header.ts';

/** 2.2.3.1 Training PDU without what fills it, which says nothing, and 2.2.3.2 Training Confirm PDU: both have the same two fields. */
export interface Training {
  readonly timestamp: number;
  readonly packSize: number;
}

export function encodeTraining({ timestamp, packSize }: Training): Uint8Array {
  return encodeSoundPdu(SND_MSG.training, new ByteWriter(4).u16le(timestamp, 'wTimeStamp').u16le(packSize, 'wPackSize').finish());
}

export function decodeTraining(body: ByteReader): Training {
  return { timestamp: body.u16le('SNDTRAINING.wTimeStamp'), packSize: body.u16le('SNDTRAINING.wPackSize') };
}
