import * as z from 'zod';
import {
  FilmEncoderError,
  type EncodedFilm,
  type FilmEncoder,
  type FilmEncoderOptions,
  type FilmEncoders,
  type FilmPicture,
} from '../../../protocol/rdp/graphics/film/contract.ts';
import type { FromFilmPage, ToFilmPage } from '../../../protocol/rdp/graphics/film/page-messages.ts';
import type { Clock } from '../../clock.ts';

/** No picture takes so long in a page that works, and a film that stands still so long is better sent another way. */
export const LONGEST_ENCODE_MS = 700;
/** A page is given so long for its first encoder. */
export const LONGEST_OPEN_MS = 900;
/** Hardly compressed, a picture of 8192×8192 is no longer. */
const MAX_UNIT_BYTES = 64 * 1024 * 1024;
const MAX_TEXT_CHARACTERS = 1_000;

/** The end of a message port that leads to a page with `src/renderer/film`. */
export interface FilmPagePort {
  post(message: ToFilmPage): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Once, when the page has ended by itself. */
  onGone(listener: (why: string) => void): void;
  /** Lets the page go. */
  close(): void;
}

const film = z.int().min(0);
const text = z.string().max(MAX_TEXT_CHARACTERS);

/** A page reads the screen, where anything may stand: what it says is a stranger's word. */
const fromFilmPage = z.discriminatedUnion('tag', [
  z.strictObject({ tag: z.literal('opened'), film }),
  z.strictObject({
    tag: z.literal('encoded'),
    film,
    bytes: z.instanceof(Uint8Array).refine(({ length }) => length > 0 && length <= MAX_UNIT_BYTES),
    key: z.boolean(),
    hardware: z.boolean(),
  }),
  z.strictObject({ tag: z.literal('failed'), film, unsupported: z.boolean(), message: text }),
]) satisfies z.ZodType<FromFilmPage>;

interface Waiting {
  readonly resolve: (message: FromFilmPage) => void;
  readonly reject: (error: FilmEncoderError) => void;
}

/** Film encoded by WebCodecs in a hidden page, which may end at any time: whatever is asked then rejects. */
export class PageFilmEncoders implements FilmEncoders {
  private readonly port: FilmPagePort;
  private readonly clock: Pick<Clock, 'after'>;
  private film = 0;
  private waiting: Waiting | undefined;
  private gone: FilmEncoderError | undefined;
  private hardware = false;

  constructor(port: FilmPagePort, clock: Pick<Clock, 'after'>) {
    this.port = port;
    this.clock = clock;
    port.onMessage((message) => this.receive(message));
    port.onGone((why) => this.end(new FilmEncoderError('GONE', why)));
  }

  get name(): string {
    return this.hardware ? 'webcodecs-hardware' : 'webcodecs';
  }

  async open(options: FilmEncoderOptions): Promise<FilmEncoder> {
    this.film += 1;
    const { film } = this;
    await this.ask({ tag: 'open', film, options }, LONGEST_OPEN_MS);
    let { bitsPerSecond } = options;
    return {
      encode: async ({ i420 }: FilmPicture, key: boolean): Promise<EncodedFilm> => {
        if (film !== this.film) throw new FilmEncoderError('GONE', 'another film has begun');
        const answer = await this.ask({ tag: 'encode', film, i420, key, bitsPerSecond }, LONGEST_ENCODE_MS);
        if (answer.tag !== 'encoded') throw new FilmEncoderError('FAILED', 'the page of the film answered something else than was asked');
        this.hardware = answer.hardware;
        return { bytes: answer.bytes, key: answer.key };
      },
      setBitrate: (next) => {
        bitsPerSecond = next;
      },
      close: () => {
        if (film !== this.film || this.gone !== undefined) return;
        this.film += 1;
        this.settle()?.reject(new FilmEncoderError('GONE', 'the film was closed'));
        this.port.post({ tag: 'end', film });
      },
    };
  }

  close(): void {
    this.end(new FilmEncoderError('GONE', 'the film was closed'));
  }

  private ask(message: ToFilmPage, longestMs: number): Promise<FromFilmPage> {
    if (this.gone !== undefined) return Promise.reject(this.gone);
    this.settle()?.reject(new FilmEncoderError('GONE', 'another film has begun'));
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(longestMs, () =>
        this.end(new FilmEncoderError('TOO_SLOW', `no answer to ${message.tag} in ${longestMs} ms`)),
      );
      this.waiting = {
        resolve: (answer) => {
          cancel();
          resolve(answer);
        },
        reject: (error) => {
          cancel();
          reject(error);
        },
      };
      this.port.post(message);
    });
  }

  private receive(value: unknown): void {
    const parsed = fromFilmPage.safeParse(value);
    if (!parsed.success) {
      this.end(new FilmEncoderError('FAILED', 'the page of the film sent something else than agreed'));
      return;
    }
    const message = parsed.data;
    if (message.film !== this.film) return;
    if (message.tag === 'failed')
      this.settle()?.reject(new FilmEncoderError(message.unsupported ? 'UNSUPPORTED' : 'FAILED', message.message));
    else this.settle()?.resolve(message);
  }

  private settle(): Waiting | undefined {
    const { waiting } = this;
    this.waiting = undefined;
    return waiting;
  }

  /** A page that has failed to answer once is not asked again. */
  private end(why: FilmEncoderError): void {
    if (this.gone !== undefined) return;
    this.gone = why;
    this.settle()?.reject(why);
    this.port.close();
  }
}
