import type { FilmPage } from '../desktop/film/contract.ts';
import type { AppWindows } from './app-windows.ts';
import { openHiddenPage } from './hidden-page.ts';
import { FILM_PARTITION } from './web-security.ts';

/** A hidden page that encodes film or sound, with one end of a port. After `app` is ready. Rejects when the page does not load. */
export function openFilmPage(windows: Pick<AppWindows, 'openFilmPage' | 'bareSession'>): Promise<FilmPage> {
  windows.bareSession(FILM_PARTITION);
  return openHiddenPage(windows.openFilmPage(FILM_PARTITION), 'the page of the film', 'ringback:film-port');
}
