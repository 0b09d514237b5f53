/* Adaptive run-length and Golomb-Rice coding ([MS-RDPRFX] 3.1.8.1.7.3), bit for bit as `encodeRlgr`. */

import { beginBits, endOfBits, fillByte, put } from './bits';

const PARAMETER_MAX: i32 = 80;
const SHIFT: i32 = 3;
const FIRST_PARAMETER: i32 = 8;
const COUNT: u32 = 4096;

let rice: i32 = 0;

/**
 * Writes 4,096 numbers of 16 bits.
 * @param withoutPairs RLGR1, else RLGR3
 * @returns where the stream ends
 */
export function rlgr(coefficients: usize, withoutPairs: bool, out: usize): usize {
  beginBits(out);
  rice = FIRST_PARAMETER;
  let runs = FIRST_PARAMETER;
  let at: usize = coefficients;
  const end: usize = coefficients + COUNT * 2;
  while (at < end) {
    let width = runs >> SHIFT;
    if (width > 0) {
      const start = at;
      while (at + 16 < end && !v128.any_true(v128.load(at))) at += 16;
      while (at < end && load<i16>(at) == 0) at += 2;
      let zeros = <i32>((at - start) >> 1);
      const value = at < end ? <i32>load<i16>(at) : 0;
      at += 2;
      while (zeros >= 1 << width) {
        zeros -= 1 << width;
        put(0, 1);
        runs = min(PARAMETER_MAX, runs + 4);
        width = runs >> SHIFT;
      }
      put(((<u32>1) << width) | zeros, width + 1);
      put(value < 0 ? 1 : 0, 1);
      putRice(value == 0 ? 0 : abs<i32>(value) - 1);
      runs = max(0, runs - 6);
    } else if (withoutPairs) {
      const code = folded(load<i16>(at));
      at += 2;
      putRice(code);
      runs = code == 0 ? min(PARAMETER_MAX, runs + 3) : max(0, runs - 3);
    } else {
      const first = folded(load<i16>(at));
      const second = at + 2 < end ? folded(load<i16>(at, 2)) : 0;
      at += 4;
      putRice(first + second);
      put(first, 32 - clz<u32>(first + second));
      if (first != 0 && second != 0) runs = max(0, runs - 6);
      else if (first == 0 && second == 0) runs = min(PARAMETER_MAX, runs + 6);
    }
  }
  fillByte();
  return endOfBits();
}

/** 2 × |value|, and one less for values below zero. */
function folded(value: i32): u32 {
  return (value << 1) ^ (value >> 31);
}

function putRice(value: u32): void {
  const width = rice >> SHIFT;
  const whole = value >> width;
  let rest = whole;
  for (; rest > 16; rest -= 16) put(0xffff, 16);
  // Ones and a zero, then the rest.
  put((((<u32>1) << rest) - 1) << 1, rest + 1);
  put(value & (((<u32>1) << width) - 1), width);
  if (whole == 0) rice = max(0, rice - 2);
  else if (whole > 1) rice = min(PARAMETER_MAX, rice + <i32>whole);
}
