/** Of the filter, on each side of a sample: what is higher than the slower rate carries is gone within a tenth of it. */
const HALF_TAPS = 16;
const TAPS = 2 * HALF_TAPS;
/** Of the slower rate's half: the filter falls off around it. */
const CUT_OFF = 0.94;

/**
 * Makes samples of one rate out of samples of another, channel by channel, without a seam between the blocks that it is given: a windowed sinc for each
 * place that a sample of the one can have between two of the other.
 */
export class Resampler {
  readonly from: number;
  private readonly up: number;
  private readonly down: number;
  private readonly filters: readonly Float32Array[];
  /** What is still needed of what has been given, for each channel. */
  private rest: Float32Array[];
  /** Where the next sample is, in steps of a sample given, from the first of the rest. */
  private next = 0;

  constructor(from: number, to: number, channels: number) {
    const common = greatestCommonDivisor(from, to);
    this.from = from;
    this.up = to / common;
    this.down = from / common;
    this.filters = from === to ? [] : filtersOf(this.up, CUT_OFF * Math.min(1, to / from));
    this.rest = Array.from({ length: channels }, () => new Float32Array(from === to ? 0 : HALF_TAPS - 1));
  }

  /** Samples of all channels, of one length. */
  push(channels: readonly Float32Array[]): readonly Float32Array[] {
    if (this.filters.length === 0) return channels;
    const given = this.rest.map((rest, channel) => joined(rest, channels[channel] ?? new Float32Array(0)));
    const length = given[0]?.length ?? 0;
    const places: number[] = [];
    // The filter of a sample begins at its place in the rest: half of its length lies before that sample.
    for (; Math.floor(this.next / this.up) + TAPS <= length; this.next += this.down) places.push(this.next);
    const made = given.map((samples) => Float32Array.from(places, (place) => this.sampleAt(samples, place)));
    const done = Math.min(length, Math.floor(this.next / this.up));
    this.rest = given.map((samples) => samples.slice(done));
    this.next -= done * this.up;
    return made;
  }

  private sampleAt(samples: Float32Array, place: number): number {
    const at = Math.floor(place / this.up);
    const filter = this.filters[place % this.up] ?? [];
    let value = 0;
    for (let tap = 0; tap < TAPS; tap += 1) value += (samples[at + tap] ?? 0) * (filter[tap] ?? 0);
    return value;
  }
}

/** One for each place between two samples; each leaves a constant as it is. */
function filtersOf(places: number, cutOff: number): Float32Array[] {
  return Array.from({ length: places }, (_, place) => {
    const taps = Array.from({ length: TAPS }, (__, tap) => {
      const x = tap - (HALF_TAPS - 1) - place / places;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * cutOff * x) / (Math.PI * cutOff * x);
      const turn = (Math.PI * x) / HALF_TAPS;
      // Blackman's window.
      return sinc * (0.42 + 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn));
    });
    const sum = taps.reduce((one, other) => one + other, 0);
    return Float32Array.from(taps, (tap) => tap / sum);
  });
}

function joined(first: Float32Array, second: Float32Array): Float32Array {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
