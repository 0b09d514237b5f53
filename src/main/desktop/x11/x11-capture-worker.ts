import { parentPort, workerData } from 'node:worker_threads';
import type { FromCapture, ToCapture } from '../../../protocol/rdp/graphics/capture-messages.ts';
import { DesktopError } from '../contract.ts';
import { openX11Screen, type PostFromCapture, type X11CaptureOptions } from './x11-screen.ts';

/* Entry of the capture thread. Messages that arrive while the screen opens wait in order. */

const port = parentPort;
if (port === null) throw new Error('the capture worker must be started as a worker');
const post: PostFromCapture = (message, transfer) => port.postMessage(message satisfies FromCapture, [...transfer]);

openX11Screen(workerData as X11CaptureOptions, post).then(
  (screen) => port.on('message', (message: ToCapture) => screen.receive(message)),
  (error: unknown) => {
    const code = error instanceof DesktopError ? error.code : 'LOST';
    post({ tag: 'failed', code, message: error instanceof Error ? error.message : String(error) }, []);
  },
);
