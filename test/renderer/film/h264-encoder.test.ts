import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { H264Unit } from '../../../src/renderer/film/h264-encoder.ts';

const OPTIONS = { width: 640, height: 368, bitsPerSecond: 1_000_000, framesPerSecond: 30 } as const;

interface MadeOf {
  readonly transfer: readonly ArrayBuffer[];
}

/** What VideoFrames were made of; the encoder answers each at once, and hardware is there where a test says so, and does what it says. */
const made: MadeOf[] = [];
let hardware = false;
let hardwareDoes: 'answer' | 'fail' | 'nothing' = 'answer';
let nowMs = 0;
let hardwareTakesMs = 0;

class Encoder {
  static isConfigSupported({ hardwareAcceleration }: VideoEncoderConfig): Promise<{ readonly supported: boolean }> {
    return Promise.resolve({ supported: hardware || hardwareAcceleration !== 'prefer-hardware' });
  }
  readonly state = 'configured';
  private readonly output: VideoEncoderInit['output'];
  private readonly error: VideoEncoderInit['error'];
  private inHardware = false;
  constructor({ output, error }: VideoEncoderInit) {
    this.output = output;
    this.error = error;
  }
  configure({ hardwareAcceleration }: VideoEncoderConfig): void {
    this.inHardware = hardwareAcceleration === 'prefer-hardware';
  }
  encode(_: VideoFrame, { keyFrame = false }: VideoEncoderEncodeOptions): void {
    if (this.inHardware) {
      nowMs += hardwareTakesMs;
      if (hardwareDoes === 'fail') this.error(new DOMException('broken', 'EncodingError'));
      if (hardwareDoes !== 'answer') return;
    }
    const chunk = { byteLength: 1, copyTo: () => undefined, type: keyFrame ? 'key' : 'delta' } as unknown as EncodedVideoChunk;
    queueMicrotask(() => this.output(chunk));
  }
  close(): void {}
}

beforeEach(() => {
  made.length = 0;
  [hardwareDoes, nowMs, hardwareTakesMs] = ['answer', 0, 0];
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

/** In a page of its own: what has failed is remembered there. */
async function open() {
  vi.resetModules();
  const { H264Encoder } = await import('../../../src/renderer/film/h264-encoder.ts');
  const encoder = await H264Encoder.open(OPTIONS, () => nowMs);
  const again = () => H264Encoder.open(OPTIONS, () => nowMs);
  return { encoder, again };
}

type Opened = Awaited<ReturnType<typeof open>>['encoder'];
const pictureOf = (handedOn = false) => ({
  i420: new Uint8Array((OPTIONS.width * OPTIONS.height * 3) / 2),
  key: false,
  bitsPerSecond: OPTIONS.bitsPerSecond,
  handedOn,
});

async function encoded(encoder: Opened, pictures: number): Promise<H264Unit[]> {
  const units: H264Unit[] = [];
  for (let at = 0; at < pictures; at += 1) units.push(await encoder.encode(pictureOf()));
  return units;
}

async function transferred(handedOn: boolean): Promise<boolean> {
  const { encoder } = await open();
  const picture = pictureOf(handedOn);
  await encoder.encode(picture);
  encoder.close();
  return made.at(-1)?.transfer.includes(picture.i420.buffer) === true;
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

describe('hardware', () => {
  /** Pictures of a second. */
  const SECOND = OPTIONS.framesPerSecond;
  beforeEach(() => {
    hardware = true;
  });

  it('encodes where it is there and quick', async () => {
    hardwareTakesMs = 15;
    const { encoder } = await open();
    expect((await encoded(encoder, 2 * SECOND)).every((unit) => unit.hardware)).toBe(true);
  });

  it('is left within a second where it holds pictures back, for good, and what follows begins with a key frame', async () => {
    hardwareTakesMs = 25;
    const { encoder, again } = await open();
    const units = await encoded(encoder, SECOND);
    const first = units.findIndex((unit) => !unit.hardware);
    expect(first).toBeGreaterThan(0);
    expect(units.slice(first).map((unit) => [unit.hardware, unit.key])).toEqual(units.slice(first).map((_, at) => [false, at === 0]));
    expect((await encoded(await again(), 1))[0]?.hardware).toBe(false);
  });

  it('that fails has the same picture encoded without it, as a key frame', async () => {
    const { encoder } = await open();
    await encoded(encoder, 1);
    hardwareDoes = 'fail';
    expect((await encoded(encoder, 2)).map((unit) => [unit.hardware, unit.key])).toEqual([
      [false, true],
      [false, false],
    ]);
  });

  it('that says nothing is waited for a quarter of a second', async () => {
    vi.useFakeTimers();
    try {
      const { encoder } = await open();
      hardwareDoes = 'nothing';
      const unit = encoder.encode(pictureOf());
      await vi.advanceTimersByTimeAsync(250);
      expect(await unit).toMatchObject({ hardware: false, key: true });
    } finally {
      vi.useRealTimers();
    }
  });
});
