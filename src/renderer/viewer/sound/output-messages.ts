/* What the viewer's page says to the audio thread. */
import type { SoundBlock } from './jitter-buffer.ts';

/** Its processor's name. */
export const SOUND_OUTPUT = 'sound-output';

export interface SoundOutputOptions {
  readonly channels: number;
}

export type ToSoundOutput =
  | { readonly tag: 'block'; readonly block: SoundBlock }
  /** Sound pauses. */
  | { readonly tag: 'finish' }
  /** So much, in milliseconds, is to lie ahead, within its bounds. */
  | { readonly tag: 'wait'; readonly ms: number };
