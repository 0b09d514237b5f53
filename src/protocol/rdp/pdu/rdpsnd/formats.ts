import { ProtocolError } from '../../../bytes/errors.ts';
import type { ByteReader } from '../../../bytes/reader.ts';
import { ByteWriter } from '../../../bytes/writer.ts';
import { AUDIO_FORMAT_BYTES, type AudioFormat, readAudioFormat, writeAudioFormat } from './audio-format.ts';
import { encodeSoundPdu, SND_MSG } from './header.ts';

/** wVersion from which on a side sends and takes the Quality Mode PDU, and the one from which on a client takes Wave2. */
export const SND_VERSION = { qualityMode: 6, wave2: 8 } as const;

/** 2.2.2.2 dwFlags: without `alive` a client wants no sound. */
export const SND_CAPS = { alive: 0x1, volume: 0x2, pitch: 0x4 } as const;

/** Windows lists about thirty. */
const MAX_FORMATS = 256;
/** dwFlags, dwVolume, dwPitch, wDGramPort, wNumberOfFormats, cLastBlockConfirmed, wVersion, bPad. */
const FIXED_BYTES = 20;

/** 2.2.2.1 Server Audio Formats and Version PDU. */
export interface ServerFormats {
  readonly version: number;
  /** cBlockNo of the first wave is one more. */
  readonly lastBlockConfirmed: number;
  readonly formats: readonly AudioFormat[];
}

/** 2.2.2.2 Client Audio Formats and Version PDU. A wave names its format by its place in this list. */
export interface ClientFormats {
  readonly version: number;
  readonly flags: number;
  /** Left in the low word, right in the high one; of interest with `volume` among the flags. */
  readonly volume: number;
  readonly formats: readonly AudioFormat[];
}

export function encodeServerFormats({ version, lastBlockConfirmed, formats }: ServerFormats): Uint8Array {
  return encode({ flags: 0, volume: 0, lastBlockConfirmed, version, formats });
}

export function decodeServerFormats(body: ByteReader): ServerFormats {
  const { version, lastBlockConfirmed, formats } = decode(body);
  return { version, lastBlockConfirmed, formats };
}

export function encodeClientFormats({ version, flags, volume, formats }: ClientFormats): Uint8Array {
  return encode({ flags, volume, lastBlockConfirmed: 0, version, formats });
}

export function decodeClientFormats(body: ByteReader): ClientFormats {
  const { version, flags, volume, formats } = decode(body);
  return { version, flags, volume, formats };
}

type Fields = ServerFormats & ClientFormats;

function encode({ flags, volume, lastBlockConfirmed, version, formats }: Fields): Uint8Array {
  const body = new ByteWriter(FIXED_BYTES + formats.length * AUDIO_FORMAT_BYTES)
    .u32le(flags, 'dwFlags')
    .u32le(volume, 'dwVolume')
    .u32le(0, 'dwPitch')
    .u16be(0, 'wDGramPort')
    .u16le(formats.length, 'wNumberOfFormats')
    .u8(lastBlockConfirmed, 'cLastBlockConfirmed')
    .u16le(version, 'wVersion')
    .u8(0, 'bPad');
  for (const format of formats) writeAudioFormat(body, format);
  return encodeSoundPdu(SND_MSG.formats, body.finish());
}

function decode(body: ByteReader): Fields {
  const flags = body.u32le('AUDIO_VERSION_AND_FORMATS.dwFlags');
  const volume = body.u32le('AUDIO_VERSION_AND_FORMATS.dwVolume');
  body.skip(6, 'AUDIO_VERSION_AND_FORMATS.dwPitch, wDGramPort');
  const count = body.u16le('AUDIO_VERSION_AND_FORMATS.wNumberOfFormats');
  const lastBlockConfirmed = body.u8('AUDIO_VERSION_AND_FORMATS.cLastBlockConfirmed');
  const version = body.u16le('AUDIO_VERSION_AND_FORMATS.wVersion');
  body.skip(1, 'AUDIO_VERSION_AND_FORMATS.bPad');
  if (count > MAX_FORMATS) throw new ProtocolError('TOO_LARGE', 'AUDIO_VERSION_AND_FORMATS.wNumberOfFormats', `<= ${MAX_FORMATS}`, count);
  return { flags, volume, lastBlockConfirmed, version, formats: Array.from({ length: count }, () => readAudioFormat(body)) };
}
