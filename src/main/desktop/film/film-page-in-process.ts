import type { FilmPageEnd } from './contract.ts';
import type { FilmPagePort } from './page-film-encoders.ts';

/** A film's page for another process, which has been handed the page's own port: main takes no part in what is said. */
export function filmPageInProcess(port: FilmPageEnd): FilmPagePort {
  let own = new Uint8Array(0);
  /** A picture lies in a kernel's memory, and a view is sent with all of the memory that it is a view of. The port reads it before it returns. */
  const inOwnMemory = (i420: Uint8Array): Uint8Array => {
    if (own.length !== i420.length) own = new Uint8Array(i420.length);
    own.set(i420);
    return own;
  };
  return {
    post: (message) => port.postMessage(message.tag === 'encode' ? { ...message, i420: inOwnMemory(message.i420) } : message),
    onMessage: (listener) => {
      port.on('message', ({ data }) => listener(data));
      port.start();
    },
    onGone: (listener) => void port.on('close', () => listener('the page of the film has gone')),
    close: () => port.close(),
  };
}
