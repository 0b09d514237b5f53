import type { Random } from './random.ts';

/** Values at which lengths, counts and signs change their meaning. */
const EDGES = [
  0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff, 0x100, 0x3ff, 0x400, 0x7ff, 0xfff, 0x1000, 0x3fff,
  0x4000, 0x7ffe, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];
const MOST_STEPS = 6;

/** What an input may be mixed with, and how long the result may be. */
export interface Material {
  readonly others: readonly Uint8Array[];
  readonly words: readonly Uint8Array[];
  readonly maxBytes: number;
}

type Step = (input: Uint8Array, random: Random, material: Material) => Uint8Array;

/** A copy of `input`, damaged in one to six ways. */
export function mutate(input: Uint8Array, random: Random, material: Material): Uint8Array {
  let bytes: Uint8Array = input.slice();
  for (let left = 1 + random.below(random.once(2) ? 1 : MOST_STEPS); left > 0; left -= 1)
    bytes = random.pick(STEPS)(bytes, random, material);
  return bytes.length > material.maxBytes ? bytes.slice(0, material.maxBytes) : bytes;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function replaced(input: Uint8Array, start: number, end: number, by: Uint8Array): Uint8Array {
  return joined(input.subarray(0, start), by, input.subarray(end));
}

/** Start and end of some part, seldom long. */
function part(input: Uint8Array, random: Random): readonly [number, number] {
  const start = random.below(input.length + 1);
  const length = random.below(Math.min(input.length - start, random.once(4) ? input.length : 16) + 1);
  return [start, start + length];
}

function number(random: Random, value: number): Uint8Array {
  const bytes = random.pick([1, 2, 4]);
  const out = new Uint8Array(bytes);
  const view = new DataView(out.buffer);
  const little = random.once(2);
  if (bytes === 1) view.setUint8(0, value);
  else if (bytes === 2) view.setUint16(0, value, little);
  else view.setUint32(0, value, little);
  return out;
}

const STEPS: readonly Step[] = [
  (input, random) => {
    const at = random.below(input.length);
    if (at < input.length) input[at] = (input[at] ?? 0) ^ (1 << random.below(8));
    return input;
  },
  (input, random) => {
    const at = random.below(input.length);
    if (at < input.length) input[at] = random.below(256);
    return input;
  },
  (input, random) => {
    const at = random.below(input.length);
    if (at < input.length) input[at] = (input[at] ?? 0) + random.below(71) - 35;
    return input;
  },
  (input, random) => {
    const value = number(random, random.pick(EDGES));
    const at = random.below(input.length - value.length + 1);
    return at + value.length <= input.length ? replaced(input, at, at + value.length, value) : input;
  },
  // Lengths: a number made a little more or less, in either byte order.
  (input, random) => {
    if (input.length < 2) return input;
    const at = random.below(input.length - 1);
    const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
    const little = random.once(2);
    view.setUint16(at, view.getUint16(at, little) + random.below(33) - 16, little);
    return input;
  },
  // What is left, as a length.
  (input, random) => {
    const value = number(random, Math.max(0, input.length - random.below(16)));
    const at = random.below(input.length - value.length + 1);
    return at + value.length <= input.length ? replaced(input, at, at + value.length, value) : input;
  },
  (input, random) => replaced(input, ...part(input, random), new Uint8Array(0)),
  (input, random) => {
    const [start, end] = part(input, random);
    return replaced(input, start, start, input.slice(start, end));
  },
  (input, random) => {
    const [start, end] = part(input, random);
    const at = random.below(input.length + 1);
    return replaced(input, at, at, input.slice(start, end));
  },
  // A part many times: counts, depth, and time that grows faster than the input.
  (input, random, { maxBytes }) => {
    const [start, end] = part(input, random);
    if (end === start || !random.once(4)) return input;
    const times = Math.min(random.pick([8, 64, 1_024, 65_536]), Math.floor((maxBytes - input.length) / (end - start)));
    return times < 1 ? input : replaced(input, start, start, joined(...Array.from({ length: times }, () => input.subarray(start, end))));
  },
  (input, random) => {
    const at = random.below(input.length + 1);
    return replaced(input, at, at, random.bytes(1 + random.below(8)));
  },
  (input, random) => input.slice(0, random.below(input.length + 1)),
  (input, random, { words }) => {
    if (words.length === 0) return input;
    const at = random.below(input.length + 1);
    return replaced(input, at, at, random.pick(words));
  },
  (input, random, { words }) => {
    if (words.length === 0) return input;
    const word = random.pick(words);
    const at = random.below(input.length + 1);
    return replaced(input, at, Math.min(input.length, at + word.length), word);
  },
  (input, random, { others }) => {
    if (others.length === 0) return input;
    const other = random.pick(others);
    return joined(input.subarray(0, random.below(input.length + 1)), other.subarray(random.below(other.length + 1)));
  },
  (input, random, { others }) => {
    if (others.length === 0) return input;
    const other = random.pick(others);
    const at = random.below(input.length + 1);
    return replaced(input, at, at, other.subarray(...part(other, random)));
  },
];
