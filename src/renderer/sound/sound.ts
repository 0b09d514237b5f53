import type { FromSoundRecorder, RecordSound } from '../../protocol/rdp/sound-recording.ts';
import { Resampler } from './resampler.ts';
import { pcmOf, stereo } from './stereo-pcm.ts';

/*
 * The hidden page that records what this computer plays, where the system gives that to a browser only. It asks for it (main decides whether it is given,
 * and gives nothing else), and posts what comes. It keeps nothing and plays nothing.
 */

/** Insertable streams for MediaStreamTrack, as Chromium has it in windows; not in TypeScript's DOM library. */
declare class MediaStreamTrackProcessor {
  constructor(init: { readonly track: MediaStreamTrack; readonly maxBufferSize: number });
  readonly readable: ReadableStream<AudioData>;
}

/** The first is in Chromium 141 and later, and not in TypeScript's library: https://www.w3.org/TR/screen-capture/ */
interface SystemSound extends MediaTrackConstraints {
  /** Where the browser can leave it out: what Ringback itself plays here. */
  readonly restrictOwnAudio: boolean;
  /** Whoever sits here goes on hearing. */
  readonly suppressLocalAudioPlayback: boolean;
}

const CHANNELS = 2;
/** Nothing that is meant for a voice in a room. */
const SYSTEM_SOUND: SystemSound = {
  restrictOwnAudio: true,
  suppressLocalAudioPlayback: false,
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
  channelCount: CHANNELS,
};
/** Blocks (10 to 25 ms each) that wait for this page; older ones are left out. */
const MOST_WAITING = 25;

window.addEventListener('message', (event) => {
  const [port] = event.ports;
  if (event.source !== window || event.data !== 'ringback:sound-port' || port === undefined) return;
  port.addEventListener('message', ({ data }: MessageEvent<RecordSound>) => void record(port, data.samplesPerSecond), { once: true });
  port.start();
});

async function record(port: MessagePort, samplesPerSecond: number): Promise<void> {
  const post = (message: FromSoundRecorder): void => port.postMessage(message);
  let track: MediaStreamTrack | undefined;
  try {
    [track] = (await systemSound()).getAudioTracks();
    // What a system does not let be recorded ends before it begins (macOS, Core Audio taps).
    if (track === undefined || track.readyState === 'ended') post({ tag: 'recordingEnded', why: 'refused', message: 'no sound was given' });
    else await postAll(track, samplesPerSecond, post);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    post({ tag: 'recordingEnded', why: isRefusal(error) ? 'refused' : 'lost', message });
  } finally {
    track?.stop();
  }
}

/** Sound alone. A browser that gives none without a picture is given one of this very page by main, which is dropped at once. */
async function systemSound(): Promise<MediaStream> {
  const { mediaDevices } = navigator;
  try {
    return await mediaDevices.getDisplayMedia({ audio: SYSTEM_SOUND, video: false });
  } catch (error) {
    if (isRefusal(error)) throw error;
    const stream = await mediaDevices.getDisplayMedia({ audio: SYSTEM_SOUND, video: true });
    for (const picture of stream.getVideoTracks()) picture.stop();
    return stream;
  }
}

const isRefusal = (error: unknown): boolean => error instanceof DOMException && error.name === 'NotAllowedError';

async function postAll(track: MediaStreamTrack, samplesPerSecond: number, post: (message: FromSoundRecorder) => void): Promise<void> {
  const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: MOST_WAITING }).readable.getReader();
  let resampler: Resampler | undefined;
  let heard = false;
  for (;;) {
    const { done, value: audio } = await reader.read();
    if (done) break;
    heard = true;
    // Another output may have another rate.
    if (resampler?.from !== audio.sampleRate) resampler = new Resampler(audio.sampleRate, samplesPerSecond, CHANNELS);
    const atMs = audio.timestamp / 1_000;
    const pcm = pcmOf(resampler.push(stereo(channelsOf(audio))));
    if (pcm.length > 0) post({ tag: 'recorded', pcm, atMs });
  }
  post({ tag: 'recordingEnded', why: heard ? 'lost' : 'refused', message: 'the system gives no more sound' });
}

function channelsOf(audio: AudioData): Float32Array[] {
  const channels = Array.from({ length: audio.numberOfChannels }, (_, planeIndex) => {
    const samples = new Float32Array(audio.numberOfFrames);
    audio.copyTo(samples, { planeIndex, format: 'f32-planar' });
    return samples;
  });
  audio.close();
  return channels;
}
