/* oxlint-disable typescript/no-non-null-assertion -- every index is bounded by its loop or checked before it; a check a coefficient would cost a frame */
import { RFX_ENTROPY, type RfxEntropy } from './rfx-format.ts';

/* Adaptive run-length and Golomb-Rice coding ([MS-RDPRFX] 3.1.8.1.7.3). */

const PARAMETER_MAX = 80;
/** From a parameter to the number of bits that it stands for. */
const SHIFT = 3;
const FIRST_PARAMETER = 1 << SHIFT;
/** How the run's parameter moves: after a whole run, after the value behind a run, and after a zero or another value without runs. */
const AFTER_RUN = 4;
const AFTER_VALUE = -6;
const AFTER_ZERO = 3;
const AFTER_OTHER = -3;

function moved(parameter: number, by: number): number {
  return Math.min(PARAMETER_MAX, Math.max(0, parameter + by));
}

/** 2 × |value|, and one less for values below zero. */
function folded(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unfolded(code: number): number {
  return (code & 1) === 0 ? code >> 1 : -((code + 1) >> 1);
}

class BitWriter {
  at: number;
  private readonly out: Uint8Array;
  private pending = 0;
  private bits = 0;

  constructor(out: Uint8Array, at: number) {
    this.out = out;
    this.at = at;
  }

  /** At most 16 bits. */
  put(value: number, count: number): void {
    this.pending = ((this.pending << count) | value) & 0xff_ffff;
    this.bits += count;
    while (this.bits >= 8) {
      this.bits -= 8;
      this.out[this.at++] = this.pending >> this.bits;
    }
  }

  ones(count: number): void {
    let rest = count;
    for (; rest > 16; rest -= 16) this.put(0xffff, 16);
    this.put((1 << rest) - 1, rest);
  }

  /** Fills the last byte with zeros. */
  finish(): number {
    if (this.bits > 0) this.put(0, 8 - this.bits);
    return this.at;
  }
}

/**
 * Writes the coefficients (of 16 bits) to `out` from `start`, where there is room for 8 bytes each.
 * @returns where they end
 */
export function encodeRlgr(coefficients: Int32Array, entropy: RfxEntropy, out: Uint8Array, start: number): number {
  const bits = new BitWriter(out, start);
  const { length } = coefficients;
  let runs = FIRST_PARAMETER;
  let rice = FIRST_PARAMETER;
  const putRice = (value: number): void => {
    const width = rice >> SHIFT;
    const whole = value >> width;
    bits.ones(whole);
    bits.put(0, 1);
    bits.put(value & ((1 << width) - 1), width);
    if (whole !== 1) rice = moved(rice, whole === 0 ? -2 : whole);
  };
  for (let at = 0; at < length; ) {
    if (runs >> SHIFT > 0) {
      // A run that goes to the end has a value behind it as every other, which says nothing: it lies behind the last coefficient.
      let zeros = 0;
      while (at < length && coefficients[at] === 0) {
        zeros++;
        at++;
      }
      const value = at < length ? coefficients[at++]! : 0;
      while (zeros >= 1 << (runs >> SHIFT)) {
        zeros -= 1 << (runs >> SHIFT);
        bits.put(0, 1);
        runs = moved(runs, AFTER_RUN);
      }
      bits.put(1, 1);
      bits.put(zeros, runs >> SHIFT);
      bits.put(value < 0 ? 1 : 0, 1);
      putRice(value === 0 ? 0 : Math.abs(value) - 1);
      runs = moved(runs, AFTER_VALUE);
    } else if (entropy === RFX_ENTROPY.rlgr1) {
      const code = folded(coefficients[at++]!);
      putRice(code);
      runs = moved(runs, code === 0 ? AFTER_ZERO : AFTER_OTHER);
    } else {
      const first = folded(coefficients[at]!);
      const second = at + 1 < length ? folded(coefficients[at + 1]!) : 0;
      at += 2;
      putRice(first + second);
      bits.put(first, 32 - Math.clz32(first + second));
      if (first !== 0 && second !== 0) runs = moved(runs, 2 * AFTER_OTHER);
      else if (first === 0 && second === 0) runs = moved(runs, 2 * AFTER_ZERO);
    }
  }
  return bits.finish();
}

/** Reads bits as long as there are any; what was read behind the end shows in `over`. */
class BitReader {
  private readonly data: Uint8Array;
  private at = 0;
  private held = 0;
  private bits = 0;

  constructor(data: Uint8Array) {
    this.data = data;
  }

  get over(): boolean {
    return this.at > this.data.length;
  }

  /** At most 16 bits. */
  take(count: number): number {
    while (this.bits < count) {
      this.held = ((this.held << 8) | (this.data[this.at] ?? 0)) & 0xff_ffff;
      this.at++;
      this.bits += 8;
    }
    this.bits -= count;
    return (this.held >> this.bits) & ((1 << count) - 1);
  }

  /** How many bits like `bit` come before another, which is read as well. */
  count(bit: 0 | 1): number {
    let many = 0;
    while (this.take(1) === bit && !this.over) many++;
    return many;
  }
}

/** Fills `coefficients` from `data`; what the data do not say is zero, and values that cannot be meant are cut to 16 bits. */
export function decodeRlgr(data: Uint8Array, entropy: RfxEntropy, coefficients: Int32Array): void {
  const bits = new BitReader(data);
  const { length } = coefficients;
  coefficients.fill(0);
  let runs = FIRST_PARAMETER;
  let rice = FIRST_PARAMETER;
  const takeRice = (): number => {
    const width = rice >> SHIFT;
    const whole = bits.count(1);
    const value = ((whole << width) | bits.take(width)) & 0xffff;
    if (whole !== 1) rice = moved(rice, whole === 0 ? -2 : whole);
    return value;
  };
  for (let at = 0; at < length; ) {
    if (runs >> SHIFT > 0) {
      for (let whole = bits.count(0); whole > 0 && at < length; whole--) {
        at += 1 << (runs >> SHIFT);
        runs = moved(runs, AFTER_RUN);
      }
      at += bits.take(runs >> SHIFT);
      const negative = bits.take(1) === 1;
      const value = (takeRice() + 1) & 0xffff;
      runs = moved(runs, AFTER_VALUE);
      if (bits.over) return;
      if (at < length) coefficients[at++] = negative ? -value : value;
    } else if (entropy === RFX_ENTROPY.rlgr1) {
      const code = takeRice();
      if (bits.over) return;
      runs = moved(runs, code === 0 ? AFTER_ZERO : AFTER_OTHER);
      coefficients[at++] = unfolded(code);
    } else {
      const sum = takeRice();
      const first = bits.take(32 - Math.clz32(sum));
      if (bits.over) return;
      const second = (sum - first) & 0xffff;
      if (first !== 0 && second !== 0) runs = moved(runs, 2 * AFTER_OTHER);
      else if (first === 0 && second === 0) runs = moved(runs, 2 * AFTER_ZERO);
      coefficients[at++] = unfolded(first);
      if (at < length) coefficients[at++] = unfolded(second);
    }
  }
}
