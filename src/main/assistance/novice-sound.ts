import type { NotesNovice } from '../../protocol/assistance/notes-novice.ts';
import type { SoundServer } from '../../protocol/rdp/channels/sound/sound-server.ts';
import type { AudioFormat } from '../../protocol/rdp/pdu/rdpsnd/audio-format.ts';
import type { SoundState } from '../../protocol/rdp/sound-state.ts';
import type { Clock } from '../clock.ts';
import type { NoviceLink } from '../connection/contract.ts';
import type { RecordedSound, SoundCapture, SoundCaptureEvent, SoundSource } from '../desktop/sound/contract.ts';
import { SoundShare } from './sound-share.ts';

/** Sound that would come later than this is not sent: it would only push back what comes after it. */
const LATE_MS = 200;
/** After so long without any sound nothing is sent until there is some. */
const QUIET_MS = 300;
/** What a block of PCM costs with all that is sent around it, as a share of itself. */
const WITH_HEADERS = 1.05;

export interface NoviceSoundParts {
  /** Of this connection. */
  readonly channel: SoundServer;
  readonly notes: Pick<NotesNovice, 'tell'>;
  /** Undefined where no system's sound is known. */
  readonly source: SoundSource | undefined;
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

interface Run {
  readonly abort: AbortController;
  readonly format: AudioFormat;
  readonly share: SoundShare;
  capture: SoundCapture | undefined;
  soundedAtMs: number;
  /** When the oldest block was sent that the socket has not taken. */
  untaken: number[];
}

/**
 * The sound of the novice's computer on its way to the expert: recorded only while the novice wants it heard and the expert's program plays it. It
 * is never queued: what the line has no room for is left out.
 */
export class NoviceSound {
  private readonly parts: NoviceSoundParts;
  private wished: boolean;
  private missing: SoundState['why'];
  private failed = false;
  private thin = false;
  private run: Run | undefined;
  /** From the yes to seeing until the end of the connection. */
  private active = false;
  private told: SoundState | undefined;

  /** `wished`: what the novice has chosen so far in this session. */
  constructor(parts: NoviceSoundParts, wished: boolean) {
    this.parts = parts;
    this.wished = wished;
  }

  get state(): SoundState {
    const { channel, source } = this.parts;
    if (source === undefined) return { state: 'unavailable', why: 'notHere' };
    if (this.missing !== undefined) return { state: 'unavailable', why: this.missing };
    if (channel.formats === undefined || channel.formats.length === 0) return { state: 'unavailable', why: 'otherProgram' };
    if (!this.wished) return { state: 'off', ...(this.failed ? { why: 'failed' } : {}) };
    return { state: 'on', ...(this.thin ? { why: 'thinLine' } : {}) };
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
    this.failed = false;
    this.follow();
  }

  /** At once: nothing is recorded any more. */
  stop(): void {
    this.active = false;
    this.halt();
  }

  /** Does what is wanted and possible. */
  private follow(): void {
    const { channel, source } = this.parts;
    const [format] = channel.formats ?? [];
    const isWanted = this.active && this.wished && this.missing === undefined;
    if (!isWanted || source === undefined || format === undefined) this.halt();
    else if (this.run?.format !== format) {
      this.halt();
      void this.open(source, format);
    }
    this.tell();
  }

  private async open(source: SoundSource, format: AudioFormat): Promise<void> {
    const abort = new AbortController();
    const run: Run = { abort, format, share: new SoundShare(), capture: undefined, soundedAtMs: Number.NEGATIVE_INFINITY, untaken: [] };
    this.run = run;
    try {
      const capture = await source.open({ samplesPerSecond: format.samplesPerSecond }, abort.signal);
      if (this.run !== run) return capture.close();
      run.capture = capture;
      capture.onEvent((event) => this.onCapture(run, event));
    } catch (error) {
      if (this.run === run) this.end(error);
    }
  }

  private onCapture(run: Run, event: SoundCaptureEvent): void {
    if (this.run !== run) return;
    if (event.tag === 'failed') return this.end(event.error);
    try {
      this.play(run, event.sound);
    } catch (error) {
      this.end(error);
    }
  }

  private play(run: Run, sound: RecordedSound): void {
    const { channel, clock, link, atRest } = this.parts;
    const nowMs = clock.monotonicMs();
    if (isSound(sound.pcm)) run.soundedAtMs = nowMs;
    if (nowMs - run.soundedAtMs > QUIET_MS) return;
    const { line } = link;
    const isCarried = run.share.carries(line, run.format.bytesPerSecond * WITH_HEADERS, atRest(), nowMs);
    this.setThin(!isCarried);
    const queuedMs = line.bytesPerSecond === undefined ? 0 : (line.queuedBytes / line.bytesPerSecond) * 1_000;
    const waitingMs = channel.waitingMs(nowMs) - (line.minRoundTripMs ?? 0);
    const [untaken = nowMs] = run.untaken;
    if (!isCarried || Math.max(queuedMs, waitingMs, nowMs - untaken, nowMs - sound.recordedAtMs) > LATE_MS) return;
    run.untaken.push(nowMs);
    const taken = (): void => void run.untaken.shift();
    channel.send({ format: run.format, data: sound.pcm, recordedAtMs: sound.recordedAtMs, sentAtMs: nowMs }).then(taken, taken);
  }

  private setThin(thin: boolean): void {
    if (this.thin === thin) return;
    this.thin = thin;
    this.tell();
  }

  private end(error: unknown): void {
    this.wished = false;
    this.failed = true;
    this.halt();
    this.parts.ended();
    this.parts.onError(error);
    this.tell();
  }

  private halt(): void {
    const { run } = this;
    if (run === undefined) return;
    this.run = undefined;
    this.thin = false;
    run.abort.abort();
    run.capture?.close();
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

/** Whether any sample is other than nothing. */
function isSound(pcm: Uint8Array): boolean {
  return pcm.some((byte) => byte !== 0);
}
