import type { FilmPage } from './contract.ts';
import type { FilmPagePort } from './page-film-encoders.ts';

/** A film's page as whoever encodes with it in the same process sees it. */
export function filmPagePort(page: FilmPage): FilmPagePort {
  const { port } = page;
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.on('message', ({ data }) => listener(data));
      port.start();
    },
    onGone: (listener) => page.onGone(listener),
    close: () => page.close(),
  };
}
