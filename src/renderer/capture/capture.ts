import { MAX_DESKTOP_SIDE, MAX_FRAMES_PER_SECOND, type CaptureFailureCode } from '../../protocol/rdp/graphics/capture-messages.ts';
import type { CaptureStart, ScreenAnswer, ScreenWish } from './messages.ts';

/*
 * The hidden page that captures where the system has no exact way. Its worker talks to main, and says when the screen is wanted (main decides which
 * that is); pictures go from here to the worker, and nothing else passes through here.
 */

/** Insertable streams for MediaStreamTrack, as Chromium has it in windows; not in TypeScript's DOM library. */
declare class MediaStreamTrackProcessor {
  constructor(init: { readonly track: MediaStreamTrack; readonly maxBufferSize: number });
  readonly readable: ReadableStream<VideoFrame>;
}

/** Left out, the screen would be made as small as the one that this page is on. */
const WHOLE = { max: MAX_DESKTOP_SIDE };

window.addEventListener('message', (event) => {
  const [port] = event.ports;
  if (event.source === window && event.data === 'ringback:capture-port' && port !== undefined) start(port);
});

function start(port: MessagePort): void {
  const worker = new Worker(new URL('./capture.worker.ts', import.meta.url), { type: 'module' });
  let stop = (): void => undefined;
  let newest: ScreenWish | undefined;
  // The port goes with the worker, and main hears that it closed.
  worker.addEventListener('error', () => worker.terminate());
  worker.addEventListener('message', ({ data: wish }: MessageEvent<ScreenWish>) => {
    stop();
    newest = wish;
    if (wish.tag === 'look') void look(wish);
  });
  worker.postMessage({ port } satisfies CaptureStart, [port]);

  async function look(wish: ScreenWish & { readonly tag: 'look' }): Promise<void> {
    const { turn } = wish;
    let track: MediaStreamTrack | undefined;
    try {
      const video = { frameRate: { max: MAX_FRAMES_PER_SECOND }, width: WHOLE, height: WHOLE };
      const stream = await navigator.mediaDevices.getDisplayMedia({ video, audio: false });
      [track] = stream.getVideoTracks();
      if (track === undefined) return refuse(turn, 'UNSUPPORTED', 'the screen came without a picture');
      if (newest !== wish) return track.stop();
      // Sharp text rather than smooth motion, wherever the browser has the choice.
      track.contentHint = 'detail';
      const { readable: frames } = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 });
      stop = () => track?.stop();
      worker.postMessage({ tag: 'given', turn, frames } satisfies ScreenAnswer, [frames]);
    } catch (error) {
      track?.stop();
      refuse(turn, failureCode(error), error instanceof Error ? error.message : String(error));
    }
  }

  function refuse(turn: number, code: CaptureFailureCode, message: string): void {
    worker.postMessage({ tag: 'refused', turn, code, message } satisfies ScreenAnswer);
  }
}

function failureCode(error: unknown): CaptureFailureCode {
  if (!(error instanceof DOMException)) return 'LOST';
  if (error.name === 'NotAllowedError') return 'NOT_PERMITTED';
  return error.name === 'NotFoundError' ? 'NO_DISPLAY' : 'LOST';
}
