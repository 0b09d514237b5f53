import type { FilmEncoders } from '../../../protocol/rdp/graphics/film/contract.ts';
import type { Clock } from '../../clock.ts';
import { PageFilmEncoders, type FilmPagePort } from './page-film-encoders.ts';

/** Where pictures are captured: asks for a page each time an encoder is needed that the page before no longer has. */
export class AskedFilmPage {
  private readonly ask: () => void;
  private readonly clock: Pick<Clock, 'after'>;
  private waiting: ((port: FilmPagePort | undefined) => void) | undefined;

  constructor(ask: () => void, clock: Pick<Clock, 'after'>) {
    this.ask = ask;
    this.clock = clock;
  }

  /** Rejects when there is no page. */
  readonly start = async (): Promise<FilmEncoders> => {
    const port = await new Promise<FilmPagePort | undefined>((resolve) => {
      this.waiting = resolve;
      this.ask();
    });
    if (port === undefined) throw new Error('there is no page for film');
    return new PageFilmEncoders(port, this.clock);
  };

  /** The answer; undefined when no page can be had. */
  given(port: FilmPagePort | undefined): void {
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting === undefined) port?.close();
    else waiting(port);
  }
}
