/** Samples of one moment on, channel by channel, all of the same length. */
export interface SoundBlock {
  readonly channels: readonly Float32Array[];
  /** When the first of them was played at the novice's, in milliseconds; begins anew after 2^32. */
  readonly atMs: number;
}

/** So much is to be left when a block comes: what comes later than the others by no more is heard without a gap. */
const LEAST_SPARE_MS = 15;
/** Before it begins so much more than a block is gathered: the blocks before have not shown yet how regularly they come. */
const TO_BEGIN_MS = 15;
/** A longer one is several that came together. */
const LONGEST_BLOCK_MS = 60;
/** What was left is looked back at for so long: twice half of it at most. */
const HALF_LOOK_MS = 2_500;
/** More never lies ahead than this, and than what the film is waited for and a half of this: what is late is left out. */
const MOST_MS = 200;
/** What stutters gets so much more to spare, and loses as much after a while in which nothing did. */
const STEP_MS = 20;
/** With more it would be out of step with the film: then it rather stutters, unless the film is late itself. */
const MOST_SPARE_MS = 55;
/** For the film no more than this is waited. */
const MOST_WAIT_MS = 400;
const CALM_MS = 5_000;
/** A moment that is missing for so long has not come; shorter ones are the recorder's haste or hesitation. */
const GAP_MS = 60;
/** What is ahead is brought to what is aimed at within so long, by playing hardly noticeably faster or slower. */
const CORRECTED_WITHIN_MS = 2_000;
const MOST_CORRECTION = 0.005;
/** Nothing is corrected below this. */
const TOLERATED_MS = 5;
/** Over so long the mean of what is ahead is taken: it goes up with each block and down with each sample. */
const MEAN_OVER_MS = 500;
/** Softer than this is silence, of which nobody misses any. */
const SILENT = 0.001;
/** Where it begins and ends the sound swells and fades, so that it does not click. */
const FADE_MS = 3;

/**
 * What has come of the novice's sound and not been played yet. It begins to be played when enough lies ahead and ends when nothing is left. How much is
 * enough shows in what was left whenever a block came: a regular line needs little, one that hesitates gets more before it stutters. It is brought there by
 * playing a little faster or slower, which also keeps two computers' clocks in step. Knows no clock: time is what has been played.
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
  /** It has come to its end although it goes on, and has not begun again. */
  private hasStuttered = false;
  private wishedMs = 0;
  private spareMs = LEAST_SPARE_MS;
  private calmMs = 0;
  /** Of the newest block. */
  private blockMs = 0;
  private meanAhead = 0;
  /** What was left when blocks came. */
  private left = new Looked();
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

  /** How much has to lie ahead, in milliseconds, before it begins. */
  get targetMs(): number {
    return Math.max(this.wishedMs, this.spareMs + TO_BEGIN_MS + this.blockMs);
  }

  /** So late the film is beside the sound: the sound waits for it, within bounds. */
  wait(ms: number): void {
    this.wishedMs = Math.min(MOST_WAIT_MS, Math.max(0, ms));
  }

  push({ channels, atMs }: SoundBlock): void {
    const [first] = channels;
    if (first === undefined || first.length === 0) return;
    const missingMs = this.nextAtMs === undefined ? Number.POSITIVE_INFINITY : signedMs(atMs - this.nextAtMs);
    const isNext = Math.abs(missingMs) < GAP_MS;
    // What came to its end although it goes on was too short.
    if (isNext && !this.playing && this.ending) this.stuttered();
    if (this.playing && isNext) this.left.saw(this.aheadMs);
    if (this.playing && missingMs >= GAP_MS && missingMs < MOST_MS) this.add(this.silence(missingMs));
    this.ending = false;
    const lengthMs = first.length / this.perMs;
    this.nextAtMs = atMs + lengthMs;
    this.blockMs = Math.min(LONGEST_BLOCK_MS, lengthMs);
    // Where there is too much, pauses of what is played are shortened.
    if (this.playing && this.tooMuchMs > lengthMs && channels.every(isSilent)) return this.left.moved(-lengthMs);
    this.add(Array.from({ length: this.channelCount }, (_, at) => channels[at] ?? first));
    if (this.aheadMs > Math.max(MOST_MS, this.wishedMs + MOST_MS / 2)) this.leaveOut();
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
    this.left = new Looked();
    if (this.playing) this.breakOff();
  }

  private begin(): void {
    // Behind a gap what comes late comes at once: it would stay late.
    if (this.hasStuttered && this.aheadMs > this.targetMs + this.blockMs) this.leaveOut();
    this.hasStuttered = false;
    this.playing = true;
    this.ending = false;
    this.loudness = 0;
    this.meanAhead = this.aheadMs;
    this.left = new Looked();
  }

  private stuttered(): void {
    this.hasStuttered = true;
    this.spareMs = Math.min(MOST_SPARE_MS, this.spareMs + STEP_MS);
    this.calmMs = 0;
  }

  private calm(count: number): void {
    this.calmMs += count / this.perMs;
    if (this.calmMs < CALM_MS) return;
    this.calmMs = 0;
    this.spareMs = Math.max(LEAST_SPARE_MS, this.spareMs - STEP_MS);
  }

  /** Beyond what is to be left when a block comes, and beyond what the film is waited for; too little below 0. */
  private get tooMuchMs(): number {
    const { leastMs } = this.left;
    return Math.min(leastMs === undefined ? 0 : leastMs - this.spareMs, this.meanAhead - this.wishedMs);
  }

  private rate(count: number): number {
    const passedMs = count / this.perMs;
    this.meanAhead += (this.aheadMs - this.meanAhead) * Math.min(1, passedMs / MEAN_OVER_MS);
    this.left.passed(passedMs);
    const { tooMuchMs } = this;
    if (Math.abs(tooMuchMs) < TOLERATED_MS) return 1;
    const correction = Math.min(MOST_CORRECTION, Math.max(-MOST_CORRECTION, tooMuchMs / CORRECTED_WITHIN_MS));
    this.left.moved(-correction * passedMs);
    return 1 + correction;
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

/** The least of what was seen not long ago. */
class Looked {
  private nowMs = Number.POSITIVE_INFINITY;
  private beforeMs = Number.POSITIVE_INFINITY;
  private passedMs = 0;

  /** Undefined when nothing was seen. */
  get leastMs(): number | undefined {
    const leastMs = Math.min(this.nowMs, this.beforeMs);
    return leastMs === Number.POSITIVE_INFINITY ? undefined : leastMs;
  }

  saw(ms: number): void {
    this.nowMs = Math.min(this.nowMs, ms);
  }

  /** What will be seen from now on is so much more: so would have been what was seen. */
  moved(ms: number): void {
    this.nowMs += ms;
    this.beforeMs += ms;
  }

  passed(ms: number): void {
    this.passedMs += ms;
    if (this.passedMs < HALF_LOOK_MS) return;
    this.passedMs = 0;
    this.beforeMs = this.nowMs;
    this.nowMs = Number.POSITIVE_INFINITY;
  }
}

function isSilent(samples: Float32Array): boolean {
  return samples.every((sample) => Math.abs(sample) < SILENT);
}

/** Of two times that begin anew after 2^32. */
function signedMs(differenceMs: number): number {
  const half = 2 ** 31;
  return ((((differenceMs + half) % 2 ** 32) + 2 ** 32) % 2 ** 32) - half;
}
