import { type AudioFormat, opusFormat, pcmFormat, WAVE_FORMAT } from '../../pdu/rdpsnd/audio-format.ts';
import type { ViewerSound } from '../../viewer-sound.ts';
import type { ReceivedSound } from './sound-client.ts';

/** Of the formats' list only: packets of any rate go by it. */
const USUAL_OPUS = 64_000;

/** What a novice's side can send, the best first. The last one is for clients that know what Windows servers have. */
export const SOUND_FORMATS: readonly AudioFormat[] = [opusFormat(USUAL_OPUS), pcmFormat(48_000), pcmFormat(44_100)];

const LEAST_RATE = 8_000;
const MOST_RATE = 96_000;

/** Whether a window of ours plays it, whoever sends it. */
export function playsSound({ formatTag, channels, samplesPerSecond, bitsPerSample }: AudioFormat): boolean {
  if (channels < 1 || channels > 2 || samplesPerSecond < LEAST_RATE || samplesPerSecond > MOST_RATE) return false;
  return formatTag === WAVE_FORMAT.opus || (formatTag === WAVE_FORMAT.pcm && bitsPerSample === 16);
}

/** What has come of a format that {@link playsSound}, for a window: of PCM whole samples only. */
export function viewerSound({ format, data, atMs }: ReceivedSound): ViewerSound {
  const { formatTag, channels, samplesPerSecond } = format;
  if (formatTag === WAVE_FORMAT.opus) return { codec: 'opus', samplesPerSecond, channels, data, atMs };
  return { codec: 'pcm', samplesPerSecond, channels, data: data.subarray(0, data.length - (data.length % (channels * 2))), atMs };
}
