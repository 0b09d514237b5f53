import { ProtocolError } from '../../../bytes/errors.ts';
import type { Size } from '../../geometry.ts';

const SEQUENCE_PARAMETERS = 7;
/** Profiles whose parameter sets say how colours are sampled (H.264 7.3.2.1.1). */
const WITH_CHROMA: ReadonlySet<number> = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const BLOCK_SIDE = 16;
/** Coded pictures are filled up to whole blocks; some encoders fill up to more. */
const FILLED_UP_TO = 64;
/** More than this stands in no parameter set before its size. */
const MOST_BYTES = 1_024;
/** As many as have numbers (7.4.2.1.1). */
const MOST_SETS = 32;

/**
 * Looks at every sequence parameter set of an access unit (H.264 annex B) before a decoder sets memory aside for what it says.
 * @throws ProtocolError TOO_LARGE where a picture is larger than the surface it is for, and for more sets than there can be, TRUNCATED, OUT_OF_RANGE
 */
export function checkSequence(unit: Uint8Array, surface: Size): void {
  let sets = 0;
  for (let at = 2; at + 1 < unit.length; at++) {
    // As in `lookAtUnit`; but a set may also follow a picture.
    const byte = unit[at] ?? 0;
    if (byte > 1) {
      at += 2;
      continue;
    }
    if (byte !== 1 || unit[at - 1] !== 0 || unit[at - 2] !== 0) continue;
    if (((unit[at + 1] ?? 0) & 31) !== SEQUENCE_PARAMETERS) continue;
    sets += 1;
    if (sets > MOST_SETS) throw new ProtocolError('TOO_LARGE', 'seq_parameter_set_rbsp', `<= ${MOST_SETS} in one picture`, sets);
    const coded = codedSize(unit.subarray(at + 2, at + 2 + MOST_BYTES));
    const most = { width: filledUp(surface.width), height: filledUp(surface.height) };
    if (coded.width > most.width || coded.height > most.height)
      throw new ProtocolError('TOO_LARGE', 'seq_parameter_set_data', `<= ${most.width}x${most.height}`, `${coded.width}x${coded.height}`);
  }
}

/** Of the pictures after this set, in whole blocks (H.264 7.3.2.1.1). `bytes`: what follows the NAL unit's first byte. */
function codedSize(bytes: Uint8Array): Size {
  const bits = new BitReader(withoutPrevention(bytes));
  const profile = bits.take(8);
  bits.take(16);
  bits.number();
  if (WITH_CHROMA.has(profile)) skipChroma(bits);
  bits.number();
  const order = bits.number();
  if (order === 0) bits.number();
  else if (order === 1) {
    bits.take(1);
    bits.number();
    bits.number();
    for (let left = bits.number(); left > 0; left -= 1) bits.number();
  }
  bits.number();
  bits.take(1);
  const width = (bits.number() + 1) * BLOCK_SIDE;
  const units = bits.number() + 1;
  const wholeFrames = bits.take(1);
  return { width, height: units * (2 - wholeFrames) * BLOCK_SIDE };
}

function skipChroma(bits: BitReader): void {
  const format = bits.number();
  if (format === 3) bits.take(1);
  bits.number();
  bits.number();
  bits.take(1);
  if (bits.take(1) === 0) return;
  for (let list = 0; list < (format === 3 ? 12 : 8); list += 1) {
    if (bits.take(1) === 0) continue;
    let last = 8;
    let next = 8;
    for (let entry = 0; entry < (list < 6 ? 16 : 64) && next !== 0; entry += 1) {
      next = (last + bits.signed() + 256) % 256;
      if (next !== 0) last = next;
    }
  }
}

/** Without the threes that keep start codes out of a NAL unit (7.4.1). */
function withoutPrevention(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, at) => !(byte === 3 && at >= 2 && bytes[at - 1] === 0 && bytes[at - 2] === 0));
}

class BitReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** At most 31 bits. */
  take(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit += 1, this.at += 1) {
      const byte = this.bytes[this.at >> 3];
      if (byte === undefined) throw new ProtocolError('TRUNCATED', 'seq_parameter_set_data', 'more bits', 'the end');
      value = value * 2 + ((byte >> (7 - (this.at & 7))) & 1);
    }
    return value;
  }

  /** ue(v), 9.1. */
  number(): number {
    let zeros = 0;
    while (this.take(1) === 0) zeros += 1;
    if (zeros > 30) throw new ProtocolError('OUT_OF_RANGE', 'seq_parameter_set_data', '<= 30 bits', zeros);
    return 2 ** zeros - 1 + this.take(zeros);
  }

  /** se(v), 9.1.1. */
  signed(): number {
    const value = this.number();
    return value % 2 === 0 ? -value / 2 : (value + 1) / 2;
  }
}

function filledUp(side: number): number {
  return Math.ceil(side / FILLED_UP_TO) * FILLED_UP_TO;
}
