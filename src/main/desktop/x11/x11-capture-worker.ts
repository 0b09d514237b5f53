import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { FromCapture, ToCapture } from '../../../protocol/rdp/graphics/capture-messages.ts';
import { systemClock } from '../../clock.ts';
import { AskedFilmPage } from '../film/asked-film-page.ts';
import { filmPageInThread } from '../film/film-page-in-thread.ts';
import { captureHere } from './capture-here.ts';
import type { PostFromCapture, X11CaptureOptions } from './x11-screen.ts';

/* Entry of the capture thread. It has no native encoder, whose fault would end the whole program. */

/** What this thread is told. */
export type ToCaptureThread =
  | ToCapture
  /** The answer to `filmPageWanted`. */
  | { readonly tag: 'filmPage'; readonly port: MessagePort | undefined };

const port = parentPort;
if (port === null) throw new Error('the capture worker must be started as a worker');
const post: PostFromCapture = (message, transfer) => port.postMessage(message satisfies FromCapture, [...transfer]);

const filmPage = new AskedFilmPage(() => post({ tag: 'filmPageWanted' }, []), systemClock);
const receive = captureHere(workerData as X11CaptureOptions, post, [filmPage.start]);

port.on('message', (message: ToCaptureThread) => {
  if (message.tag === 'filmPage') filmPage.given(message.port === undefined ? undefined : filmPageInThread(message.port));
  else receive(message);
});
