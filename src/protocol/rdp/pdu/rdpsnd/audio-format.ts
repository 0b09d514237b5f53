import type { ByteReader } from '../../../bytes/reader.ts';
import type { ByteWriter } from '../../../bytes/writer.ts';

/** wFormatTag: the numbers of RFC 2361, and the one that FreeRDP 3 and xrdp have given Opus, which has none there. */
export const WAVE_FORMAT = { pcm: 0x0001, aac: 0xa106, opus: 0x704f } as const;

/** 2.2.2.1.1 AUDIO_FORMAT: one kind of sound that a side has. */
export interface AudioFormat {
  readonly formatTag: number;
  readonly channels: number;
  /** Samples of each channel in a second. */
  readonly samplesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly blockAlign: number;
  readonly bitsPerSample: number;
  /** What belongs to the format tag. */
  readonly data: Uint8Array;
}

/** Without its `data`. */
export const AUDIO_FORMAT_BYTES = 18;

const NO_DATA = new Uint8Array(0);

/** PCM of 16 bits, little-endian, the channels interleaved. */
export function pcmFormat(samplesPerSecond: number, channels = 2): AudioFormat {
  const blockAlign = channels * 2;
  return {
    formatTag: WAVE_FORMAT.pcm,
    channels,
    samplesPerSecond,
    bytesPerSecond: samplesPerSecond * blockAlign,
    blockAlign,
    bitsPerSample: 16,
    data: NO_DATA,
  };
}

/**
 * Opus, one packet of it (RFC 6716) in a wave, with the rate of what comes out of its decoder. FreeRDP takes `bytesPerSecond` for the bitrate and pads
 * a wave to `blockAlign`, so that is 1: a packet has no length of its own.
 */
export function opusFormat(bitsPerSecond: number): AudioFormat {
  return {
    formatTag: WAVE_FORMAT.opus,
    channels: 2,
    samplesPerSecond: 48_000,
    bytesPerSecond: Math.round(bitsPerSecond / 8),
    blockAlign: 1,
    bitsPerSample: 16,
    data: NO_DATA,
  };
}

/** The same kind of sound. What a client repeats of a server's list it may fill in a little otherwise; these fields say how it is read. */
export function isSameFormat(one: AudioFormat, other: AudioFormat): boolean {
  return (
    one.formatTag === other.formatTag &&
    one.channels === other.channels &&
    one.samplesPerSecond === other.samplesPerSecond &&
    one.bitsPerSample === other.bitsPerSample
  );
}

export function writeAudioFormat(writer: ByteWriter, format: AudioFormat): void {
  writer
    .u16le(format.formatTag, 'AUDIO_FORMAT.wFormatTag')
    .u16le(format.channels, 'AUDIO_FORMAT.nChannels')
    .u32le(format.samplesPerSecond, 'AUDIO_FORMAT.nSamplesPerSec')
    .u32le(format.bytesPerSecond, 'AUDIO_FORMAT.nAvgBytesPerSec')
    .u16le(format.blockAlign, 'AUDIO_FORMAT.nBlockAlign')
    .u16le(format.bitsPerSample, 'AUDIO_FORMAT.wBitsPerSample')
    .u16le(format.data.length, 'AUDIO_FORMAT.cbSize')
    .bytes(format.data);
}

export function readAudioFormat(reader: ByteReader): AudioFormat {
  const formatTag = reader.u16le('AUDIO_FORMAT.wFormatTag');
  const channels = reader.u16le('AUDIO_FORMAT.nChannels');
  const samplesPerSecond = reader.u32le('AUDIO_FORMAT.nSamplesPerSec');
  const bytesPerSecond = reader.u32le('AUDIO_FORMAT.nAvgBytesPerSec');
  const blockAlign = reader.u16le('AUDIO_FORMAT.nBlockAlign');
  const bitsPerSample = reader.u16le('AUDIO_FORMAT.wBitsPerSample');
  const data = reader.view8(reader.u16le('AUDIO_FORMAT.cbSize'), 'AUDIO_FORMAT.data').slice();
  return { formatTag, channels, samplesPerSecond, bytesPerSecond, blockAlign, bitsPerSample, data };
}
