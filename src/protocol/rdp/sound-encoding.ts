/*
 * What main and the hidden page that encodes with WebCodecs say to each other of sound, over the page's port. Sound is of 16 bits, little-endian, two
 * channels interleaved, 48,000 samples a second. Times are of main's clock, in milliseconds.
 */

/** How Opus (RFC 6716) is made. Longer packets cost less around them, and come later. */
export interface OpusRate {
  readonly bitsPerSecond: number;
  readonly packetMs: 10 | 20 | 40 | 60;
}

export const OPUS_SAMPLES_PER_SECOND = 48_000;

export type ToSoundEncoder =
  /** Answered by `soundReady` or `soundFailed`. */
  | { readonly tag: 'soundOpen' }
  /** Goes on from the one before. `recordedAtMs`: of its first sample. Answered by as many `soundPacket` as it fills. */
  | { readonly tag: 'sound'; readonly pcm: Uint8Array; readonly recordedAtMs: number; readonly rate: OpusRate }
  /** What comes next does not go on from what has come; what has not filled a packet is dropped. */
  | { readonly tag: 'soundPaused' };

export type FromSoundEncoder =
  | { readonly tag: 'soundReady' }
  | { readonly tag: 'soundPacket'; readonly data: Uint8Array; readonly recordedAtMs: number; readonly packetMs: number }
  /** Opus cannot be encoded here, or not any more. */
  | { readonly tag: 'soundFailed'; readonly message: string };
