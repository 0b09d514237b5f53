import type { SoundServer } from '../../protocol/rdp/channels/sound/sound-server.ts';
import type { AudioFormat } from '../../protocol/rdp/pdu/rdpsnd/audio-format.ts';
import type { Clock } from '../clock.ts';
import type { NoviceLink } from '../connection/contract.ts';
import type {
  EncodedSound,
  OpenSoundEncoder,
  RecordedSound,
  SoundCapture,
  SoundCaptureEvent,
  SoundEncoder,
  SoundSource,
} from '../desktop/sound/contract.ts';
import { SoundShare, soundWays, type SoundWay } from './sound-share.ts';

/** Sound that would come later than this is not sent: it would only push back what comes after it. On a long line pictures are later, and sound waits for them. */
const LATE_MS = 200;
const MOST_LATER_MS = 150;
/** Nothing came through for so long: the line is too thin. */
const THIN_MS = 1_000;
/** After so long without any sound nothing is sent until there is some. */
const QUIET_MS = 300;
const MS_A_SECOND = 1_000;

export interface SoundRunParts {
  readonly channel: Pick<SoundServer, 'send' | 'waitingMs'>;
  readonly source: SoundSource;
  /** One that the client takes. */
  readonly format: AudioFormat;
  /** For Opus. */
  readonly openEncoder: OpenSoundEncoder | undefined;
  readonly link: Pick<NoviceLink, 'line'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly atRest: () => boolean;
  /** Whether the line has room for it is another. */
  readonly changed: () => void;
  /** It has ended by itself. */
  readonly failed: (error: unknown) => void;
}

/** Sound of one format on its way from the recorder to the channel, from `open` until `stop`. It is never queued: what would come late is left out. */
export class SoundRun {
  readonly format: AudioFormat;
  private readonly parts: SoundRunParts;
  private readonly abort = new AbortController();
  private readonly share: SoundShare;
  private capture: SoundCapture | undefined;
  private encoder: SoundEncoder | undefined;
  private soundedAtMs = Number.NEGATIVE_INFINITY;
  private way: SoundWay | undefined;
  /** Since when everything has been left out; undefined when the last block was sent. */
  private lateSinceMs: number | undefined;
  private thin = false;
  /** When each block was sent that the socket has not taken, the oldest first. */
  private untaken: number[] = [];

  constructor(parts: SoundRunParts) {
    this.parts = parts;
    this.format = parts.format;
    this.share = new SoundShare(soundWays(parts.format));
  }

  /** The line has no room for it. */
  get isThin(): boolean {
    return this.thin;
  }

  /** What it takes of the line now. */
  get bytesPerSecond(): number {
    return this.way?.bytesPerSecond ?? 0;
  }

  /** Records from now on. Rejects with SoundError. */
  async open(): Promise<void> {
    const { source, format, openEncoder } = this.parts;
    const { signal } = this.abort;
    const encoder = await openEncoder?.(signal);
    if (signal.aborted) return encoder?.close();
    this.encoder = encoder;
    encoder?.onEvent((event) => {
      if (event.tag === 'failed') this.fail(event.error);
      else this.attempt(() => this.send(event.packet));
    });
    const capture = await source.open({ samplesPerSecond: format.samplesPerSecond }, signal);
    if (signal.aborted) return capture.close();
    this.capture = capture;
    capture.onEvent((event) => this.onCapture(event));
  }

  /** At once: nothing is recorded any more. Idempotent. */
  stop(): void {
    this.abort.abort();
    this.capture?.close();
    this.encoder?.close();
    this.way = undefined;
  }

  private fail(error: unknown): void {
    if (!this.abort.signal.aborted) this.parts.failed(error);
  }

  private attempt(act: () => void): void {
    if (this.abort.signal.aborted) return;
    try {
      act();
    } catch (error) {
      this.fail(error);
    }
  }

  private onCapture(event: SoundCaptureEvent): void {
    if (event.tag === 'failed') this.fail(event.error);
    else this.attempt(() => this.play(event.sound));
  }

  private play(sound: RecordedSound): void {
    const { clock, link, atRest } = this.parts;
    const nowMs = clock.monotonicMs();
    if (isSound(sound.pcm)) this.soundedAtMs = nowMs;
    const isQuiet = nowMs - this.soundedAtMs > QUIET_MS;
    const before = this.way;
    this.way = isQuiet ? undefined : this.share.choose(link.line, atRest(), nowMs);
    if (before === undefined) this.lateSinceMs = undefined;
    if (!isQuiet) this.setThin(!this.share.isCarried || nowMs - (this.lateSinceMs ?? nowMs) > THIN_MS);
    if (this.way === undefined) {
      if (before !== undefined) this.encoder?.pause();
      return;
    }
    const { rate } = this.way;
    if (this.encoder !== undefined && rate !== undefined) this.encoder.encode(sound, rate);
    else
      this.send({
        data: sound.pcm,
        recordedAtMs: sound.recordedAtMs,
        durationMs: (sound.pcm.length / this.format.bytesPerSecond) * MS_A_SECOND,
      });
  }

  private send({ data, recordedAtMs, durationMs }: EncodedSound): void {
    const { channel, clock, link, atRest } = this.parts;
    const nowMs = clock.monotonicMs();
    const { line } = link;
    const queuedMs = line.bytesPerSecond === undefined ? 0 : (line.queuedBytes / line.bytesPerSecond) * MS_A_SECOND;
    const roundTripMs = line.minRoundTripMs ?? 0;
    // The usual one: a way may have become longer.
    const waitingMs = channel.waitingMs(nowMs) - (line.roundTripMs ?? roundTripMs);
    const [untaken = nowMs] = this.untaken;
    const lateMs = LATE_MS + Math.min(MOST_LATER_MS, roundTripMs / 2);
    if (Math.max(queuedMs, waitingMs, nowMs - untaken, nowMs - recordedAtMs - durationMs) > lateMs) {
      this.lateSinceMs ??= nowMs;
      this.share.late(atRest(), nowMs);
      return;
    }
    this.lateSinceMs = undefined;
    this.untaken.push(nowMs);
    const taken = (): void => void this.untaken.shift();
    channel.send({ format: this.format, data, recordedAtMs, sentAtMs: nowMs }).then(taken, taken);
  }

  private setThin(thin: boolean): void {
    if (this.thin === thin) return;
    this.thin = thin;
    this.parts.changed();
  }
}

/** Whether any sample is other than nothing. */
function isSound(pcm: Uint8Array): boolean {
  return pcm.some((byte) => byte !== 0);
}
