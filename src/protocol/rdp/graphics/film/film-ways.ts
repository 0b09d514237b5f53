import { FilmEncoderError, type FilmEncoder, type FilmEncoderOptions, type FilmEncoders } from './contract.ts';

/** Makes a way to encode ready. Rejects when it is not to be had here. */
export type StartFilmEncoders = () => Promise<FilmEncoders>;

/** A way that has failed so often is not started again. */
export const MOST_STARTS = 3;

/**
 * Several ways to encode film, the best first. None is started before a film needs it; one that fails is started anew, and given up for the next
 * when it keeps failing or is not to be had.
 */
export class FilmWays implements FilmEncoders {
  private readonly ways: readonly StartFilmEncoders[];
  private readonly starts: number[];
  private readonly started: (FilmEncoders | undefined)[];
  private lastName = 'none';
  /** Settles with the film that is being opened. */
  private opening: Promise<void> | undefined;
  private over = false;

  constructor(ways: readonly StartFilmEncoders[]) {
    this.ways = ways;
    this.starts = ways.map(() => 0);
    this.started = ways.map(() => undefined);
  }

  /** Of the way that encoded last. */
  get name(): string {
    return this.lastName;
  }

  /** One film after the other: whoever is being started is not started twice, and an encoder that has one film at a time is not asked for two. */
  open(options: FilmEncoderOptions): Promise<FilmEncoder> {
    const before = this.opening;
    const opened = before === undefined ? this.openFirst(options) : before.then(() => this.openFirst(options));
    const settled = (): void => {
      if (this.opening === opening) this.opening = undefined;
    };
    const opening = opened.then(settled, settled);
    this.opening = opening;
    return opened;
  }

  close(): void {
    this.over = true;
    for (const index of this.ways.keys()) this.end(index);
  }

  private async openFirst(options: FilmEncoderOptions): Promise<FilmEncoder> {
    let why: unknown;
    for (const index of this.ways.keys()) {
      try {
        const encoders = await this.start(index);
        const encoder = await encoders?.open(options);
        if (encoders === undefined || encoder === undefined) continue;
        return this.watched(index, encoders, encoder);
      } catch (error) {
        why = error;
        // A size that it does not take is no reason to end it.
        if (!(error instanceof FilmEncoderError && error.code === 'UNSUPPORTED')) this.end(index);
      }
      if (this.over) break;
    }
    throw new FilmEncoderError('UNSUPPORTED', 'no way to encode film is left', { cause: why });
  }

  private async start(index: number): Promise<FilmEncoders | undefined> {
    const running = this.started[index];
    if (running !== undefined) return running;
    const way = this.ways[index];
    const starts = this.starts[index] ?? 0;
    if (way === undefined || starts >= MOST_STARTS) return undefined;
    this.starts[index] = starts + 1;
    const encoders = await way();
    if (this.over) {
      encoders.close();
      return undefined;
    }
    this.started[index] = encoders;
    return encoders;
  }

  private watched(index: number, encoders: FilmEncoders, encoder: FilmEncoder): FilmEncoder {
    let closed = false;
    return {
      encode: async (picture, key) => {
        try {
          const encoded = await encoder.encode(picture, key);
          this.lastName = encoders.name;
          return encoded;
        } catch (error) {
          if (!closed && this.started[index] === encoders) this.end(index);
          throw error;
        }
      },
      setBitrate: (bitsPerSecond) => encoder.setBitrate(bitsPerSecond),
      close: () => {
        closed = true;
        encoder.close();
      },
    };
  }

  private end(index: number): void {
    this.started[index]?.close();
    this.started[index] = undefined;
  }
}
