import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { FromCapture, ToCapture } from '../../../protocol/rdp/graphics/capture-messages.ts';
import { systemClock } from '../../clock.ts';
import { DesktopError } from '../contract.ts';
import { AskedFilmPage } from '../film/film-page-in-thread.ts';
import { openX11Screen, type PostFromCapture, type X11CaptureOptions } from './x11-screen.ts';

/* Entry of the capture thread. Messages that arrive while the screen opens wait in order. */

/** What this thread is told. */
export type ToCaptureThread =
  | ToCapture
  /** The answer to `filmPageWanted`. */
  | { readonly tag: 'filmPage'; readonly port: MessagePort | undefined };

const port = parentPort;
if (port === null) throw new Error('the capture worker must be started as a worker');
const post: PostFromCapture = (message, transfer) => port.postMessage(message satisfies FromCapture, [...transfer]);

const filmPage = new AskedFilmPage(() => post({ tag: 'filmPageWanted' }, []), systemClock);

openX11Screen(workerData as X11CaptureOptions, post, [filmPage.start]).then(
  (screen) =>
    port.on('message', (message: ToCaptureThread) => {
      if (message.tag === 'filmPage') filmPage.given(message.port);
      else screen.receive(message);
    }),
  (error: unknown) => {
    const code = error instanceof DesktopError ? error.code : 'LOST';
    post({ tag: 'failed', code, message: error instanceof Error ? error.message : String(error) }, []);
  },
);
