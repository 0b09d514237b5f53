import type { ViewerSound } from '../../../protocol/rdp/viewer-sound.ts';
import { SOUND_OUTPUT, type SoundOutputOptions, type ToSoundOutput } from './output-messages.ts';
import { OpusDecoder, PcmDecoder, type SoundDecoder } from './sound-decoder.ts';
// oxlint-disable-next-line import/default -- Vite compiles it and gives its address.
import outputUrl from './sound-output.worker.ts?worker&url';

/** After so long without sound nothing is kept open for it. */
const IDLE_MS = 5_000;
/** Louder or softer is reached within so long, so that it does not click. */
const VOLUME_WITHIN_S = 0.02;

const MS_A_SECOND = 1_000;

/** What plays sound of one kind. */
interface Output {
  readonly kind: string;
  readonly context: AudioContext;
  readonly decoder: SoundDecoder;
  readonly volume: GainNode;
  /** Undefined until the audio thread has been started; what comes before is not waited for. */
  node: AudioWorkletNode | undefined;
}

/** Audio is opened so often at most: the novice's program says of each block which format it has. */
const OPEN_AGAIN_MS = 500;

/** The novice's sound in the expert's window. Nothing is opened before sound comes, and nothing is left open when none does. */
export class SoundPlayer {
  private readonly failed: (error: unknown) => void;
  private output: Output | undefined;
  private loudness = 1;
  private waitMs = 0;
  private idle: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private openedAtMs = Number.NEGATIVE_INFINITY;

  /** @param failed this computer plays no sound; called each time that it was tried */
  constructor(failed: (error: unknown) => void) {
    this.failed = failed;
  }

  /** Plays this after what has come before. */
  play(sound: ViewerSound): void {
    if (this.closed) return;
    this.stayAwake();
    const kind = `${sound.codec} ${sound.samplesPerSecond} ${sound.channels}`;
    try {
      if (this.output?.kind !== kind) {
        // An audio thread for each block would leave the page no time: of another kind sound goes on a moment later.
        if (performance.now() - this.openedAtMs < OPEN_AGAIN_MS) return;
        this.open(kind, sound);
      }
      this.output?.decoder.decode(sound);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Sound pauses: what is there is played to its end. */
  finish(): void {
    this.tell({ tag: 'finish' });
  }

  /** From 0, nothing is heard, to 1. */
  setVolume(loudness: number): void {
    this.loudness = loudness;
    const { output } = this;
    output?.volume.gain.setTargetAtTime(loudness, output.context.currentTime, VOLUME_WITHIN_S);
  }

  /** So much is to lie ahead of what is played, as far as that stays within its bounds: the film is so late. */
  wait(ms: number): void {
    this.waitMs = ms;
    this.tellWait();
  }

  close(): void {
    this.closed = true;
    this.end();
  }

  private open(kind: string, { codec, samplesPerSecond, channels }: ViewerSound): void {
    this.end();
    this.stayAwake();
    this.openedAtMs = performance.now();
    const context = new AudioContext({ sampleRate: samplesPerSecond, latencyHint: 'interactive' });
    const volume = new GainNode(context, { gain: this.loudness });
    volume.connect(context.destination);
    const decoded: ConstructorParameters<typeof PcmDecoder>[0] = (block) => this.tell({ tag: 'block', block });
    const decoder = codec === 'opus' ? new OpusDecoder({ samplesPerSecond, channels }, decoded) : new PcmDecoder(decoded);
    const output: Output = { kind, context, decoder, volume, node: undefined };
    this.output = output;
    void this.start(output, channels);
  }

  private async start(output: Output, channels: number): Promise<void> {
    const { context, volume } = output;
    try {
      await context.audioWorklet.addModule(outputUrl);
      if (this.output !== output) return;
      const processorOptions: SoundOutputOptions = { channels };
      output.node = new AudioWorkletNode(context, SOUND_OUTPUT, { numberOfInputs: 0, outputChannelCount: [2], processorOptions });
      output.node.connect(volume);
      this.tellWait();
    } catch (error) {
      if (this.output === output) this.fail(error);
    }
  }

  private tellWait(): void {
    const { output } = this;
    // What has left the audio thread is not heard at once.
    if (output !== undefined) this.tell({ tag: 'wait', ms: Math.max(0, this.waitMs - output.context.outputLatency * MS_A_SECOND) });
  }

  private tell(message: ToSoundOutput): void {
    this.output?.node?.port.postMessage(message);
  }

  private stayAwake(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.end(), IDLE_MS);
  }

  private fail(error: unknown): void {
    this.end();
    this.failed(error);
  }

  private end(): void {
    clearTimeout(this.idle);
    const { output } = this;
    this.output = undefined;
    output?.decoder.close();
    void output?.context.close().catch(() => undefined);
  }
}
