import type { ViewerSound } from '../../../protocol/rdp/viewer-sound.ts';
import type { SoundBlock } from './jitter-buffer.ts';

/** More that is not decoded yet would be played too late. */
const MOST_UNDECODED = 25;
const FULL_SCALE = 32_768;

/** Makes samples out of what has come, in order. */
export interface SoundDecoder {
  decode(sound: ViewerSound): void;
  /** Idempotent; nothing is given out afterwards. */
  close(): void;
}

/** 16 bits, little-endian, the channels interleaved; what is left of a sample at the end is passed over. */
export class PcmDecoder implements SoundDecoder {
  private readonly decoded: (block: SoundBlock) => void;

  constructor(decoded: (block: SoundBlock) => void) {
    this.decoded = decoded;
  }

  decode({ data, channels: count, atMs }: ViewerSound): void {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const length = Math.floor(data.length / (2 * count));
    const channels = Array.from({ length: count }, (_, channel) =>
      Float32Array.from({ length }, (__, at) => view.getInt16(2 * (at * count + channel), true) / FULL_SCALE),
    );
    this.decoded({ channels, atMs });
  }

  close(): void {
    // It holds nothing.
  }
}

/** Opus packets (RFC 6716) by the browser's decoder. A packet that it does not take is left out, and a new decoder goes on with the next. */
export class OpusDecoder implements SoundDecoder {
  private readonly config: AudioDecoderConfig;
  private readonly decoded: (block: SoundBlock) => void;
  private decoder: AudioDecoder | undefined;

  constructor({ samplesPerSecond, channels }: Pick<ViewerSound, 'samplesPerSecond' | 'channels'>, decoded: (block: SoundBlock) => void) {
    this.config = { codec: 'opus', sampleRate: samplesPerSecond, numberOfChannels: channels };
    this.decoded = decoded;
  }

  decode({ data, atMs }: ViewerSound): void {
    this.decoder ??= this.open();
    if (this.decoder.decodeQueueSize >= MOST_UNDECODED) return;
    this.decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: atMs * 1_000, data }));
  }

  close(): void {
    const { decoder } = this;
    this.decoder = undefined;
    if (decoder !== undefined && decoder.state !== 'closed') decoder.close();
  }

  private open(): AudioDecoder {
    const decoder = new AudioDecoder({
      output: (audio) => {
        const block = blockOf(audio);
        audio.close();
        if (this.decoder === decoder) this.decoded(block);
      },
      error: () => {
        if (this.decoder === decoder) this.decoder = undefined;
      },
    });
    decoder.configure(this.config);
    return decoder;
  }
}

function blockOf(audio: AudioData): SoundBlock {
  const channels = Array.from({ length: audio.numberOfChannels }, (_, planeIndex) => {
    const samples = new Float32Array(audio.numberOfFrames);
    audio.copyTo(samples, { planeIndex, format: 'f32-planar' });
    return samples;
  });
  return { channels, atMs: audio.timestamp / 1_000 };
}
