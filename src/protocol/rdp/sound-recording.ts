/*
 * What main and the hidden page that records what the computer plays say to each other, over the page's port. Sound is of 16 bits, little-endian, two
 * channels interleaved, at the rate that was asked for.
 */

/** Main's only word: whoever is to stop is closed. */
export interface RecordSound {
  readonly tag: 'record';
  readonly samplesPerSecond: number;
}

export type FromSoundRecorder =
  /** `atMs`: when its first sample was played, by a clock that began anywhere and runs as main's does. */
  | { readonly tag: 'recorded'; readonly pcm: Uint8Array; readonly atMs: number }
  /** The last word. `refused`: the system, or whoever sits at it, does not let it be recorded. */
  | { readonly tag: 'recordingEnded'; readonly why: 'refused' | 'lost'; readonly message: string };
