/* The code of RDP 8.0 bulk compression ([MS-RDPEGFX] 3.1.9.1.2): prefixes for literals, for distances and for lengths, most significant bit first. */

/** Bytes behind the newest that a match may reach, over all segments, compressed or not. */
export const RDP8_HISTORY_BYTES = 2_500_000;

/** Bits of the longest prefix. */
export const RDP8_PREFIX_BITS = 9;

/** Distance 0: a count of {@link RDP8_RAW_COUNT_BITS} bits follows, and from the next whole byte on so many bytes as they are. */
export const RDP8_RAW_COUNT_BITS = 15;
export const RDP8_MAX_RAW = (1 << RDP8_RAW_COUNT_BITS) - 1;

/** A literal without a prefix of its own: a bit 0, then its eight bits. */
export const RDP8_LITERAL_BITS = 9;

/** Shortest match: a length of 3 is a bit 0, and from 4 on each doubling is a bit 1. */
export const RDP8_MIN_MATCH = 3;

export interface Rdp8Distance {
  readonly prefix: number;
  readonly bits: number;
  readonly valueBits: number;
  /** The first distance of this prefix. */
  readonly base: number;
}

/** Each begins where the one before ends. */
export const RDP8_DISTANCES: readonly Rdp8Distance[] = distances([
  ['10001', 5],
  ['10010', 7],
  ['10011', 9],
  ['10100', 10],
  ['10101', 12],
  ['101100', 14],
  ['101101', 15],
  ['1011100', 18],
  ['1011101', 20],
  ['10111100', 20],
  ['10111101', 21],
  ['101111100', 22],
  ['101111101', 23],
  ['101111110', 24],
]);

/** Bytes that are frequent, by their prefixes. */
export const RDP8_SHORT_LITERALS: readonly { readonly value: number; readonly prefix: number; readonly bits: number }[] = [
  ...literals('11000', [0x00, 0x01]),
  ...literals('110100', [0x02, 0x03, 0xff]),
  ...literals('1101110', [0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x40, 0x80]),
  ...literals('11111100', [0x0c, 0x38, 0x39, 0x66]),
];

function distances(rows: readonly (readonly [prefix: string, valueBits: number])[]): Rdp8Distance[] {
  let base = 0;
  return rows.map(([prefix, valueBits]) => {
    const row = { prefix: Number.parseInt(prefix, 2), bits: prefix.length, valueBits, base };
    base += 2 ** valueBits;
    return row;
  });
}

/** Prefixes that count on from the first. */
function literals(first: string, values: readonly number[]): { readonly value: number; readonly prefix: number; readonly bits: number }[] {
  return values.map((value, index) => ({ value, prefix: Number.parseInt(first, 2) + index, bits: first.length }));
}
