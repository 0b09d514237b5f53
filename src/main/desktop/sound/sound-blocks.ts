import type { RecordedSound } from './contract.ts';

/** Two channels of 16 bits. */
const SAMPLE_BYTES = 4;
/** No block is longer. */
const LONGEST_MS = 100;

/** Makes blocks of whole samples out of recorded bytes that come in any pieces. */
export class SoundBlocks {
  private readonly bytesPerMs: number;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(samplesPerSecond: number) {
    this.bytesPerMs = (samplesPerSecond * SAMPLE_BYTES) / 1_000;
  }

  /** What has come up to now: its last sample was played at `nowMs`. */
  push(bytes: Uint8Array, nowMs: number): RecordedSound[] {
    const all = new Uint8Array(this.rest.length + bytes.length);
    all.set(this.rest);
    all.set(bytes, this.rest.length);
    const whole = all.length - (all.length % SAMPLE_BYTES);
    this.rest = all.slice(whole);
    const longest = Math.floor((this.bytesPerMs * LONGEST_MS) / SAMPLE_BYTES) * SAMPLE_BYTES;
    const blocks: RecordedSound[] = [];
    for (let at = 0; at < whole; at += longest) {
      const pcm = all.subarray(at, Math.min(whole, at + longest));
      blocks.push({ pcm, recordedAtMs: nowMs - (whole - at) / this.bytesPerMs });
    }
    return blocks;
  }
}
