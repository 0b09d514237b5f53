import { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';

/** msgType of each PDU of [MS-RDPEA] 2.2 that travels on a virtual channel. Those of the UDP way and its keys are not used by anybody any more. */
export const SND_MSG = {
  close: 0x01,
  wave: 0x02,
  setVolume: 0x03,
  setPitch: 0x04,
  waveConfirm: 0x05,
  training: 0x06,
  formats: 0x07,
  qualityMode: 0x0c,
  wave2: 0x0d,
} as const;

/** msgType, bPad, BodySize. */
const SND_HEADER_BYTES = 4;
/** BodySize is a u16le. */
export const MAX_SND_BODY_BYTES = 0xffff;

/** 2.2.1 SNDPROLOG around a body. `bodySize`: where it says something else than the length of the body (WaveInfo). */
export function encodeSoundPdu(msgType: number, body: Uint8Array, bodySize = body.length): Uint8Array {
  return new ByteWriter(SND_HEADER_BYTES + body.length).u8(msgType).u8(0).u16le(bodySize, 'SNDPROLOG.BodySize').bytes(body).finish();
}

/**
 * The header of a message, and a reader over what follows it. BodySize is checked by whoever knows what it counts: in a WaveInfo it reaches beyond
 * the message. What a message has behind its body is passed over.
 */
export function decodeSoundHeader(message: Uint8Array): { readonly msgType: number; readonly bodySize: number; readonly rest: ByteReader } {
  const reader = new ByteReader(message);
  const msgType = reader.u8('SNDPROLOG.msgType');
  reader.skip(1, 'SNDPROLOG.bPad');
  const bodySize = reader.u16le('SNDPROLOG.BodySize');
  return { msgType, bodySize, rest: reader };
}
