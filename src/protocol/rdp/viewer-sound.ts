/** Sound for a window, undecoded. `pcm`: 16 bits, little-endian, the channels interleaved; `opus`: one packet (RFC 6716), whose decoder gives this rate. */
export interface ViewerSound {
  readonly codec: 'pcm' | 'opus';
  readonly samplesPerSecond: number;
  readonly channels: number;
  readonly data: Uint8Array;
  /** When it was played at the novice's, in milliseconds by a clock of theirs that begins anywhere and begins anew after 2^32. */
  readonly atMs: number;
}
