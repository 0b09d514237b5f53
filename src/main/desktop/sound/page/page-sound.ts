import * as z from 'zod';
import type { FromSoundRecorder, RecordSound } from '../../../../protocol/rdp/sound-recording.ts';
import type { Clock } from '../../../clock.ts';
import { Emitter } from '../../../emitter.ts';
import {
  type OpenSoundPage,
  type SoundCapture,
  type SoundCaptureEvent,
  SoundError,
  type SoundPage,
  type SoundSource,
} from '../contract.ts';
import { SoundBlocks } from '../sound-blocks.ts';
import { PageClock } from './page-clock.ts';

/** A busy computer loads a page within this. */
const LONGEST_OPEN_MS = 10_000;
/** A system gives silence where nothing is played: where nothing comes for so long nothing is recorded. */
const LONGEST_NOTHING_MS = 10_000;
/** Of two channels of 16 bits. */
const SAMPLE_BYTES = 4;
const MAX_BLOCK_MS = 500;
const MAX_TEXT_CHARACTERS = 1_000;
/** Before it browsers have no way to what a Mac plays (ScreenCaptureKit; from 14.2 on Core Audio taps). */
const FIRST_MACOS = 13;

export interface PageSoundOptions {
  readonly openPage: OpenSoundPage;
  readonly clock: Pick<Clock, 'monotonicMs' | 'after'>;
  /** Where the system asks its person, who may also have said no. */
  readonly macos?: { readonly version: string } | undefined;
}

/** What Windows or a Mac plays, recorded by a hidden page (Electron's `loopback`). */
export function pageSound({ openPage, clock, macos }: PageSoundOptions): SoundSource {
  return {
    missing: async () => (macos !== undefined && Number.parseInt(macos.version, 10) < FIRST_MACOS ? 'notHere' : undefined),
    open: async ({ samplesPerSecond }, signal) => {
      const page = await loaded(openPage, clock, signal);
      return new PageRecording({ page, samplesPerSecond, clock, signal, asks: macos !== undefined });
    },
  };
}

/** Nothing is recorded yet. Rejects with SoundError; whatever comes of it later is closed then. */
async function loaded(openPage: OpenSoundPage, clock: PageSoundOptions['clock'], signal: AbortSignal): Promise<SoundPage> {
  signal.throwIfAborted();
  const gaveUp = Promise.withResolvers<never>();
  const cancel = clock.after(LONGEST_OPEN_MS, () => gaveUp.reject(new Error(`no page within ${LONGEST_OPEN_MS} ms`)));
  const aborted = (): void => gaveUp.reject(signal.reason);
  signal.addEventListener('abort', aborted);
  const opening = openPage();
  try {
    return await Promise.race([opening, gaveUp.promise]);
  } catch (error) {
    opening.then(
      (page) => page.close(),
      () => undefined,
    );
    signal.throwIfAborted();
    throw new SoundError('LOST', 'the page that records did not load', { cause: error });
  } finally {
    cancel();
    signal.removeEventListener('abort', aborted);
  }
}

interface PageRecordingOptions {
  readonly page: SoundPage;
  readonly samplesPerSecond: number;
  readonly clock: PageSoundOptions['clock'];
  readonly signal: AbortSignal;
  readonly asks: boolean;
}

class PageRecording implements SoundCapture {
  private readonly options: PageRecordingOptions;
  private readonly bytesPerMs: number;
  /** The page is a stranger's word as others are: of what it says nothing is believed but the samples. */
  private readonly fromPage: z.ZodType<FromSoundRecorder>;
  private readonly events = new Emitter<SoundCaptureEvent>();
  private readonly blocks: SoundBlocks;
  private readonly pageClock = new PageClock();
  private heardAtMs: number | undefined;
  private stopWatching: () => void = () => undefined;
  private over = false;

  constructor(options: PageRecordingOptions) {
    this.options = options;
    const { page, samplesPerSecond, signal } = options;
    this.bytesPerMs = (samplesPerSecond * SAMPLE_BYTES) / 1_000;
    this.fromPage = messagesOf(Math.ceil(this.bytesPerMs * MAX_BLOCK_MS));
    this.blocks = new SoundBlocks(samplesPerSecond);
    signal.addEventListener('abort', this.close);
    page.port.on('message', ({ data }) => this.receive(data));
    page.onGone((why) => this.fail('LOST', why));
    page.port.start();
    page.port.postMessage({ tag: 'record', samplesPerSecond } satisfies RecordSound);
    this.watch(LONGEST_NOTHING_MS);
  }

  readonly onEvent = this.events.on;

  /** The page is destroyed, and with it what the system gave to it. */
  readonly close = (): void => {
    if (this.over) return;
    this.over = true;
    this.stopWatching();
    this.options.signal.removeEventListener('abort', this.close);
    this.options.page.close();
  };

  private receive(value: unknown): void {
    if (this.over) return;
    const parsed = this.fromPage.safeParse(value);
    if (!parsed.success) return this.fail('LOST', 'the page that records sent something else than agreed');
    const { data: message } = parsed;
    if (message.tag === 'recordingEnded') return this.fail(message.why === 'refused' ? this.refusal : 'LOST', message.message);
    const nowMs = this.options.clock.monotonicMs();
    this.heardAtMs = nowMs;
    const durationMs = message.pcm.length / this.bytesPerMs;
    const atMs = this.pageClock.timeOf(message.atMs, durationMs, nowMs);
    for (const sound of this.blocks.push(message.pcm, atMs + durationMs)) this.events.emit({ tag: 'sound', sound });
  }

  /** Where nobody is asked, nobody has said no. */
  private get refusal(): 'NOT_PERMITTED' | 'LOST' {
    return this.options.asks ? 'NOT_PERMITTED' : 'LOST';
  }

  private watch(afterMs: number): void {
    const { clock } = this.options;
    this.stopWatching = clock.after(afterMs, () => {
      const silentMs = this.heardAtMs === undefined ? LONGEST_NOTHING_MS : clock.monotonicMs() - this.heardAtMs;
      if (silentMs < LONGEST_NOTHING_MS) this.watch(LONGEST_NOTHING_MS - silentMs);
      else this.fail(this.heardAtMs === undefined ? this.refusal : 'LOST', `the system has given nothing for ${LONGEST_NOTHING_MS} ms`);
    });
  }

  private fail(code: 'NOT_PERMITTED' | 'LOST', why: string): void {
    if (this.over) return;
    this.close();
    this.events.emit({ tag: 'failed', error: new SoundError(code, why) });
  }
}

const messagesOf = (maxBytes: number) =>
  z.discriminatedUnion('tag', [
    z.strictObject({
      tag: z.literal('recorded'),
      pcm: z.instanceof(Uint8Array).refine(({ length }) => length <= maxBytes && length % SAMPLE_BYTES === 0),
      atMs: z.number(),
    }),
    z.strictObject({
      tag: z.literal('recordingEnded'),
      why: z.enum(['refused', 'lost']),
      message: z.string().max(MAX_TEXT_CHARACTERS),
    }),
  ]) satisfies z.ZodType<FromSoundRecorder>;
