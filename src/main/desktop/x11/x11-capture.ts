import { Worker } from 'node:worker_threads';
import type { Clock } from '../../clock.ts';
import type { ScreenCapture } from '../contract.ts';
import type { OpenFilmPage } from '../film/contract.ts';
import { portForThread } from '../film/film-page-in-thread.ts';
import { openRemoteCapture, type CaptureChannel } from '../remote-capture.ts';
import type { ToCaptureThread } from './x11-capture-worker.ts';
import type { X11CaptureOptions } from './x11-screen.ts';

export interface OpenX11CaptureOptions extends X11CaptureOptions {
  /** URL of `x11-capture-worker`: beside the bundle, or its source. */
  readonly workerUrl: URL;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly ownPointer?: (x: number, y: number) => boolean;
  readonly openFilmPage?: OpenFilmPage;
}

/** Starts the capture thread on its own X connection. Rejects with its DesktopError, or the signal's reason. */
export function openX11Capture(options: OpenX11CaptureOptions): Promise<ScreenCapture> {
  const { address, way, useDamage } = options;
  const worker = new Worker(options.workerUrl, {
    workerData: { address, way, useDamage } satisfies X11CaptureOptions,
    name: 'x11-capture',
    // `x11` gives a duplicate descriptor to libuv, which closes it; Node would not see that, and at the thread's end would close
    // whatever has the number by then, be it a socket of the main thread. The grabber closes its own.
    trackUnmanagedFds: false,
  });
  return openRemoteCapture(workerChannel(worker), options);
}

function workerChannel(worker: Worker): CaptureChannel {
  let exited = false;
  worker.on('exit', () => {
    exited = true;
  });
  return {
    send: (message) => worker.postMessage(message),
    handFilmPage: (page) => {
      const port = page === undefined ? undefined : portForThread(page);
      worker.postMessage({ tag: 'filmPage', port } satisfies ToCaptureThread, port === undefined ? [] : [port]);
    },
    onMessage: (listener) => void worker.on('message', listener),
    onGone: (listener) => {
      worker.on('error', (error) => listener(`the capture thread failed: ${error.message}`));
      worker.on('exit', () => listener('the capture thread ended'));
    },
    end: async () => {
      if (!exited) await worker.terminate();
    },
  };
}
