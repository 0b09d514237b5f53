import { Worker } from 'node:worker_threads';
import type { Clock } from '../../clock.ts';
import type { CaptureProcess, ScreenCapture, StartCaptureProcess } from '../contract.ts';
import type { OpenFilmPage } from '../film/contract.ts';
import { portForThread } from '../film/film-page-in-thread.ts';
import { openLastingCapture, type OpenCapture } from '../lasting-capture.ts';
import { openRemoteCapture, type CaptureChannel } from '../remote-capture.ts';
import type { ToCaptureProcess } from './capture-process.ts';
import type { ToCaptureThread } from './x11-capture-worker.ts';
import type { X11CaptureOptions } from './x11-screen.ts';

export interface OpenX11CaptureOptions extends X11CaptureOptions {
  /** Starts the process that captures; without it, and when it has died, a thread does. */
  readonly startProcess?: StartCaptureProcess;
  /** The process may encode film with a library of the system. */
  readonly nativeFilm?: boolean;
  /** URL of `x11-capture-worker`: beside the bundle, or its source. */
  readonly workerUrl: URL;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly ownPointer?: (x: number, y: number) => boolean;
  readonly openFilmPage?: OpenFilmPage;
}

/** Starts the capture on an X connection of its own. Rejects with its DesktopError, or the signal's reason. */
export function openX11Capture(options: OpenX11CaptureOptions): Promise<ScreenCapture> {
  const { address, way, useDamage, useMoves = true, framesBefore: alreadySent = 0, startProcess, nativeFilm = false } = options;
  const part = options.part ?? { tag: 'all' };
  const inThread: OpenCapture = (framesBefore, signal) =>
    openRemoteCapture(workerChannel(options.workerUrl, { address, way, useDamage, useMoves, part, framesBefore }), { ...options, signal });
  if (startProcess === undefined) return inThread(alreadySent, options.signal);
  const inProcess: OpenCapture = (framesBefore, signal) => {
    const channel = processChannel(startProcess(), { address, way, useDamage, useMoves, part, framesBefore }, nativeFilm);
    return openRemoteCapture(channel, { ...options, signal });
  };
  return openLastingCapture([inProcess, inThread], options.signal, alreadySent);
}

function processChannel(child: CaptureProcess, options: X11CaptureOptions, native: boolean): CaptureChannel {
  const send = (message: ToCaptureProcess): void => child.post(message);
  send({ tag: 'begin', options, native });
  return {
    // What it holds of the X server and of the system goes with it.
    endsWhole: true,
    send,
    askAlive: () => child.post({ tag: 'askAlive' } satisfies ToCaptureProcess),
    handFilmPage: (page) => child.post({ tag: 'filmPage' } satisfies ToCaptureProcess, page === undefined ? [] : [page.port]),
    onMessage: (listener) => child.onMessage(listener),
    onGone: (listener) => child.onGone((why) => listener(`the capture's process ended: ${why}`)),
    end: async () => child.kill(),
  };
}

function workerChannel(workerUrl: URL, options: X11CaptureOptions): CaptureChannel {
  const worker = new Worker(workerUrl, {
    workerData: options,
    name: 'x11-capture',
    // `x11` gives a duplicate descriptor to libuv, which closes it; Node would not see that, and at the thread's end would close
    // whatever has the number by then, be it a socket of the main thread. The grabber closes its own.
    trackUnmanagedFds: false,
  });
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
