import * as z from 'zod';
import type { FromSoundEncoder, OpusRate, ToSoundEncoder } from '../../../../protocol/rdp/sound-encoding.ts';
import type { Clock } from '../../../clock.ts';
import { Emitter } from '../../../emitter.ts';
import type { FilmPage, OpenFilmPage } from '../../film/contract.ts';
import { type OpenSoundEncoder, type RecordedSound, type SoundEncoder, type SoundEncoderEvent, SoundError } from '../contract.ts';

/** A busy computer loads a page within this. */
const LONGEST_OPEN_MS = 10_000;
/** Of sound that was given and of which nothing has come back: a page that is so far behind hangs. */
const MOST_OWED_MS = 2_000;
/** RFC 6716, 3.4: frames of 1,275 bytes, up to three in the longest packets that are asked for. */
const MAX_PACKET_BYTES = 4_096;
const MAX_TEXT_CHARACTERS = 1_000;
/** Of two channels of 16 bits. */
const BYTES_PER_MS = 192;

/** The page is a stranger's word as others are: of what it hears nothing is believed but the bytes. */
const fromPage = z.discriminatedUnion('tag', [
  z.strictObject({ tag: z.literal('soundReady') }),
  z.strictObject({
    tag: z.literal('soundPacket'),
    data: z.instanceof(Uint8Array).refine(({ length }) => length > 0 && length <= MAX_PACKET_BYTES),
    recordedAtMs: z.number(),
    packetMs: z.number().positive().max(120),
  }),
  z.strictObject({ tag: z.literal('soundFailed'), message: z.string().max(MAX_TEXT_CHARACTERS) }),
]) satisfies z.ZodType<FromSoundEncoder>;

/** Opus by WebCodecs in a hidden page of its own, of the kind that encodes film. */
export function pageOpus(openPage: OpenFilmPage, clock: Pick<Clock, 'after'>): OpenSoundEncoder {
  return async (signal) => {
    signal.throwIfAborted();
    const gaveUp = Promise.withResolvers<never>();
    const cancel = clock.after(LONGEST_OPEN_MS, () => gaveUp.reject(failed(`no page within ${LONGEST_OPEN_MS} ms`)));
    const aborted = (): void => gaveUp.reject(signal.reason);
    signal.addEventListener('abort', aborted);
    const opening = openPage();
    let encoder: PageOpusEncoder | undefined;
    try {
      encoder = new PageOpusEncoder(await Promise.race([opening, gaveUp.promise]));
      await Promise.race([encoder.ready, gaveUp.promise]);
      return encoder;
    } catch (error) {
      encoder?.close();
      // It may come later.
      if (encoder === undefined)
        opening.then(
          (page) => page.close(),
          () => undefined,
        );
      signal.throwIfAborted();
      throw error instanceof SoundError ? error : failed('the page that encodes did not load', { cause: error });
    } finally {
      cancel();
      signal.removeEventListener('abort', aborted);
    }
  };
}

class PageOpusEncoder implements SoundEncoder {
  private readonly page: FilmPage;
  private readonly events = new Emitter<SoundEncoderEvent>();
  private readonly opened = Promise.withResolvers<void>();
  private owedMs = 0;
  private over = false;

  constructor(page: FilmPage) {
    this.page = page;
    // Who waits for it hears of it; nobody may.
    this.opened.promise.catch(() => undefined);
    page.port.on('message', ({ data }) => this.receive(data));
    page.onGone((why) => this.end(failed(why)));
    page.port.start();
    this.post({ tag: 'soundOpen' });
  }

  /** Resolves when it can encode; rejects with SoundError ENCODER. */
  get ready(): Promise<void> {
    return this.opened.promise;
  }

  readonly onEvent = this.events.on;

  encode({ pcm, recordedAtMs }: RecordedSound, rate: OpusRate): void {
    if (this.over) return;
    this.owedMs += pcm.length / BYTES_PER_MS;
    if (this.owedMs > MOST_OWED_MS) return this.end(failed(`nothing has come back of ${MOST_OWED_MS} ms`));
    // A view would be sent with all of the memory that it is a view of.
    this.post({ tag: 'sound', pcm: pcm.slice(), recordedAtMs, rate });
  }

  pause(): void {
    if (this.over) return;
    this.owedMs = 0;
    this.post({ tag: 'soundPaused' });
  }

  close(): void {
    this.end(undefined);
  }

  private post(message: ToSoundEncoder): void {
    this.page.port.postMessage(message);
  }

  private receive(value: unknown): void {
    if (this.over) return;
    const parsed = fromPage.safeParse(value);
    if (!parsed.success) return this.end(failed('the page that encodes sent something else than agreed'));
    const { data: message } = parsed;
    switch (message.tag) {
      case 'soundReady':
        return this.opened.resolve();
      case 'soundFailed':
        return this.end(failed(message.message));
      case 'soundPacket':
        this.owedMs = 0;
        this.events.emit({
          tag: 'packet',
          packet: { data: message.data, recordedAtMs: message.recordedAtMs, durationMs: message.packetMs },
        });
    }
  }

  private end(why: SoundError | undefined): void {
    if (this.over) return;
    this.over = true;
    this.page.close();
    this.opened.reject(why ?? failed('closed'));
    if (why !== undefined) this.events.emit({ tag: 'failed', error: why });
  }
}

function failed(message: string, options?: ErrorOptions): SoundError {
  return new SoundError('ENCODER', message, options);
}
