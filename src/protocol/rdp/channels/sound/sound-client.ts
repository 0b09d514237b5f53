import { ProtocolError } from '../../../bytes/errors.ts';
import type { AudioFormat } from '../../pdu/rdpsnd/audio-format.ts';
import { encodeClientFormats, type ServerFormats, SND_CAPS, SND_VERSION } from '../../pdu/rdpsnd/formats.ts';
import { decodeSoundServerPdu, type SoundServerPdu } from '../../pdu/rdpsnd/pdu.ts';
import { encodeQualityMode, QUALITY_MODE } from '../../pdu/rdpsnd/quality-mode.ts';
import { encodeTraining } from '../../pdu/rdpsnd/training.ts';
import { encodeWaveConfirm, joinWave, type Wave, type WaveInfo } from '../../pdu/rdpsnd/wave.ts';
import type { Channel, ChannelOptions, ChannelOutput } from '../contract.ts';
import { SOUND_CHANNEL, SOUND_OPTIONS } from './sound-channel.ts';

/** A block of the server's sound as it came. */
export interface ReceivedSound {
  readonly format: AudioFormat;
  readonly data: Uint8Array;
  /** In milliseconds by the server's clock: when it was recorded (32 bits of it), or sent (16 bits, an older server). */
  readonly atMs: number;
}

export interface SoundClientTold {
  heard(sound: ReceivedSound): void;
  /** Sound pauses, or is over on this connection. */
  paused(): void;
}

const FULL_VOLUME = 0xffff_ffff;

/** The client's end of the sound channel ([MS-RDPEA] 3.2): what comes on it is passed on undecoded, and confirmed as it comes. */
export class SoundClient implements Channel {
  readonly name = SOUND_CHANNEL;
  readonly options: ChannelOptions = SOUND_OPTIONS;
  private readonly takes: (format: AudioFormat) => boolean;
  private readonly told: SoundClientTold;
  private formats: readonly AudioFormat[] = [];
  /** Its Wave PDU is the next message. */
  private begun: WaveInfo | undefined;

  /** @param takes whether sound of this format can be played here */
  constructor(takes: (format: AudioFormat) => boolean, told: SoundClientTold) {
    this.takes = takes;
    this.told = told;
  }

  start(): readonly ChannelOutput[] {
    return [];
  }

  receive(message: Uint8Array): readonly ChannelOutput[] {
    const { begun } = this;
    if (begun !== undefined) {
      this.begun = undefined;
      return this.play(joinWave(begun, message), begun.timestamp);
    }
    return this.answer(decodeSoundServerPdu(message));
  }

  close(): void {
    this.begun = undefined;
    this.told.paused();
  }

  private answer(pdu: SoundServerPdu): ChannelOutput[] {
    switch (pdu.tag) {
      case 'formats':
        return this.choose(pdu);
      case 'training':
        return [sent(encodeTraining(pdu))];
      case 'waveInfo':
        this.formatOf(pdu.formatNo);
        this.begun = pdu;
        return [];
      case 'wave2':
        return this.play(pdu, pdu.audioTimestamp);
      case 'close':
        this.told.paused();
        return [];
      default:
        return [];
    }
  }

  private choose({ version, formats }: ServerFormats): ChannelOutput[] {
    this.formats = formats.filter((format) => this.takes(format));
    const flags = this.formats.length === 0 ? 0 : SND_CAPS.alive;
    const answer = encodeClientFormats({ version: SND_VERSION.wave2, flags, volume: FULL_VOLUME, formats: this.formats });
    return version < SND_VERSION.qualityMode ? [sent(answer)] : [sent(answer), sent(encodeQualityMode(QUALITY_MODE.high))];
  }

  private play({ timestamp, formatNo, blockNo, data }: Wave, atMs: number): ChannelOutput[] {
    this.told.heard({ format: this.formatOf(formatNo), data, atMs });
    return [sent(encodeWaveConfirm({ timestamp, blockNo }))];
  }

  private formatOf(formatNo: number): AudioFormat {
    const format = this.formats[formatNo];
    if (format === undefined) throw new ProtocolError('OUT_OF_RANGE', 'wFormatNo', `< ${this.formats.length}`, formatNo);
    return format;
  }
}

function sent(message: Uint8Array): ChannelOutput {
  return { tag: 'send', message };
}
