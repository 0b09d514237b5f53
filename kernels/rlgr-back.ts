/* Adaptive run-length and Golomb-Rice coding ([MS-RDPRFX] 3.1.8.1.7.3) back to coefficients, number for number as `decodeRlgr`. */

const PARAMETER_MAX: i32 = 80;
const SHIFT: i32 = 3;
const FIRST_PARAMETER: i32 = 8;
const COUNT: u32 = 4096;
/** So many bits of a window are true wherever it begins in a byte. */
const WINDOW_BITS: u32 = 56;

let from: usize = 0;
/** Bits that have been read, and how many there are. */
let read: u32 = 0;
let bits: u32 = 0;
let rice: i32 = 0;

/** Fills 4,096 numbers of 32 bits: what the data do not say is zero, and what stands behind their end is not looked at. */
export function rlgrBack(data: usize, bytes: u32, withoutPairs: bool, coefficients: usize): void {
  memory.fill(coefficients, 0, COUNT << 2);
  from = data;
  read = 0;
  bits = bytes << 3;
  rice = FIRST_PARAMETER;
  let runs = FIRST_PARAMETER;
  let at: u32 = 0;
  while (at < COUNT) {
    if (runs >> SHIFT > 0) {
      for (let whole = count(0); whole > 0 && at < COUNT; whole--) {
        at += 1 << (runs >> SHIFT);
        runs = min(PARAMETER_MAX, runs + 4);
      }
      at += take(runs >> SHIFT);
      const negative = take(1) == 1;
      const value: i32 = (takeRice() + 1) & 0xffff;
      runs = max(0, runs - 6);
      if (read > bits) return;
      if (at < COUNT) store<i32>(coefficients + (at++ << 2), negative ? -value : value);
    } else if (withoutPairs) {
      const code = takeRice();
      if (read > bits) return;
      runs = code == 0 ? min(PARAMETER_MAX, runs + 3) : max(0, runs - 3);
      store<i32>(coefficients + (at++ << 2), unfolded(code));
    } else {
      const sum = takeRice();
      const first = take(32 - clz<u32>(sum));
      if (read > bits) return;
      const second = (sum - first) & 0xffff;
      if (first != 0 && second != 0) runs = max(0, runs - 6);
      else if (first == 0 && second == 0) runs = min(PARAMETER_MAX, runs + 6);
      store<i32>(coefficients + (at++ << 2), unfolded(first));
      if (at < COUNT) store<i32>(coefficients + (at++ << 2), unfolded(second));
    }
  }
}

function unfolded(code: u32): i32 {
  return (code & 1) == 0 ? <i32>(code >> 1) : -(<i32>((code + 1) >> 1));
}

function takeRice(): u32 {
  const width = rice >> SHIFT;
  const whole = count(1);
  const value = ((whole << width) | take(width)) & 0xffff;
  if (whole == 0) rice = max(0, rice - 2);
  else if (whole > 1) rice = min(PARAMETER_MAX, rice + <i32>whole);
  return value;
}

/** The next bits, the first highest. */
function window(): u64 {
  return bswap<u64>(load<u64>(from + (read >> 3))) << (read & 7);
}

/** At most 16 bits. */
function take(count: u32): u32 {
  if (count == 0 || read > bits) return 0;
  const value = <u32>(window() >> (64 - count));
  read += count;
  return value;
}

/** How many bits like `bit` come before another, which is read as well. */
function count(bit: u32): u32 {
  let many: u32 = 0;
  while (read <= bits) {
    const here = <u32>clz<u64>(bit == 0 ? window() : ~window());
    if (here < WINDOW_BITS) {
      read += here + 1;
      return many + here;
    }
    many += WINDOW_BITS;
    read += WINDOW_BITS;
  }
  return many;
}
