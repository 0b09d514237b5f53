import { MOST_STARTS } from '../../../protocol/rdp/graphics/film/film-ways.ts';
import type { FilmPage, OpenFilmPage } from './contract.ts';

/** Opens the page of a capture's films when that asks for it, and ends it with the capture. */
export class FilmPageHost {
  private readonly open: OpenFilmPage | undefined;
  private readonly hand: (page: FilmPage | undefined) => void;
  private page: FilmPage | undefined;
  private opening = false;
  private opened = 0;
  private over = false;

  /** @param hand gives the capture the page, or tells it that there is none */
  constructor(open: OpenFilmPage | undefined, hand: (page: FilmPage | undefined) => void) {
    this.open = open;
    this.hand = hand;
  }

  /** The capture needs a page; the one before has failed it. */
  async wanted(): Promise<void> {
    // Its answer is on its way.
    if (this.opening) return;
    this.opening = true;
    this.opened += 1;
    this.page?.close();
    this.page = undefined;
    let page: FilmPage | undefined;
    try {
      // After so many whoever captures gives this way up: one that asks on is not to be believed.
      if (this.opened <= MOST_STARTS) page = await this.open?.();
    } catch {
      // Without a page there is no film, and everything is sent exactly.
    } finally {
      this.opening = false;
    }
    if (this.over) {
      page?.close();
      return;
    }
    this.page = page;
    this.hand(page);
  }

  close(): void {
    this.over = true;
    this.page?.close();
    this.page = undefined;
  }
}
