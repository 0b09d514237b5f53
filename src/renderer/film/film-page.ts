import type { FromFilmPage, ToFilmPage } from '../../protocol/rdp/graphics/film/page-messages.ts';
import { H264Encoder, type H264Options } from './h264-encoder.ts';

/** One film after the other, each with the encoder that does it best. */
export class FilmPage {
  private readonly post: (message: FromFilmPage) => void;
  private film = -1;
  private encoder: H264Encoder | undefined;
  /** Messages are worked off in order: an encoder is opened before it is used. */
  private work: Promise<void> = Promise.resolve();

  constructor(post: (message: FromFilmPage) => void) {
    this.post = post;
  }

  told(message: ToFilmPage): void {
    const before = this.work;
    this.work = (async () => {
      await before;
      if (message.tag !== 'open' && message.film !== this.film) return;
      try {
        await this.carryOut(message);
      } catch (error) {
        this.end();
        const unsupported = error instanceof DOMException && error.name === 'NotSupportedError';
        this.post({ tag: 'failed', film: message.film, unsupported, message: error instanceof Error ? error.message : String(error) });
      }
    })();
  }

  private async carryOut(message: ToFilmPage): Promise<void> {
    const { film } = message;
    switch (message.tag) {
      case 'open':
        this.end();
        this.film = film;
        await this.open(message.options);
        this.post({ tag: 'opened', film });
        return;
      case 'encode':
        if (this.encoder === undefined) return;
        this.post({ tag: 'encoded', film, ...(await this.encoder.encode({ ...message, handedOn: true })) });
        return;
      case 'end':
        this.end();
        return;
    }
  }

  private async open(options: H264Options): Promise<void> {
    this.encoder = await H264Encoder.open(options, () => performance.now());
  }

  private end(): void {
    this.encoder?.close();
    this.encoder = undefined;
  }
}
