/* A stream of bits, the most significant first, as RDP 8.0 and RLGR have them. One at a time: `beginBits` begins the next. */

/** Bits that are not written yet, the newest lowest; always less than 32 between two calls of `put`. */
let held: u64 = 0;
let heldBits: u32 = 0;
let to: usize = 0;

export function beginBits(out: usize): void {
  held = 0;
  heldBits = 0;
  to = out;
}

/** At most 32 bits. */
export function put(value: u32, count: u32): void {
  held = (held << count) | value;
  heldBits += count;
  if (heldBits >= 32) {
    heldBits -= 32;
    store<u32>(to, bswap<u32>(<u32>(held >> heldBits)));
    to += 4;
  }
}

/** Fills the last byte with zeros and writes all that is held. Gives how many zeros there are. */
export function fillByte(): u32 {
  const unused: u32 = (8 - (heldBits & 7)) & 7;
  put(0, unused);
  while (heldBits > 0) {
    heldBits -= 8;
    store<u8>(to++, <u32>(held >> heldBits));
  }
  return unused;
}

/** After `fillByte`: bytes as they are. */
export function putBytes(from: usize, count: u32): void {
  memory.copy(to, from, count);
  to += count;
}

/** After `fillByte`: the address behind the last byte. */
export function endOfBits(): usize {
  return to;
}
