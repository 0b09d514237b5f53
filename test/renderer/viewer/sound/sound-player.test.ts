import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { soundAheadMs } from '../../../../src/renderer/viewer/sound/in-step.ts';
import type { ToSoundOutput } from '../../../../src/renderer/viewer/sound/output-messages.ts';
import { SoundPlayer } from '../../../../src/renderer/viewer/sound/sound-player.ts';

class FakeContext {
  static made: FakeContext[] = [];
  static broken = false;
  readonly currentTime = 0;
  readonly outputLatency = 0.03;
  readonly destination = {};
  readonly sampleRate: number;
  readonly loaded: string[] = [];
  closed = false;
  readonly audioWorklet = {
    addModule: async (url: string) => {
      this.loaded.push(url);
      if (FakeContext.broken) throw new Error('no audio thread');
    },
  };
  constructor({ sampleRate }: { readonly sampleRate: number }) {
    this.sampleRate = sampleRate;
    FakeContext.made.push(this);
  }
  async close(): Promise<void> {
    this.closed = true;
  }
}

class FakeGain {
  static newest: FakeGain;
  readonly gain: { value: number; setTargetAtTime: (value: number) => void };
  constructor(_context: unknown, { gain }: { readonly gain: number }) {
    this.gain = {
      value: gain,
      setTargetAtTime: (value) => {
        this.gain.value = value;
      },
    };
    FakeGain.newest = this;
  }
  connect(): void {}
}

const told: ToSoundOutput[] = [];
class FakeNode {
  readonly port = { postMessage: (message: ToSoundOutput) => told.push(message) };
  connect(): void {}
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeContext.made = [];
  FakeContext.broken = false;
  told.length = 0;
  vi.stubGlobal('AudioContext', FakeContext);
  vi.stubGlobal('GainNode', FakeGain);
  vi.stubGlobal('AudioWorkletNode', FakeNode);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const failures: unknown[] = [];
const block = (atMs = 0, samplesPerSecond = 48_000) => ({
  codec: 'pcm' as const,
  samplesPerSecond,
  channels: 2,
  data: new Uint8Array(8),
  atMs,
});
const started = () => vi.advanceTimersByTimeAsync(0);

it('opens nothing before sound comes, plays it in the audio thread, and says when none comes', async () => {
  const player = new SoundPlayer((error) => failures.push(error));
  expect(FakeContext.made).toEqual([]);
  player.play(block());
  await started();
  player.play(block(20));
  player.finish();
  expect(FakeContext.made.map(({ sampleRate }) => sampleRate)).toEqual([48_000]);
  expect(told.map(({ tag }) => tag)).toEqual(['wait', 'block', 'finish']);
  expect(told[1]).toMatchObject({ block: { atMs: 20 } });
});

it('leaves nothing open when no sound comes for a while, and opens it again', async () => {
  const player = new SoundPlayer((error) => failures.push(error));
  player.play(block());
  await started();
  await vi.advanceTimersByTimeAsync(4_900);
  expect(FakeContext.made[0]?.closed).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(FakeContext.made[0]?.closed).toBe(true);
  player.play(block());
  await vi.advanceTimersByTimeAsync(1_000);
  player.play(block(0, 44_100));
  player.close();
  player.play(block());
  expect(FakeContext.made.map(({ closed }) => closed)).toEqual([true, true, true]);
  expect(vi.getTimerCount()).toBe(0);
});

it('opens no audio for each block of another kind', async () => {
  const player = new SoundPlayer((error) => failures.push(error));
  for (let at = 0; at < 200; at += 1) {
    player.play(block(at, at % 2 === 0 ? 48_000 : 44_100));
    await vi.advanceTimersByTimeAsync(5);
  }
  expect(FakeContext.made.length).toBeLessThanOrEqual(3);
  expect(FakeContext.made.filter(({ closed }) => !closed)).toHaveLength(1);
  player.close();
});

it('is as loud as was chosen, also before there was any', async () => {
  const player = new SoundPlayer((error) => failures.push(error));
  player.setVolume(0.25);
  player.play(block());
  expect(FakeGain.newest.gain.value).toBe(0.25);
  player.setVolume(0);
  expect(FakeGain.newest.gain.value).toBe(0);
  player.close();
});

it('waits for the film as far as that is later, less what the loudspeaker takes anyway', async () => {
  const player = new SoundPlayer((error) => failures.push(error));
  player.wait(150);
  player.play(block());
  await started();
  player.wait(20);
  expect(told).toEqual([
    { tag: 'wait', ms: 120 },
    { tag: 'wait', ms: 0 },
  ]);
  player.close();
  expect(soundAheadMs({})).toBe(0);
  expect(soundAheadMs({ pictureAgeMs: 30, roundTripMs: 1 })).toBeLessThan(5);
  expect(soundAheadMs({ pictureAgeMs: 400, roundTripMs: 300 })).toBe(225);
});

it('a computer that plays none is told of, and tried again with sound that comes a moment later', async () => {
  FakeContext.broken = true;
  failures.length = 0;
  const player = new SoundPlayer((error) => failures.push(error));
  player.play(block());
  await started();
  expect([failures.length, FakeContext.made[0]?.closed]).toEqual([1, true]);
  FakeContext.broken = false;
  await vi.advanceTimersByTimeAsync(1_000);
  player.play(block());
  await started();
  player.play(block());
  expect(told.at(-1)).toMatchObject({ tag: 'block' });
  player.close();
});
