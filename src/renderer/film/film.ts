import type { FromFilmPage, ToFilmPage } from '../../protocol/rdp/graphics/film/page-messages.ts';
import { FilmPage } from './film-page.ts';

/* The hidden page that encodes film: it gets one port and pictures through it, and knows nothing else. */

window.addEventListener('message', (event) => {
  const [port] = event.ports;
  if (event.source === window && event.data === 'ringback:film-port' && port !== undefined) serve(port);
});

function serve(port: MessagePort): void {
  const page = new FilmPage((message: FromFilmPage) => port.postMessage(message));
  port.addEventListener('message', (event: MessageEvent<ToFilmPage>) => page.told(event.data));
  port.start();
}
