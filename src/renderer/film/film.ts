import type { FromFilmPage, ToFilmPage } from '../../protocol/rdp/graphics/film/page-messages.ts';
import type { FromSoundEncoder, ToSoundEncoder } from '../../protocol/rdp/sound-encoding.ts';
import { FilmPage } from './film-page.ts';
import { SoundEncoding } from './sound-encoding.ts';

/* The hidden page that encodes film or sound: it gets one port and pictures or sound through it, and knows nothing else. */

window.addEventListener('message', (event) => {
  const [port] = event.ports;
  if (event.source === window && event.data === 'ringback:film-port' && port !== undefined) serve(port);
});

function serve(port: MessagePort): void {
  const post = (message: FromFilmPage | FromSoundEncoder): void => port.postMessage(message);
  const film = new FilmPage(post);
  const sound = new SoundEncoding(post);
  port.addEventListener('message', ({ data }: MessageEvent<ToFilmPage | ToSoundEncoder>) => {
    switch (data.tag) {
      case 'soundOpen':
      case 'sound':
      case 'soundPaused':
        void sound.told(data);
        return;
      default:
        film.told(data);
    }
  });
  port.start();
}
