import { MAX_FRAMES_PER_SECOND, type CaptureFailureCode, type FromCapture } from '../../protocol/rdp/graphics/capture-messages.ts';
import type { CaptureStart } from './messages.ts';

/*
 * The hidden page that captures where the system has no exact way. It asks for the screen (main decides which), and hands pictures and
 * port to a worker; nothing passes through here afterwards.
 */

/** Insertable streams for MediaStreamTrack, as Chromium has it in windows; not in TypeScript's DOM library. */
declare class MediaStreamTrackProcessor {
  constructor(init: { readonly track: MediaStreamTrack; readonly maxBufferSize: number });
  readonly readable: ReadableStream<VideoFrame>;
}

window.addEventListener('message', (event) => {
  const [port] = event.ports;
  if (event.source === window && event.data === 'ringback:capture-port' && port !== undefined) void start(port);
});

async function start(port: MessagePort): Promise<void> {
  const fail = (code: CaptureFailureCode, message: string) => port.postMessage({ tag: 'failed', code, message } satisfies FromCapture);
  let track: MediaStreamTrack | undefined;
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: MAX_FRAMES_PER_SECOND } }, audio: false });
    [track] = stream.getVideoTracks();
    if (track === undefined) fail('UNSUPPORTED', 'the screen came without a picture');
    else handOver(track, port);
  } catch (error) {
    track?.stop();
    fail(failureCode(error), error instanceof Error ? error.message : String(error));
  }
}

function handOver(track: MediaStreamTrack, port: MessagePort): void {
  // Sharp text rather than smooth motion, wherever the browser has the choice.
  track.contentHint = 'detail';
  const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 });
  const worker = new Worker(new URL('./capture.worker.ts', import.meta.url), { type: 'module' });
  // The port goes with the worker, and main hears that it closed.
  worker.addEventListener('error', () => worker.terminate());
  worker.postMessage({ frames: readable, port } satisfies CaptureStart, [readable, port]);
}

function failureCode(error: unknown): CaptureFailureCode {
  if (!(error instanceof DOMException)) return 'LOST';
  if (error.name === 'NotAllowedError') return 'NOT_PERMITTED';
  return error.name === 'NotFoundError' ? 'NO_DISPLAY' : 'LOST';
}
