import type { ByteReader } from '../../../bytes/reader.ts';
import { type ClientFormats, decodeClientFormats, decodeServerFormats, type ServerFormats } from './formats.ts';
import { decodeSoundHeader, encodeSoundPdu, SND_MSG } from './header.ts';
import { decodeQualityMode } from './quality-mode.ts';
import { decodeTraining, type Training } from './training.ts';
import { decodeWave2, decodeWaveConfirm, decodeWaveInfo, type Wave2, type WaveConfirm, type WaveInfo } from './wave.ts';

/** What a server says on the sound channel ([MS-RDPEA] 2.2). `other`: what is not known here, or what a client need not do (volume, pitch). */
export type SoundServerPdu =
  | ({ readonly tag: 'formats' } & ServerFormats)
  | ({ readonly tag: 'training' } & Training)
  | ({ readonly tag: 'waveInfo' } & WaveInfo)
  | ({ readonly tag: 'wave2' } & Wave2)
  | { readonly tag: 'close' }
  | { readonly tag: 'other'; readonly msgType: number };

/** What a client says there. */
export type SoundClientPdu =
  | ({ readonly tag: 'formats' } & ClientFormats)
  | ({ readonly tag: 'training' } & Training)
  | ({ readonly tag: 'waveConfirm' } & WaveConfirm)
  | { readonly tag: 'qualityMode'; readonly mode: number }
  | { readonly tag: 'other'; readonly msgType: number };

/** 2.2.3.9 Close PDU: nothing is played until more comes. */
export function encodeSoundClose(): Uint8Array {
  return encodeSoundPdu(SND_MSG.close, new Uint8Array(0));
}

/** One message of a server, but for a Wave PDU, which has no header and is known by the WaveInfo PDU before it. */
export function decodeSoundServerPdu(message: Uint8Array): SoundServerPdu {
  const { msgType, bodySize, rest } = decodeSoundHeader(message);
  if (msgType === SND_MSG.wave) return { tag: 'waveInfo', ...decodeWaveInfo(bodySize, rest) };
  const body = bodyOf(rest, bodySize);
  switch (msgType) {
    case SND_MSG.formats:
      return { tag: 'formats', ...decodeServerFormats(body) };
    case SND_MSG.training:
      return { tag: 'training', ...decodeTraining(body) };
    case SND_MSG.wave2:
      return { tag: 'wave2', ...decodeWave2(body) };
    case SND_MSG.close:
      return { tag: 'close' };
    default:
      return { tag: 'other', msgType };
  }
}

export function decodeSoundClientPdu(message: Uint8Array): SoundClientPdu {
  const { msgType, bodySize, rest } = decodeSoundHeader(message);
  const body = bodyOf(rest, bodySize);
  switch (msgType) {
    case SND_MSG.formats:
      return { tag: 'formats', ...decodeClientFormats(body) };
    case SND_MSG.training:
      return { tag: 'training', ...decodeTraining(body) };
    case SND_MSG.waveConfirm:
      return { tag: 'waveConfirm', ...decodeWaveConfirm(body) };
    case SND_MSG.qualityMode:
      return { tag: 'qualityMode', mode: decodeQualityMode(body) };
    default:
      return { tag: 'other', msgType };
  }
}

function bodyOf(rest: ByteReader, bodySize: number): ByteReader {
  return rest.sub(bodySize, 'SNDPROLOG.BodySize');
}
