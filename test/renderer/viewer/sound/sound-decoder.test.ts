import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SoundBlock } from '../../../../src/renderer/viewer/sound/jitter-buffer.ts';
import { OpusDecoder, PcmDecoder } from '../../../../src/renderer/viewer/sound/sound-decoder.ts';

afterEach(() => vi.unstubAllGlobals());

const sound = (data: Uint8Array, more: object = {}) => ({
  codec: 'pcm' as const,
  samplesPerSecond: 48_000,
  channels: 2,
  data,
  atMs: 7,
  ...more,
});

describe('PCM', () => {
  it('is taken apart into its channels, from wherever it lies in memory; half a sample is passed over', () => {
    const blocks: SoundBlock[] = [];
    const decoder = new PcmDecoder((block) => blocks.push(block));
    const bytes = Uint8Array.of(9, 0x00, 0x40, 0x00, 0x80, 0xff, 0x7f, 0x00, 0x00, 1, 2);
    decoder.decode(sound(bytes.subarray(1)));
    expect(blocks).toEqual([{ channels: [Float32Array.of(0.5, 32_767 / 32_768), Float32Array.of(-1, 0)], atMs: 7 }]);
    decoder.decode(sound(Uint8Array.of(0x00, 0xc0), { channels: 1 }));
    expect(blocks[1]?.channels).toEqual([Float32Array.of(-0.5)]);
  });
});

describe('Opus', () => {
  class FakeDecoder {
    static readonly made: FakeDecoder[] = [];
    state = 'configured';
    decodeQueueSize = 0;
    readonly asked: { readonly timestamp: number }[] = [];
    readonly told: { readonly output: (audio: object) => void; readonly error: (why: unknown) => void };

    constructor(told: FakeDecoder['told']) {
      this.told = told;
      FakeDecoder.made.push(this);
    }
    configure(): void {}
    decode(chunk: { readonly timestamp: number }): void {
      this.asked.push(chunk);
    }
    close(): void {
      this.state = 'closed';
    }
  }

  function opus() {
    FakeDecoder.made.length = 0;
    vi.stubGlobal('AudioDecoder', FakeDecoder);
    vi.stubGlobal(
      'EncodedAudioChunk',
      class {
        readonly timestamp: number;
        constructor({ timestamp }: { readonly timestamp: number }) {
          this.timestamp = timestamp;
        }
      },
    );
    const blocks: SoundBlock[] = [];
    const decoder = new OpusDecoder({ samplesPerSecond: 48_000, channels: 2 }, (block) => blocks.push(block));
    const audio = (timestamp: number) => ({
      timestamp,
      numberOfChannels: 2,
      numberOfFrames: 3,
      copyTo: (samples: Float32Array, { planeIndex }: { readonly planeIndex: number }) => samples.fill(planeIndex),
      close: () => undefined,
    });
    return { decoder, blocks, audio, packet: (atMs = 7) => decoder.decode(sound(Uint8Array.of(1), { codec: 'opus', atMs })) };
  }

  it('is decoded by the browser and keeps its time', () => {
    const { blocks, audio, packet } = opus();
    packet(4_000_000_000);
    const [made] = FakeDecoder.made;
    made?.told.output(audio(made.asked[0]?.timestamp ?? 0));
    expect(blocks).toEqual([{ channels: [Float32Array.of(0, 0, 0), Float32Array.of(1, 1, 1)], atMs: 4_000_000_000 }]);
  });

  it('goes on with another decoder after a packet that is none, and hears the first one no more', () => {
    const { blocks, audio, packet, decoder } = opus();
    packet();
    FakeDecoder.made[0]?.told.error(new Error('no packet'));
    packet();
    FakeDecoder.made[0]?.told.output(audio(0));
    expect(FakeDecoder.made).toHaveLength(2);
    expect(blocks).toEqual([]);
    decoder.close();
    FakeDecoder.made[1]?.told.output(audio(0));
    expect([blocks.length, FakeDecoder.made[1]?.state]).toEqual([0, 'closed']);
  });

  it('waits for no decoder that hangs', () => {
    const { packet } = opus();
    packet();
    const [made] = FakeDecoder.made;
    if (made !== undefined) made.decodeQueueSize = 25;
    packet();
    expect(made?.asked).toHaveLength(1);
  });
});
