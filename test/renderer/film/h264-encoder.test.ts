import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { H264Encoder } from '../../../src/renderer/film/h264-encoder.ts';

const OPTIONS = { width: 640, height: 368, bitsPerSecond: 1_000_000, framesPerSecond: 30 } as const;

interface MadeOf {
  readonly transfer: readonly ArrayBuffer[];
}

/** What VideoFrames were made of; the encoder answers each at once, and hardware is there where a test says so. */
const made: MadeOf[] = [];
let hardware = false;

class Encoder {
  static isConfigSupported({ hardwareAcceleration }: VideoEncoderConfig): Promise<{ readonly supported: boolean }> {
    return Promise.resolve({ supported: hardware || hardwareAcceleration !== 'prefer-hardware' });
  }
  readonly state = 'configured';
  private readonly output: VideoEncoderInit['output'];
  constructor({ output }: VideoEncoderInit) {
    this.output = output;
  }
  configure(): void {}
  encode(_: VideoFrame, { keyFrame = false }: VideoEncoderEncodeOptions): void {
    const chunk = { byteLength: 1, copyTo: () => undefined, type: keyFrame ? 'key' : 'delta' } as unknown as EncodedVideoChunk;
    queueMicrotask(() => this.output(chunk));
  }
  close(): void {}
}

beforeEach(() => {
  made.length = 0;
  vi.stubGlobal('VideoEncoder', Encoder);
  vi.stubGlobal(
    'VideoFrame',
    class {
      constructor(_: Uint8Array, init: MadeOf) {
        made.push(init);
      }
      close(): void {}
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

async function transferred(handedOn: boolean): Promise<boolean> {
  const encoder = await H264Encoder.open(OPTIONS, () => performance.now());
  const i420 = new Uint8Array((OPTIONS.width * OPTIONS.height * 3) / 2);
  await encoder.encode({ i420, key: false, bitsPerSecond: OPTIONS.bitsPerSecond, handedOn });
  encoder.close();
  return made.at(-1)?.transfer.includes(i420.buffer) === true;
}

describe('the memory of a picture that is encoded', () => {
  it('is handed on where nobody wants it afterwards, and else is left to whoever has it', async () => {
    hardware = false;
    expect(await transferred(true)).toBe(true);
    expect(await transferred(false)).toBe(false);
  });

  it('is kept while hardware encodes, because software may have to encode the same picture', async () => {
    hardware = true;
    expect(await transferred(true)).toBe(false);
  });
});
