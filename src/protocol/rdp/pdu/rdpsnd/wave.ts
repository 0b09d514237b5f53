import { ProtocolError } from '../../../bytes/errors.ts';
import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import { encodeSoundPdu, MAX_SND_BODY_BYTES, SND_MSG } from './header.ts';

/** Sound from the server. */
export interface Wave {
  /** Milliseconds, of which 16 bits travel: when this was sent, by the server's clock. */
  readonly timestamp: number;
  /** Its place in the client's list of formats. */
  readonly formatNo: number;
  /** Confirmed by the client when it has been taken. */
  readonly blockNo: number;
  readonly data: Uint8Array;
}

/** 2.2.3.3 WaveInfo PDU. The message that follows it on the channel is the Wave PDU with the rest of the sound. */
export interface WaveInfo extends Omit<Wave, 'data'> {
  /** The first four bytes. */
  readonly first: Uint8Array;
  /** Of all the sound. */
  readonly byteLength: number;
}

/** wTimeStamp, wFormatNo, cBlockNo, bPad. */
const FIXED_BYTES = 8;
/** So much of the sound is in the WaveInfo PDU, and as many zeros stand in its place in the Wave PDU. */
const FIRST_BYTES = 4;

/** 2.2.3.3 and 2.2.3.4: two messages, which nothing may come between. Throws OUT_OF_RANGE for fewer than four bytes, and for what one pair cannot hold. */
export function encodeWave({ timestamp, formatNo, blockNo, data }: Wave): [info: Uint8Array, wave: Uint8Array] {
  if (data.length < FIRST_BYTES) throw new ProtocolError('OUT_OF_RANGE', 'WaveInfo.data', `>= ${FIRST_BYTES} bytes`, data.length);
  const info = new ByteWriter(FIXED_BYTES + FIRST_BYTES)
    .u16le(timestamp, 'wTimeStamp')
    .u16le(formatNo, 'wFormatNo')
    .u8(blockNo, 'cBlockNo')
    .zeros(3)
    .bytes(data.subarray(0, FIRST_BYTES));
  const wave = new ByteWriter(data.length).zeros(FIRST_BYTES).bytes(data.subarray(FIRST_BYTES));
  return [encodeSoundPdu(SND_MSG.wave, info.finish(), FIXED_BYTES + data.length), wave.finish()];
}

/** @throws ProtocolError OUT_OF_RANGE for a BodySize that has no room for what the PDU says itself */
export function decodeWaveInfo(bodySize: number, body: ByteReader): WaveInfo {
  const byteLength = bodySize - FIXED_BYTES;
  if (byteLength < FIRST_BYTES)
    throw new ProtocolError('OUT_OF_RANGE', 'WaveInfo.BodySize', `${FIXED_BYTES + FIRST_BYTES}..${MAX_SND_BODY_BYTES}`, bodySize);
  const timestamp = body.u16le('WaveInfo.wTimeStamp');
  const formatNo = body.u16le('WaveInfo.wFormatNo');
  const blockNo = body.u8('WaveInfo.cBlockNo');
  body.skip(3, 'WaveInfo.bPad');
  return { timestamp, formatNo, blockNo, first: body.view8(FIRST_BYTES, 'WaveInfo.data').slice(), byteLength };
}

/** The sound of a WaveInfo PDU and the message that followed it. Throws TRUNCATED where that is too short; what it has beyond is passed over. */
export function joinWave({ first, byteLength, ...wave }: WaveInfo, message: Uint8Array): Wave {
  if (message.length < byteLength) throw new ProtocolError('TRUNCATED', 'Wave.data', `${byteLength} bytes`, message.length);
  const data = message.slice(0, byteLength);
  data.set(first);
  return { ...wave, data };
}

/** 2.2.3.10 Wave2 PDU: all in one message. `audioTimestamp`: when the server got the sound, in milliseconds by its clock, of which 32 bits travel. */
export interface Wave2 extends Wave {
  readonly audioTimestamp: number;
}

export function encodeWave2({ timestamp, formatNo, blockNo, audioTimestamp, data }: Wave2): Uint8Array {
  const body = new ByteWriter(FIXED_BYTES + 4 + data.length)
    .u16le(timestamp, 'wTimeStamp')
    .u16le(formatNo, 'wFormatNo')
    .u8(blockNo, 'cBlockNo')
    .zeros(3)
    .u32le(audioTimestamp, 'dwAudioTimeStamp')
    .bytes(data);
  return encodeSoundPdu(SND_MSG.wave2, body.finish());
}

export function decodeWave2(body: ByteReader): Wave2 {
  const timestamp = body.u16le('SNDWAVE2.wTimeStamp');
  const formatNo = body.u16le('SNDWAVE2.wFormatNo');
  const blockNo = body.u8('SNDWAVE2.cBlockNo');
  body.skip(3, 'SNDWAVE2.bPad');
  const audioTimestamp = body.u32le('SNDWAVE2.dwAudioTimeStamp');
  return { timestamp, formatNo, blockNo, audioTimestamp, data: body.rest() };
}

/** 2.2.3.8 Wave Confirm PDU. `timestamp`: that of the wave and the milliseconds since it came. */
export interface WaveConfirm {
  readonly timestamp: number;
  readonly blockNo: number;
}

export function encodeWaveConfirm({ timestamp, blockNo }: WaveConfirm): Uint8Array {
  return encodeSoundPdu(
    SND_MSG.waveConfirm,
    new ByteWriter(4).u16le(timestamp, 'wTimeStamp').u8(blockNo, 'cConfirmedBlockNo').u8(0).finish(),
  );
}

export function decodeWaveConfirm(body: ByteReader): WaveConfirm {
  return { timestamp: body.u16le('SNDWAV_CONFIRM.wTimeStamp'), blockNo: body.u8('SNDWAV_CONFIRM.cConfirmedBlockNo') };
}
