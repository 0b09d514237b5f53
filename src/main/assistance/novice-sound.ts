import type { NotesNovice } from '../../protocol/assistance/notes-novice.ts';
import type { SoundServer } from '../../protocol/rdp/channels/sound/sound-server.ts';
import { type AudioFormat, WAVE_FORMAT } from '../../protocol/rdp/pdu/rdpsnd/audio-format.ts';
import type { SoundState } from '../../protocol/rdp/sound-state.ts';
import type { Clock } from '../clock.ts';
import type { NoviceLink } from '../connection/contract.ts';
import { type OpenSoundEncoder, SoundError, type SoundSource } from '../desktop/sound/contract.ts';
import { SoundRun } from './sound-run.ts';

/** An encoder that fails is opened once more; then the connection goes on without. */
const MOST_ENCODER_FAILURES = 2;

export interface NoviceSoundParts {
  /** Of this connection. */
  readonly channel: SoundServer;
  readonly notes: Pick<NotesNovice, 'tell'>;
  /** Undefined where no system's sound is known. */
  readonly source: SoundSource | undefined;
  /** Undefined where nothing encodes Opus. */
  readonly openEncoder?: OpenSoundEncoder | undefined;
  readonly link: Pick<NoviceLink, 'line'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Nothing of the picture is being sent. */
  readonly atRest: () => boolean;
  /** The state is another. */
  readonly changed: () => void;
  /** It has ended by itself, and is off. */
  readonly ended: () => void;
  readonly onError: (error: unknown) => void;
}

/**
 * The sound of the novice's computer on its way to the expert: recorded only while the novice wants it heard and the expert's program plays it. It
 * goes as Opus where both sides can, and as PCM otherwise.
 */
export class NoviceSound {
  private readonly parts: NoviceSoundParts;
  private wished: boolean;
  private missing: SoundState['why'];
  /** Why it is off although it was wanted. */
  private failed: 'failed' | 'refused' | undefined;
  private encoderFailures = 0;
  private run: SoundRun | undefined;
  /** From the yes to seeing until the end of the connection. */
  private active = false;
  private told: SoundState | undefined;

  /** `wished`: what the novice has chosen so far in this session. */
  constructor(parts: NoviceSoundParts, wished: boolean) {
    this.parts = parts;
    this.wished = wished;
  }

  get state(): SoundState {
    if (this.parts.source === undefined) return { state: 'unavailable', why: 'notHere' };
    if (this.missing !== undefined) return { state: 'unavailable', why: this.missing };
    if (this.format === undefined) return { state: 'unavailable', why: 'otherProgram' };
    if (!this.wished) return { state: 'off', ...(this.failed === undefined ? {} : { why: this.failed }) };
    return { state: 'on', ...(this.run?.isThin === true ? { why: 'thinLine' } : {}) };
  }

  /** What it takes of the line now, with all that is sent around it. */
  get bytesPerSecond(): number {
    return this.run?.bytesPerSecond ?? 0;
  }

  /** The novice has said yes to being seen: from now on it may be on. */
  async begin(): Promise<void> {
    this.active = true;
    this.parts.channel.onChange(() => this.follow());
    try {
      this.missing = await this.parts.source?.missing();
    } catch (error) {
      this.parts.onError(error);
      this.missing = 'notHere';
    }
    this.follow();
  }

  /** What the novice wants. */
  set(on: boolean): void {
    this.wished = on;
    this.failed = undefined;
    this.follow();
  }

  /** At once: nothing is recorded any more. */
  stop(): void {
    this.active = false;
    this.halt();
  }

  /** The best that both sides can. */
  private get format(): AudioFormat | undefined {
    const mayEncode = this.parts.openEncoder !== undefined && this.encoderFailures < MOST_ENCODER_FAILURES;
    return this.parts.channel.formats?.find(({ formatTag }) => formatTag !== WAVE_FORMAT.opus || mayEncode);
  }

  /** Does what is wanted and possible. */
  private follow(): void {
    const { source } = this.parts;
    const { format } = this;
    const isWanted = this.active && this.wished && this.missing === undefined;
    if (!isWanted || source === undefined || format === undefined) this.halt();
    else if (this.run?.format !== format) {
      this.halt();
      void this.open(source, format);
    }
    this.tell();
  }

  private async open(source: SoundSource, format: AudioFormat): Promise<void> {
    const { channel, link, clock, atRest, openEncoder } = this.parts;
    const run: SoundRun = new SoundRun({
      channel,
      source,
      format,
      openEncoder: format.formatTag === WAVE_FORMAT.opus ? openEncoder : undefined,
      link,
      clock,
      atRest,
      changed: () => this.tell(),
      failed: (error) => this.failedRun(run, error),
    });
    this.run = run;
    try {
      await run.open();
    } catch (error) {
      this.failedRun(run, error);
    }
  }

  private failedRun(run: SoundRun, error: unknown): void {
    if (this.run !== run) return;
    if (!(error instanceof SoundError) || error.code !== 'ENCODER') return this.end(error);
    this.encoderFailures += 1;
    this.halt();
    this.parts.onError(error);
    this.follow();
  }

  private end(error: unknown): void {
    this.wished = false;
    this.failed = error instanceof SoundError && error.code === 'NOT_PERMITTED' ? 'refused' : 'failed';
    this.halt();
    this.parts.ended();
    this.parts.onError(error);
    this.tell();
  }

  private halt(): void {
    const { run } = this;
    if (run === undefined) return;
    this.run = undefined;
    run.stop();
    this.parts.channel.pause();
  }

  private tell(): void {
    const { state } = this;
    // A client is given the time to say what it plays.
    if (this.parts.channel.formats === undefined && this.told === undefined) return;
    if (!this.active || (this.told?.state === state.state && this.told.why === state.why)) return;
    this.told = state;
    this.parts.notes.tell({ tag: 'sound', ...state });
    this.parts.changed();
  }
}
