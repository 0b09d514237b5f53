import type { OpusRate } from '../../../protocol/rdp/sound-encoding.ts';
import type { SoundReason } from '../../../protocol/rdp/sound-state.ts';
import type { FilmPageEnd } from '../film/contract.ts';

export type SoundErrorCode =
  /** There is nothing here that records what this computer plays. */
  | 'UNSUPPORTED'
  /** What recorded has ended by itself. */
  | 'LOST'
  /** The system does not let it be recorded: whoever sits at it has said no, or nothing yet. */
  | 'NOT_PERMITTED'
  /** What encodes cannot, or cannot any more: sound may go on without. */
  | 'ENCODER';

export class SoundError extends Error {
  override readonly name = 'SoundError';
  readonly code: SoundErrorCode;
  constructor(code: SoundErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What this computer has played: 16 bits, little-endian, two channels interleaved; a tenth of a second at most. */
export interface RecordedSound {
  readonly pcm: Uint8Array;
  /** When its first sample was played, by `Clock.monotonicMs`. */
  readonly recordedAtMs: number;
}

export type SoundCaptureEvent =
  | { readonly tag: 'sound'; readonly sound: RecordedSound }
  /** The last event: it has ended by itself. */
  | { readonly tag: 'failed'; readonly error: SoundError };

/** Records what this computer plays, from `open` until `close`. Nothing is kept: what nobody listens to is gone. */
export interface SoundCapture {
  onEvent(listener: (event: SoundCaptureEvent) => void): () => void;
  /** Ends it at once, whatever it is doing; nothing is told afterwards. Idempotent. */
  close(): void;
}

/** The sound of this computer, whatever plays it: nothing runs and nothing is recorded until it is opened. */
export interface SoundSource {
  /** Why there is none, or undefined where there may be: whether anything plays shows when it is opened. */
  missing(): Promise<Extract<SoundReason, 'noProgram' | 'notHere'> | undefined>;
  /** Rejects with SoundError. When the signal aborts, nothing runs any more. */
  open(options: { readonly samplesPerSecond: number }, signal: AbortSignal): Promise<SoundCapture>;
}

/** A hidden page that runs `src/renderer/sound` and has been given the other end of `port`. It records when it is told to. */
export interface SoundPage {
  /** Not started: what comes waits. */
  readonly port: FilmPageEnd;
  /** Once, when it has ended. */
  onGone(listener: (why: string) => void): void;
  /** Ends it at once, whatever it is doing. Idempotent. */
  close(): void;
}

/** Rejects when the page does not load. */
export type OpenSoundPage = () => Promise<SoundPage>;

/** One packet of Opus (RFC 6716), as it goes into one wave. */
export interface EncodedSound {
  readonly data: Uint8Array;
  readonly recordedAtMs: number;
  readonly durationMs: number;
}

export type SoundEncoderEvent =
  | { readonly tag: 'packet'; readonly packet: EncodedSound }
  /** The last event. ENCODER. */
  | { readonly tag: 'failed'; readonly error: SoundError };

/** Encodes what was recorded at 48 kHz, from being opened until `close`. */
export interface SoundEncoder {
  /** Goes on from what came before; another rate takes a new encoder, without a gap. Waits for nothing. */
  encode(sound: RecordedSound, rate: OpusRate): void;
  /** What comes next does not go on from what came before. */
  pause(): void;
  onEvent(listener: (event: SoundEncoderEvent) => void): () => void;
  /** Nothing is told afterwards. Idempotent. */
  close(): void;
}

/** Rejects with SoundError ENCODER. When the signal aborts before it is open, nothing is left open. */
export type OpenSoundEncoder = (signal: AbortSignal) => Promise<SoundEncoder>;
