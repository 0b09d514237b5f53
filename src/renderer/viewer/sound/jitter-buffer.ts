/** Samples of one moment on, channel by channel, all of the same length. */
export interface SoundBlock {
  readonly channels: readonly Float32Array[];
  /** When the first of them was played at the novice's, in milliseconds; begins anew after 2^32. */
  readonly atMs: number;
}

/** So much lies ahead of what is played: less stutters, more is late. */
const LEAST_TARGET_MS = 60;
/** More never lies ahead: what is late is left out. */
const MOST_MS = 200;
/** What stutters gets so much more ahead, and loses as much after a while in which nothing did. */
const STEP_MS = 20;
const MOST_TARGET_MS = 180;
const CALM_MS = 10_000;
/** A moment that is missing for so long has not come; shorter ones are the recorder's haste or hesitation. */
const GAP_MS = 60;
/** What is ahead is brought to what is aimed at within so long, by playing hardly noticeably faster or slower. */
const CORRECTED_WITHIN_MS = 4_000;
const MOST_CORRECTION = 0.005;
/** Nothing is corrected below this: blocks are whole. */
const TOLERATED_MS = 15;
/** Over so long the mean of what is ahead is taken: it goes up with each block and down with each sample. */
const MEAN_OVER_MS = 500;
/** Where it begins and ends the sound swells and fades, so that it does not click. */
const FADE_MS = 3;

/**
 * What has come of the novice's sound and not been played yet. It begins to be played when enough lies ahead, ends when nothing is left, and stays in step:
 * two computers' clocks never run alike, so it is played a little faster or slower. Knows no clock: time is what has been played.
 */
export class JitterBuffer {
  private readonly perMs: number;
  private readonly channelCount: number;
  private blocks: (readonly Float32Array[])[] = [];
  /** Where the first block is played next, in samples and parts of one. */
  private position = 0;
  /** In samples, from the first block's beginning. */
  private length = 0;
  private playing = false;
  private ending = false;
  private wishedMs = LEAST_TARGET_MS;
  private stutterMs = 0;
  private calmMs = 0;
  private meanAhead = 0;
  /** From 0 to 1: how loud it is while it swells. */
  private loudness = 0;
  /** When the moment after the newest block is. */
  private nextAtMs: number | undefined;
  /** What was played last, and what was before a break with how much of it is left. */
  private last: number[];
  private fallFrom: number[] = [];
  private falling = 0;

  constructor(samplesPerSecond: number, channelCount: number) {
    this.perMs = samplesPerSecond / 1_000;
    this.channelCount = channelCount;
    this.last = Array.from({ length: channelCount }, () => 0);
  }

  /** How much lies ahead, in milliseconds. */
  get aheadMs(): number {
    return Math.max(0, this.length - this.position) / this.perMs;
  }

  get targetMs(): number {
    return Math.min(MOST_TARGET_MS, this.wishedMs + this.stutterMs);
  }

  /** So late the film is beside the sound: the sound waits for it, within its bounds. */
  wait(ms: number): void {
    this.wishedMs = Math.min(MOST_TARGET_MS, Math.max(LEAST_TARGET_MS, ms));
  }

  push({ channels, atMs }: SoundBlock): void {
    const [first] = channels;
    if (first === undefined || first.length === 0) return;
    const missingMs = this.nextAtMs === undefined ? Number.POSITIVE_INFINITY : signedMs(atMs - this.nextAtMs);
    const isNext = Math.abs(missingMs) < GAP_MS;
    // What came to its end although it goes on was too short.
    if (isNext && !this.playing && this.ending) this.stuttered();
    if (this.playing && missingMs >= GAP_MS && missingMs < MOST_MS) this.add(this.silence(missingMs));
    this.ending = false;
    this.nextAtMs = atMs + first.length / this.perMs;
    this.add(Array.from({ length: this.channelCount }, (_, at) => channels[at] ?? first));
    if (this.aheadMs > MOST_MS) this.leaveOut();
  }

  /** Sound pauses: what is there is played to its end. */
  finish(): void {
    this.nextAtMs = undefined;
    if (!this.playing && this.aheadMs > 0) this.begin();
  }

