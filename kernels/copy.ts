/** Copies `rows` rows of `bytes` bytes each, `fromStride` and `toStride` bytes from row to row, to where they do not overlap. */
export function copyRows(from: usize, fromStride: u32, to: usize, toStride: u32, bytes: u32, rows: u32): void {
  for (let row: u32 = 0; row < rows; row++, from += fromStride, to += toStride) memory.copy(to, from, bytes);
}
