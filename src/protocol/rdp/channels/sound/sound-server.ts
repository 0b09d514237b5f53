import { ProtocolError } from '../../../bytes/errors.ts';
import { type AudioFormat, isSameFormat } from '../../pdu/rdpsnd/audio-format.ts';
import { encodeServerFormats, SND_CAPS, SND_VERSION, type ClientFormats } from '../../pdu/rdpsnd/formats.ts';
import { decodeSoundClientPdu, encodeSoundClose } from '../../pdu/rdpsnd/pdu.ts';
import { encodeWave, encodeWave2, type WaveConfirm } from '../../pdu/rdpsnd/wave.ts';
import type { Channel, ChannelOptions, ChannelOutput, ChannelPort } from '../contract.ts';
import { SOUND_CHANNEL, SOUND_OPTIONS } from './sound-channel.ts';

/** cBlockNo of the wave before the first. */
const LAST_BLOCK = 0;
/** So many are remembered; a client that confirms nothing is not waited for. */
const MAX_UNCONFIRMED = 255;
/** A block that has not been confirmed by then will not be: whoever sends nothing while it waits for it would wait for good. */
const GIVEN_UP_MS = 3_000;
/** Clients say what they take once for each Server Audio Formats PDU; each time may end what records, and begin it anew. */
const MAX_AGREED = 16;

/** One block of sound. Times in milliseconds by one clock of any beginning. */
export interface SoundBlock {
  /** One of {@link SoundServer.formats}. */
  readonly format: AudioFormat;
  /** At least 4 bytes, at most what fits into one PDU. */
  readonly data: Uint8Array;
  /** When it was recorded, and when it is sent. */
  readonly recordedAtMs: number;
  readonly sentAtMs: number;
}

/**
 * The server's end of the sound channel ([MS-RDPEA] 3.3): says what there could be, and sends a block when it is given one. The Training PDU, which
 * measures a line before anything is played, is left out: the line is known by what else travels on it.
 */
export class SoundServer implements Channel {
  readonly name = SOUND_CHANNEL;
  readonly options: ChannelOptions = SOUND_OPTIONS;
  private readonly offered: readonly AudioFormat[];
  private changed: () => void = () => undefined;
  private port: ChannelPort | undefined;
  private client: ClientFormats | undefined;
  private lastBlock = LAST_BLOCK;
  private unconfirmed: { readonly blockNo: number; readonly sentAtMs: number }[] = [];
  private confirms = false;
  private agreed = 0;

  /** @param offered what can be sent, the best first */
  constructor(offered: readonly AudioFormat[]) {
    this.offered = offered;
  }

  /** `changed`: the client has said what it takes, or the channel has ended. */
  onChange(changed: () => void): void {
    this.changed = changed;
  }

  /** What the client takes of what was offered, the best first; undefined before it has said so and where it has no such channel. */
  get formats(): readonly AudioFormat[] | undefined {
    const { client } = this;
    if (client === undefined) return undefined;
    if ((client.flags & SND_CAPS.alive) === 0) return [];
    return this.offered.filter((format) => client.formats.some((taken) => isSameFormat(taken, format)));
  }

  /** For how long the oldest block that the client has not confirmed has been on its way; 0 for a client that never confirms. */
  waitingMs(nowMs: number): number {
    const [oldest] = this.unconfirmed;
    if (oldest !== undefined && nowMs - oldest.sentAtMs > GIVEN_UP_MS) {
      this.unconfirmed = [];
      return 0;
    }
    return oldest === undefined || !this.confirms ? 0 : Math.max(0, nowMs - oldest.sentAtMs);
  }

  /**
   * Resolves when the socket has taken it.
   * @throws ProtocolError ILLEGAL_TRANSITION for a format that the client does not take, and while there is no client
   */
  send({ format, data, recordedAtMs, sentAtMs }: SoundBlock): Promise<void> {
    const { client, port } = this;
    const formatNo = client?.formats.findIndex((taken) => isSameFormat(taken, format)) ?? -1;
    if (client === undefined || port === undefined || formatNo < 0)
      throw new ProtocolError('ILLEGAL_TRANSITION', 'SoundServer.send', 'a format that the client takes', format.formatTag);
    const blockNo = (this.lastBlock + 1) & 0xff;
    this.lastBlock = blockNo;
    this.unconfirmed.push({ blockNo, sentAtMs });
    if (this.unconfirmed.length > MAX_UNCONFIRMED) this.unconfirmed.shift();
    const wave = { timestamp: Math.floor(sentAtMs) & 0xffff, formatNo, blockNo, data };
    return port.send(
      client.version >= SND_VERSION.wave2
        ? [encodeWave2({ ...wave, audioTimestamp: Math.floor(recordedAtMs) % 0x1_0000_0000 })]
        : encodeWave(wave),
    );
  }

  /** Sound pauses. */
  pause(): void {
    this.unconfirmed = [];
    if (this.client !== undefined) void this.port?.send([encodeSoundClose()]);
  }

  start(port: ChannelPort): readonly ChannelOutput[] {
    this.port = port;
    const message = encodeServerFormats({ version: SND_VERSION.wave2, lastBlockConfirmed: LAST_BLOCK, formats: this.offered });
    return [{ tag: 'send', message }];
  }

  receive(message: Uint8Array): readonly ChannelOutput[] {
    const pdu = decodeSoundClientPdu(message);
    switch (pdu.tag) {
      case 'formats':
        this.agreed += 1;
        if (this.agreed > MAX_AGREED)
          throw new ProtocolError('TOO_LARGE', 'CLIENT_AUDIO_VERSION_AND_FORMATS', `<= ${MAX_AGREED} of them`, this.agreed);
        this.client = pdu;
        this.changed();
        return [];
      case 'waveConfirm':
        this.confirmed(pdu);
        return [];
      default:
        return [];
    }
  }

  close(): void {
    this.port = undefined;
    this.client = undefined;
    this.unconfirmed = [];
    this.changed();
  }

  private confirmed({ blockNo }: WaveConfirm): void {
    const at = this.unconfirmed.findIndex((block) => block.blockNo === blockNo);
    if (at < 0) return;
    this.confirms = true;
    this.unconfirmed.splice(0, at + 1);
  }
}