  /** Fills the outputs, of one length, with what is played next. Gives how many samples of them are sound. */
  pull(outputs: readonly Float32Array[]): number {
    const count = outputs[0]?.length ?? 0;
    for (const output of outputs) output.fill(0);
    if (!this.playing && this.aheadMs >= this.targetMs) this.begin();
    if (!this.playing && this.falling === 0) return 0;
    const rate = this.rate(count);
    let made = 0;
    const step = 1 / (FADE_MS * this.perMs);
    for (let to = 0; to < count; to += 1) {
      if (this.playing && this.position + 1 >= this.length) this.end();
      if (this.playing) {
        this.loudness = Math.min(1, this.loudness + step);
        made += 1;
      }
      for (let channel = 0; channel < outputs.length; channel += 1)
        this.sample(outputs[channel], to, Math.min(channel, this.channelCount - 1));
      if (this.playing) this.position += rate;
      this.falling = Math.max(0, this.falling - step);
    }
    this.forgetPlayed();
    this.calm(count);
    return made;
  }

  private add(channels: readonly Float32Array[]): void {
    this.blocks.push(channels);
    this.length += channels[0]?.length ?? 0;
  }

  private silence(ms: number): readonly Float32Array[] {
    return Array.from({ length: this.channelCount }, () => new Float32Array(Math.round(ms * this.perMs)));
  }

  /** The oldest, until no more lies ahead than is aimed at. */
  private leaveOut(): void {
    this.position = this.length - this.targetMs * this.perMs;
    this.forgetPlayed();
    this.meanAhead = this.targetMs;
    if (this.playing) this.breakOff();
  }

  private begin(): void {
    this.playing = true;
    this.ending = false;
    this.loudness = 0;
    this.meanAhead = this.aheadMs;
  }

  private stuttered(): void {
    this.stutterMs = Math.min(MOST_TARGET_MS - LEAST_TARGET_MS, this.stutterMs + STEP_MS);
    this.calmMs = 0;
  }

  private calm(count: number): void {
    this.calmMs += count / this.perMs;
    if (this.calmMs < CALM_MS) return;
    this.calmMs = 0;
    this.stutterMs = Math.max(0, this.stutterMs - STEP_MS);
  }

  private rate(count: number): number {
    const weight = Math.min(1, count / this.perMs / MEAN_OVER_MS);
    this.meanAhead += (this.aheadMs - this.meanAhead) * weight;
    const tooMuchMs = this.meanAhead - this.targetMs;
    if (Math.abs(tooMuchMs) < TOLERATED_MS) return 1;
    return 1 + Math.min(MOST_CORRECTION, Math.max(-MOST_CORRECTION, tooMuchMs / CORRECTED_WITHIN_MS));
  }

  /** Between two samples of a block, or of two; and what is left of the sample before a break. */
  private sample(output: Float32Array | undefined, to: number, channel: number): void {
    const fallen = (this.fallFrom[channel] ?? 0) * this.falling;
    let value = 0;
    if (this.playing) {
      const at = Math.floor(this.position);
      const part = this.position - at;
      value = this.valueAt(channel, at);
      if (part > 0) value += (this.valueAt(channel, at + 1) - value) * part;
    }
    const made = value * this.loudness + fallen;
    if (this.playing) this.last[channel] = made;
    if (output !== undefined) output[to] = made;
  }

  /** What comes next does not go on from what was played last. */
  private breakOff(): void {
    this.fallFrom = [...this.last];
    this.falling = 1;
    this.loudness = 0;
  }

  private valueAt(channel: number, at: number): number {
    let index = at;
    for (let block = 0; block < this.blocks.length; block += 1) {
      const samples = this.blocks[block]?.[channel];
      if (samples === undefined) return 0;
      if (index < samples.length) return samples[index] ?? 0;
      index -= samples.length;
    }
    return 0;
  }

  private forgetPlayed(): void {
    for (let first = this.blocks[0]?.[0]; first !== undefined && this.position >= first.length; first = this.blocks[0]?.[0]) {
      this.blocks.shift();
      this.position -= first.length;
      this.length -= first.length;
    }
  }

  private end(): void {
    this.blocks = [];
    this.length = 0;
    this.position = 0;
    this.playing = false;
    this.ending = true;
    this.breakOff();
  }
}

/** Of two times that begin anew after 2^32. */
function signedMs(differenceMs: number): number {
  const half = 2 ** 31;
  return ((((differenceMs + half) % 2 ** 32) + 2 ** 32) % 2 ** 32) - half;
}
