import { type FromSoundEncoder, OPUS_SAMPLES_PER_SECOND, type OpusRate, type ToSoundEncoder } from '../../protocol/rdp/sound-encoding.ts';

const CHANNELS = 2;
const SAMPLE_BYTES = 2 * CHANNELS;
const PER_MS = OPUS_SAMPLES_PER_SECOND / 1_000;
/** Of Opus' eleven: half of the time of the highest, and hardly worse. */
const COMPLEXITY = 5;
/** What looks ahead less, for packets by which it shall come soon: 2.5 ms instead of 6.5. */
const SOON_MS = 10;
const ANY: OpusRate = { bitsPerSecond: 64_000, packetMs: 20 };

/** Opus by WebCodecs, for whoever has the other end of this page's port. */
export class SoundEncoding {
  private readonly post: (message: FromSoundEncoder) => void;
  private stream: OpusStream | undefined;

  constructor(post: (message: FromSoundEncoder) => void) {
    this.post = post;
  }

  async told(message: ToSoundEncoder): Promise<void> {
    try {
      if (message.tag === 'soundOpen') await this.open();
      else if (message.tag === 'sound') this.encode(message);
      else this.end();
    } catch (error) {
      this.fail(error);
    }
  }

  private async open(): Promise<void> {
    const { supported } = await AudioEncoder.isConfigSupported(configOf(ANY));
    if (supported !== true) throw new Error('no encoder of Opus');
    this.post({ tag: 'soundReady' });
  }

  private encode({ pcm, recordedAtMs, rate }: Extract<ToSoundEncoder, { tag: 'sound' }>): void {
    if (this.stream?.isOf(rate) !== true) {
      const finished = this.stream?.finish();
      this.stream = new OpusStream(rate, this.post, (error) => this.fail(error), finished);
    }
    this.stream.encode(pcm, recordedAtMs);
  }

  private end(): void {
    this.stream?.drop();
    this.stream = undefined;
  }

  private fail(error: unknown): void {
    this.end();
    this.post({ tag: 'soundFailed', message: error instanceof Error ? error.message : String(error) });
  }
}

/** One encoder of one rate, and when what comes out of it was recorded. */
class OpusStream {
  private readonly rate: OpusRate;
  private readonly encoder: AudioEncoder;
  /** In samples: what has been given, and what has come out. */
  private given = 0;
  private made = 0;
  /** When what has been given ends. */
  private untilMs = 0;
  /** What has come out before its turn. */
  private held: FromSoundEncoder[] | undefined;
  private dropped = false;

  /** @param turn when the stream before has given out what it had */
  constructor(rate: OpusRate, post: (message: FromSoundEncoder) => void, failed: (error: unknown) => void, turn?: Promise<void>) {
    this.rate = rate;
    const { packetMs } = rate;
    if (turn !== undefined) {
      const held: FromSoundEncoder[] = [];
      this.held = held;
      void (async () => {
        await turn;
        this.held = undefined;
        if (!this.dropped) for (const message of held) post(message);
      })();
    }
    this.encoder = new AudioEncoder({
      output: (chunk) => {
        const data = new Uint8Array(chunk.byteLength);
        chunk.copyTo(data);
        // By what has been given and not by the chunk's own time: the recorder's clock and main's never run alike.
        const recordedAtMs = this.untilMs - (this.given - this.made) / PER_MS;
        this.made += packetMs * PER_MS;
        const message = { tag: 'soundPacket', data, recordedAtMs, packetMs } as const;
        if (this.held === undefined) post(message);
        else this.held.push(message);
      },
      error: failed,
    });
    this.encoder.configure(configOf(rate));
  }

  isOf({ bitsPerSecond, packetMs }: OpusRate): boolean {
    return bitsPerSecond === this.rate.bitsPerSecond && packetMs === this.rate.packetMs;
  }

  encode(pcm: Uint8Array, recordedAtMs: number): void {
    const numberOfFrames = Math.floor(pcm.length / SAMPLE_BYTES);
    if (numberOfFrames === 0) return;
    const audio = new AudioData({
      format: 's16',
      sampleRate: OPUS_SAMPLES_PER_SECOND,
      numberOfFrames,
      numberOfChannels: CHANNELS,
      timestamp: Math.round((this.given * 1_000) / PER_MS),
      data: pcm.slice(0, numberOfFrames * SAMPLE_BYTES),
    });
    this.given += numberOfFrames;
    this.untilMs = recordedAtMs + numberOfFrames / PER_MS;
    this.encoder.encode(audio);
    audio.close();
  }

  /** Gives out what it has, and ends. Never rejects. */
  async finish(): Promise<void> {
    try {
      await this.encoder.flush();
    } catch {
      // It has failed and said so.
    }
    this.close();
  }

  /** Nothing comes of it any more. */
  drop(): void {
    this.dropped = true;
    this.close();
  }

  private close(): void {
    if (this.encoder.state !== 'closed') this.encoder.close();
  }
}

/** Not in TypeScript's library yet: https://www.w3.org/TR/webcodecs-opus-codec-registration/ */
interface OpusOptions extends OpusEncoderConfig {
  readonly application: 'audio' | 'lowdelay';
}

function configOf({ bitsPerSecond, packetMs }: OpusRate): AudioEncoderConfig {
  const opus: OpusOptions = {
    frameDuration: packetMs * 1_000,
    complexity: COMPLEXITY,
    application: packetMs <= SOON_MS ? 'lowdelay' : 'audio',
  };
  return {
    codec: 'opus',
    sampleRate: OPUS_SAMPLES_PER_SECOND,
    numberOfChannels: CHANNELS,
    bitrate: bitsPerSecond,
    // What it costs has to be known before.
    bitrateMode: 'constant',
    opus,
  };
}
