import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FromSoundRecorder } from '../../../src/protocol/rdp/sound-recording.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

interface Asked {
  readonly audio: object;
  readonly video: boolean;
}

/** Loads the page, hands it a port and tells it to record; what it asks for, and what it says until its last word. */
async function recorded(getDisplayMedia: (asked: Asked) => Promise<unknown>, blocks: readonly object[] = []) {
  const window = new EventTarget();
  const asked: Asked[] = [];
  vi.stubGlobal('window', window);
  vi.stubGlobal('navigator', {
    mediaDevices: {
      getDisplayMedia: (constraints: Asked) => {
        asked.push(constraints);
        return getDisplayMedia(constraints);
      },
    },
  });
  vi.stubGlobal(
    'MediaStreamTrackProcessor',
    class {
      readonly readable = new ReadableStream<object>({
        start: (controller) => {
          for (const given of blocks) controller.enqueue(given);
          controller.close();
        },
      });
    },
  );
  await import('../../../src/renderer/sound/sound.ts');
  const said: FromSoundRecorder[] = [];
  const port = Object.assign(new EventTarget(), { postMessage: (message: FromSoundRecorder) => said.push(message), start: vi.fn() });
  window.dispatchEvent(Object.assign(new Event('message'), { source: window, data: 'ringback:sound-port', ports: [port] }));
  expect(asked).toEqual([]);
  port.dispatchEvent(Object.assign(new Event('message'), { data: { tag: 'record', samplesPerSecond: 48_000 } }));
  await vi.waitFor(() => expect(said.at(-1)?.tag).toBe('recordingEnded'));
  return { said, asked };
}

const track = (readyState = 'live') => ({ readyState, stop: vi.fn() });
const streamOf = (audio: readonly object[], video: readonly object[] = []) =>
  Promise.resolve({ getAudioTracks: () => audio, getVideoTracks: () => video });
const block = (sampleRate: number, timestamp: number, frames: number) => ({
  sampleRate,
  timestamp,
  numberOfFrames: frames,
  numberOfChannels: 2,
  copyTo: (samples: Float32Array, { planeIndex }: { readonly planeIndex: number }) => samples.fill(planeIndex === 0 ? 1 : -1),
  close: vi.fn(),
});

describe('the page that records', () => {
  it('asks for what the computer plays when it is told to: whole, without Ringback’s own, and heard by whoever sits there', async () => {
    const { asked } = await recorded(() => streamOf([track()]));
    expect(asked).toEqual([
      {
        video: false,
        audio: {
          restrictOwnAudio: true,
          suppressLocalAudioPlayback: false,
          echoCancellation: false,
          noiseSuppression: false,
          autoGainControl: false,
          channelCount: 2,
        },
      },
    ]);
  });

  it('gives it on with its time, and gives each block and the sound back', async () => {
    const live = track();
    const blocks = [block(48_000, 5_000, 2), block(48_000, 5_042, 1)];
    const { said } = await recorded(() => streamOf([live]), blocks);
    expect(said).toEqual([
      { tag: 'recorded', pcm: Uint8Array.of(0xff, 0x7f, 1, 0x80, 0xff, 0x7f, 1, 0x80), atMs: 5 },
      { tag: 'recorded', pcm: Uint8Array.of(0xff, 0x7f, 1, 0x80), atMs: 5.042 },
      { tag: 'recordingEnded', why: 'lost', message: expect.any(String) },
    ]);
    for (const { close } of blocks) expect(close).toHaveBeenCalledOnce();
    expect(live.stop).toHaveBeenCalledOnce();
  });

  it('takes another rate for the one that was asked for', async () => {
    const { said } = await recorded(() => streamOf([track()]), [block(44_100, 0, 441), block(96_000, 10_000, 960)]);
    const lengths = said.flatMap((message) => (message.tag === 'recorded' ? [message.pcm.length / 4] : []));
    expect(lengths).toEqual([expect.closeTo(463, -1), expect.closeTo(472, -1)]);
  });

  it.each([
    ['NotAllowedError', 'refused', 1],
    ['NotFoundError', 'lost', 2],
    ['AbortError', 'lost', 2],
  ])('says why it was not given, and asks nobody again who has refused: %s', async (name, why, times) => {
    const { said, asked } = await recorded(() => Promise.reject(new DOMException('no', name)));
    expect(said).toEqual([{ tag: 'recordingEnded', why, message: 'no' }]);
    expect(asked.length).toBe(times);
  });

  it.each([
    ['none is given', []],
    ['it has ended before it began', [track('ended')]],
    ['it ends before anything has come', [track()]],
  ])('counts it as refused where %s', async (_, tracks) => {
    const { said } = await recorded(() => streamOf(tracks));
    expect(said).toEqual([{ tag: 'recordingEnded', why: 'refused', message: expect.any(String) }]);
  });

  it('asks for a picture as well where there is no sound without, and drops that', async () => {
    const picture = track();
    const { asked, said } = await recorded(
      ({ video }) => (video ? streamOf([track()], [picture]) : Promise.reject(new TypeError('video must be requested'))),
      [block(48_000, 0, 1)],
    );
    expect([asked.map(({ video }) => video), said.length]).toEqual([[false, true], 2]);
    expect(picture.stop).toHaveBeenCalledOnce();
  });
});
