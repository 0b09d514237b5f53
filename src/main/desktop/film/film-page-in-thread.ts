import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { ToFilmPage } from '../../../protocol/rdp/graphics/film/page-messages.ts';
import type { FilmPage } from './contract.ts';
import type { FilmPagePort } from './page-film-encoders.ts';

/* A film's page for a thread of this process: Electron's ports cannot be handed to one, so main passes on what is said. */

/** The end of the page's port for a thread. */
export function portForThread(page: FilmPage): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', (message) => page.port.postMessage(message));
  page.port.on('message', ({ data }) => port1.postMessage(data));
  page.onGone(() => port1.close());
  port1.on('close', () => page.close());
  page.port.start();
  return port2;
}

/** In the thread: what {@link portForThread} has given. */
export function filmPageInThread(port: MessagePort): FilmPagePort {
  return {
    post: (message) => {
      const [own, moved] = withOwnMemory(message);
      port.postMessage(own, moved);
    },
    onMessage: (listener) => void port.on('message', listener),
    onGone: (listener) => void port.once('close', () => listener('the page of the film has gone')),
    close: () => port.close(),
  };
}

/** A picture lies in a kernel's memory, which cannot be moved to another thread: one copy is made here, and none on the way. */
function withOwnMemory(message: ToFilmPage): [ToFilmPage, ArrayBuffer[]] {
  if (message.tag !== 'encode') return [message, []];
  const i420 = Uint8Array.from(message.i420);
  return [{ ...message, i420 }, [i420.buffer]];
}
